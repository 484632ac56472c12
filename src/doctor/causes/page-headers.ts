/** Owns the cause of a page that sends headers which only responses have. */

import { getHeader } from "../../browser/header-list.ts";
import { displayName } from "../../browser/steps.ts";
import { CORS_PREFIX, isForbiddenRequestHeader, REQUEST_HEADERS } from "../../cors/standard.ts";
import type { FindCause } from "./cause.ts";

/** It makes the browser ask for consent to a header that means nothing: it is the page that is to be changed. */
export const pageSendsResponseHeader: FindCause = ({ visit: { page }, conversation }) => {
	const failed = conversation.steps.find(({ passed }) => !passed);
	if (failed?.code !== "preflight-allow-headers") return undefined;
	const sent = page.headers
		.map(([name]) => name.toLowerCase())
		.filter((name) => name.startsWith(CORS_PREFIX) && !isForbiddenRequestHeader(name));
	if (sent.length === 0) return undefined;
	const preflight = conversation.turns.findLast(
		(turn) => turn.kind === "request" && turn.exchange.purpose === "preflight",
	);
	const exchange = preflight?.kind === "request" ? preflight.exchange : undefined;
	const asked = getHeader(exchange?.headers ?? [], REQUEST_HEADERS)?.split(",") ?? [];
	const allowed = failed.received.toLowerCase();
	const others = asked.filter(
		(name) => !sent.includes(name) && name !== "authorization" && !allowed.includes(name),
	);
	const names = [...new Set(sent)].map(displayName).join(", ");
	const rest =
		others.length === 0
			? ""
			: ` Then name ${others.join(", ")} in Access-Control-Allow-Headers of the answer.`;
	return {
		code: "page-sends-response-header",
		message: `The page sets ${names}, which only responses have: in a request it allows nothing, and makes the browser ask for consent to it. Take it out of the page's code; the server does not have to allow it.${rest}`,
		steps: ["preflight-allow-headers"],
		requests: exchange === undefined ? [] : [exchange.number],
	};
};
