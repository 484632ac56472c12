/** Owns the cause of a redirect that stands where an answer should: of a preflight, or without the headers that let a browser follow it. */

import { valuesOf } from "../../browser/header-list.ts";
import { type AnsweredExchange, answeredTurns } from "../seen.ts";
import { type FindCause, PREFLIGHT_STEPS, SHARING_STEPS } from "./cause.ts";

/** What the page is to call in its place is known. */
export const redirected: FindCause = ({ conversation }) => {
	const last = answeredTurns(conversation).at(-1);
	const failed = conversation.steps.find(({ passed }) => !passed);
	if (
		last === undefined ||
		failed === undefined ||
		![...PREFLIGHT_STEPS, ...SHARING_STEPS].includes(failed.code)
	)
		return undefined;
	const target = targetOf(last);
	if (target === undefined) return undefined;
	const { status } = last.answer;
	const isPreflight = last.purpose === "preflight";
	const seen = isPreflight
		? `The preflight is redirected (${status}) to ${target.href}, and no preflight follows a redirect.`
		: `The URL is redirected (${status}) to ${target.href}, and the redirect itself is not shared with the page, so a browser stops there.`;
	const answer = isPreflight
		? "or let the server answer OPTIONS before it redirects"
		: "or send the CORS headers with the redirect too";
	return {
		code: isPreflight ? "preflight-redirected" : "redirect-without-headers",
		message: `${seen} ${difference(new URL(last.url), target)} Call ${target.href} directly, ${answer}.`,
		steps: [...PREFLIGHT_STEPS, ...SHARING_STEPS],
		requests: [last.number],
	};
};

function targetOf({ answer: { status, headers }, url }: AnsweredExchange): URL | undefined {
	const [location] = valuesOf(headers, "location");
	if (status < 300 || status > 399 || location === undefined) return undefined;
	return URL.parse(location, url) ?? undefined;
}

/** What is other in the target. */
function difference(from: URL, to: URL): string {
	const isSamePath = from.pathname === to.pathname && from.search === to.search;
	if (from.host === to.host && from.protocol === to.protocol) {
		const plain = (path: string) => path.replace(/\/$/, "");
		if (plain(from.pathname) === plain(to.pathname)) return "Only the slash at the end is other.";
		return "Only the path is other.";
	}
	if (from.hostname === to.hostname && isSamePath) {
		return from.protocol === "https:"
			? "It leads from https to plain http: often the server behind a proxy does not know that it was reached by https, and has to be told to trust X-Forwarded-Proto."
			: "Only the scheme is other.";
	}
	return isSamePath ? "Only the host is other." : "It is another address.";
}
