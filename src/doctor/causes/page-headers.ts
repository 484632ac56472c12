/** Owns the cause of a page that sends headers which only responses have. */

import { getHeader } from "../../browser/header-list.ts";
import { displayName } from "../../browser/steps.ts";
import { CORS_PREFIX, isForbiddenRequestHeader, REQUEST_HEADERS } from "../../cors/standard.ts";
import { looksMisspelt } from "../findings/misspelt.ts";
import type { FindCause } from "./cause.ts";

/** Options of fetch(), axios and jQuery that are taken for headers, in lower case. */
const OPTIONS_OF_CALLS: ReadonlySet<string> = new Set([
	...["crossdomain", "cross-domain", "withcredentials", "with-credentials", "credentials", "mode"],
]);

/** It makes the browser ask for consent to a header that means nothing: it is the page that is to be changed. */
export const pageSendsResponseHeader: FindCause = ({ visit: { page }, conversation }) => {
	const failed = conversation.steps.find(({ passed }) => !passed);
	if (failed?.code !== "preflight-allow-headers") return undefined;
	const own = page.headers.map(([name]) => name.toLowerCase());
	const ofResponses = own.filter(
		(name) => (name.startsWith(CORS_PREFIX) || looksMisspelt(name)) && !isForbiddenRequestHeader(name),
	);
	const options = own.filter((name) => OPTIONS_OF_CALLS.has(name));
	const sent = [...ofResponses, ...options];
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
	const told = (names: readonly string[], what: string) =>
		names.length === 0 ? [] : [`${[...new Set(names)].map(displayName).join(", ")}, ${what}`];
	const what = [
		...told(ofResponses, "which only responses have"),
		...told(options, "which is an option of the call and no header"),
	].join(", and ");
	const rest =
		others.length === 0
			? ""
			: ` Then name ${others.join(", ")} in Access-Control-Allow-Headers of the answer.`;
	return {
		code: "page-sends-response-header",
		message: `The page sets ${what}: as a request's header it allows nothing, and makes the browser ask for consent to it. Take it out of the page's code; the server does not have to allow it.${rest}`,
		steps: ["preflight-allow-headers"],
		requests: exchange === undefined ? [] : [exchange.number],
	};
};
