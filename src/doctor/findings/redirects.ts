/** Owns the findings about what a redirect costs the call: its origin, its authorization, its method. */

import { getHeader, valuesOf } from "../../browser/header-list.ts";
import { ORIGIN } from "../../cors/standard.ts";
import type { Conversation, Stop } from "../conversation.ts";
import type { DoctorFinding } from "../finding.ts";
import type { Exchange } from "../network/network.ts";
import { isActual, isAnswered, type Seen } from "../seen.ts";
import { isSignIn } from "../sign-in.ts";

/** What the redirects of a call cost it; one to a sign-in page is told elsewhere. */
export function redirectFindings({ visit: { page }, conversation }: Seen): readonly DoctorFinding[] {
	const { turns, stop } = conversation;
	const requests = turns.flatMap((turn) => (turn.kind === "request" ? [turn.exchange] : []));
	const sent: readonly (Exchange | Stop["next"])[] =
		stop === undefined || stop.code === "write-not-sent" || stop.code === "not-recorded"
			? requests
			: [...requests, stop.next];
	if (sent.slice(1).some(({ url }) => isSignIn(url) && !isSignIn(page.url))) return [];
	const findings: DoctorFinding[] = [...methodFindings(requests, sent, conversation)];
	const tainted = sent.findIndex(({ headers }) => getHeader(headers, ORIGIN) === "null");
	const before = requests[tainted - 1];
	// With the asterisk, and without credentials, null is as good an origin as any.
	const isShared = conversation.outcome?.readable === true;
	if (page.origin !== "null" && before !== undefined && !isShared) {
		findings.push({
			code: "redirect-origin-null",
			severity: "warning",
			message: `A redirect from ${new URL(before.url).origin} leads to another origin, so the browser goes on as the origin null, which no server should allow. Call ${sent[tainted]?.url} directly.`,
			requests: [before.number],
		});
	}
	const hasAuthorization = ({ headers }: { readonly headers: Exchange["headers"] }) =>
		getHeader(headers, "authorization") !== null;
	const actual = sent.filter((request) =>
		"kind" in request ? request.kind === "actual" : isActual(request),
	);
	const dropped = actual.findIndex((request, index) => {
		const last = actual[index - 1];
		return last !== undefined && hasAuthorization(last) && !hasAuthorization(request);
	});
	const dropper = requests.find((exchange) => exchange === actual[dropped - 1]);
	if (dropper !== undefined) {
		findings.push({
			code: "redirect-drops-authorization",
			severity: "warning",
			message: `The redirect leads to another origin, so the browser drops the Authorization header. Call ${actual[dropped]?.url} directly.`,
			requests: [dropper.number],
		});
	}
	return findings;
}

/** https://fetch.spec.whatwg.org/#concept-http-redirect-fetch, step 12. A 303 asks for it; 301 and 302 mostly do not mean it. */
function methodFindings(
	requests: readonly Exchange[],
	sent: readonly (Exchange | Stop["next"])[],
	{ unsentWrite }: Conversation,
): readonly DoctorFinding[] {
	return requests.flatMap((exchange, index) => {
		const next = sent[index + 1];
		const method =
			exchange.purpose === "stand-in" && exchange.url === unsentWrite?.url
				? unsentWrite.method
				: exchange.method;
		if (!isAnswered(exchange) || next === undefined || method !== "POST" || next.method !== "GET") return [];
		const { status, headers } = exchange.answer;
		if (status !== 301 && status !== 302) return [];
		const guess =
			exchange.purpose === "stand-in"
				? "A GET of this URL, which stood in for the POST, is redirected with"
				: "The POST is redirected with";
		return [
			{
				code: "redirect-changes-method" as const,
				severity: "warning" as const,
				message: `${guess} ${status} to ${valuesOf(headers, "location")[0]}, and browsers turn a POST into a GET there, without its body. Answer with 307 or 308, which keep both, or call ${next.url} directly; if a GET is meant, answer with 303.`,
				requests: [exchange.number],
			},
		];
	});
}
