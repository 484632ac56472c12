/** Owns the cause of a redirect that stands where an answer should: of a preflight, without the headers that let a browser follow it, or to plain http. */

import { isMixedContent } from "../../browser/blocked.ts";
import { answeredTurns, redirectTarget } from "../seen.ts";
import { type FindCause, PREFLIGHT_STEPS, SHARING_STEPS } from "./cause.ts";

/** What the page is to call in its place is known. */
export const redirected: FindCause = ({ visit: { page }, conversation }) => {
	const last = answeredTurns(conversation).at(-1);
	const failed = conversation.steps.find(({ passed }) => !passed);
	if (last === undefined || failed === undefined) return undefined;
	const target = redirectTarget(last);
	if (target === undefined) return undefined;
	const isMixed = isMixedContent(page.origin, target);
	const isFollowed = failed.code === "mixed-content";
	if (!isFollowed && ![...PREFLIGHT_STEPS, ...SHARING_STEPS].includes(failed.code)) return undefined;
	const { status } = last.answer;
	const isPreflight = last.purpose === "preflight";
	const why = isPreflight
		? "no preflight follows a redirect"
		: isFollowed
			? "no https page may go on to plain http"
			: "the redirect itself is not shared with the page, so a browser stops there";
	const seen = `The ${isPreflight ? "preflight" : "URL"} is redirected (${status}) to ${target.href}, and ${why}.`;
	const answer = isPreflight
		? "let the server answer OPTIONS before it redirects"
		: "send the CORS headers with the redirect too";
	const from = new URL(last.url);
	return {
		code: isPreflight
			? "preflight-redirected"
			: isFollowed
				? "redirect-to-plain-http"
				: "redirect-without-headers",
		message: isMixed
			? `${seen} ${difference(from, target)} ${mixedFix(from, target, isFollowed ? undefined : answer)}`
			: `${seen} ${difference(from, target)} Call ${target.href} directly, or ${answer}.`,
		steps: [...PREFLIGHT_STEPS, ...SHARING_STEPS, "mixed-content"],
		requests: [last.number],
	};
};

/** Whether a redirect leads from https to plain http on the same host: the server does not know how it was reached. */
export function isDowngrade(from: URL, to: URL): boolean {
	return from.protocol === "https:" && to.protocol === "http:" && from.hostname === to.hostname;
}

/** To call the target as it stands would be mixed content. @param answer what else the server is to do */
function mixedFix(from: URL, to: URL, answer: string | undefined): string {
	const also = answer === undefined ? "" : `, and ${answer}`;
	if (from.hostname !== to.hostname) {
		return `An https page may not fetch over plain http: let the redirect lead to https${also}.`;
	}
	const secure = `https://${from.host}${to.pathname}${to.search}`;
	if (secure === `${from.origin}${from.pathname}${from.search}`) {
		return "Let the server answer this URL itself, in place of the redirect.";
	}
	return `Call ${secure} directly; else let the redirect name https${also}.`;
}

/** What is other in the target. */
function difference(from: URL, to: URL): string {
	const plain = (path: string) => path.replace(/\/$/, "");
	const isSamePath = from.pathname === to.pathname && from.search === to.search;
	const isSameButSlash = plain(from.pathname) === plain(to.pathname) && from.search === to.search;
	if (from.host === to.host && from.protocol === to.protocol) {
		return isSameButSlash ? "Only the slash at the end is other." : "Only the path is other.";
	}
	if (isDowngrade(from, to)) {
		const also = isSamePath ? "" : isSameButSlash ? ", beside the slash at the end" : ", beside the path";
		return `It leads from https to plain http${also}: often the server behind a proxy does not know that it was reached by https, and has to be told to trust X-Forwarded-Proto.`;
	}
	if (from.hostname === to.hostname && isSamePath && from.port !== to.port) {
		return from.protocol === to.protocol
			? "Only the port is other."
			: "Only the scheme and the port are other.";
	}
	if (from.hostname === to.hostname && isSamePath) return "Only the scheme is other.";
	if (from.hostname === to.hostname && isSameButSlash && to.protocol === "https:") {
		return "Only the scheme and the slash at the end are other.";
	}
	return isSamePath ? "Only the host is other." : "It is another address.";
}
