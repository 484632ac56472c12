/** Owns the findings: what the exchanges show beyond the verdict. Pure; nothing is said that was not seen. */

import { corsCheck } from "../browser/cors-check.ts";
import { keptSecondsPerEngine, PREFLIGHT_CACHING } from "../browser/engines.ts";
import {
	extractDeltaSeconds,
	extractTokens,
	getHeader,
	type ReceivedResponse,
	valuesOf,
} from "../browser/header-list.ts";
import { displayName } from "../browser/steps.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_ORIGIN,
	EXPOSE_HEADERS,
	isForbiddenResponseHeader,
	MAX_AGE,
	ORIGIN,
	VARY,
} from "../cors/standard.ts";
import type { Conversation } from "./conversation.ts";
import { cookieFinding, readCookies, type SetCookie } from "./cookies.ts";
import type { DoctorFinding } from "./finding.ts";
import type { Exchange, Visit } from "./network.ts";
import { originFindings } from "./origin-findings.ts";
import type { Probed } from "./probes.ts";
import { isSameSite } from "./site.ts";

/** An exchange that got an answer. */
type Answered = Exchange & { readonly answer: ReceivedResponse };

/** Everything that was noticed, the most serious first. */
export function findFindings(
	visit: Visit,
	conversation: Conversation,
	probed: Probed,
): readonly DoctorFinding[] {
	const answered = answeredTurns(conversation);
	const shared = answered.filter(({ headers }) => getHeader(headers, ORIGIN) !== null);
	const last = shared.findLast(({ purpose }) => purpose === "actual");
	const preflight = shared.findLast(({ purpose }) => purpose === "preflight");
	const isGranted = conversation.verdict?.preflightCacheSeconds !== undefined;
	return [
		...originFindings(probed.twins),
		...doubledHeaders(shared),
		...(visit.page.credentials === "include" || last === undefined ? [] : credentialsFindings(last)),
		...varyFindings(visit, probed),
		...errorFindings(visit, probed),
		...crossSiteCookies(visit, conversation).flatMap((cookie) => cookieFinding(cookie) ?? []),
		...redirectFindings(visit, conversation),
		...(last === undefined || !conversation.verdict?.readable ? [] : exposeFindings(visit, last)),
		...(preflight === undefined || !isGranted ? [] : maxAgeFindings(preflight)),
	].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

const SEVERITIES: readonly DoctorFinding["severity"][] = ["danger", "warning", "note"];

/** The cookies that the API has set, where the page is of another site and calls with credentials. */
export function crossSiteCookies({ page }: Visit, conversation: Conversation): readonly SetCookie[] {
	if (page.credentials !== "include") return [];
	return answeredTurns(conversation)
		.filter(({ purpose, url }) => purpose === "actual" && !isSameSite(page.origin, url))
		.flatMap(({ answer, number }) => readCookies(answer, number));
}

function answeredTurns({ turns }: Conversation): readonly Answered[] {
	return turns.flatMap((turn) =>
		turn.kind === "request" && isAnswered(turn.exchange) ? [turn.exchange] : [],
	);
}

function isAnswered(exchange: Exchange | undefined): exchange is Answered {
	return exchange !== undefined && !("fault" in exchange.answer);
}

function doubledHeaders(exchanges: readonly Answered[]): readonly DoctorFinding[] {
	return [ALLOW_ORIGIN, ALLOW_CREDENTIALS].flatMap((name) => {
		const doubled = exchanges.filter(({ answer }) => getHeader(answer.headers, name)?.includes(","));
		const [first] = doubled;
		if (first === undefined) return [];
		const lines = valuesOf(first.answer.headers, name);
		const how =
			lines.length > 1 ? `came on ${lines.length} lines (${lines.join(" and ")})` : `came as ${lines[0]}`;
		return [
			{
				code: "doubled-header" as const,
				severity: "warning" as const,
				message: `${displayName(name)} ${how}, and browsers take one value only. Often two layers set it, such as the application and a proxy: let only one of them do so.`,
				requests: doubled.map(({ number }) => number),
			},
		];
	});
}

/** Of a call without credentials no step looks at this header; of one with them, the steps say it all. */
function credentialsFindings({ answer, number }: Answered): readonly DoctorFinding[] {
	const value = getHeader(answer.headers, ALLOW_CREDENTIALS);
	const name = displayName(ALLOW_CREDENTIALS);
	if (value === null || value.includes(",")) return [];
	if (value !== "true") {
		return [
			{
				code: "credentials-not-true",
				severity: "note",
				message: `${name}: ${value} means nothing: only true, in lower case, does. ${value.toLowerCase() === "true" ? "Write true." : "Leave it out."}`,
				requests: [number],
			},
		];
	}
	if (getHeader(answer.headers, ALLOW_ORIGIN) !== "*") return [];
	return [
		{
			code: "credentials-with-wildcard",
			severity: "note",
			message: `${name}: true beside ${displayName(ALLOW_ORIGIN)}: * is of no use: with credentials the asterisk counts for nothing. Leave it out, or send the origin itself.`,
			requests: [number],
		},
	];
}

/** Only where it was seen that the answer depends on the origin: a server that always sends one and the same needs no Vary. */
function varyFindings({ page }: Visit, { base, withoutOrigin, twins }: Probed): readonly DoctorFinding[] {
	if (!isAnswered(base)) return [];
	const value = getHeader(base.answer.headers, ALLOW_ORIGIN);
	if (value !== page.origin) return [];
	const others = [withoutOrigin, ...twins.map(({ exchange }) => exchange)]
		.filter(isAnswered)
		.filter(({ method }) => method === base.method);
	if (others.every(({ answer }) => getHeader(answer.headers, ALLOW_ORIGIN) === value)) return [];
	const isComparable = isAnswered(withoutOrigin) && withoutOrigin.answer.status === base.answer.status;
	const lacking = [base, ...(isComparable ? [withoutOrigin] : [])].filter(({ answer }) => lacksVary(answer));
	if (lacking.length === 0) return [];
	const where = lacking.includes(base)
		? lacking.length > 1
			? "The response"
			: "The response to a request with Origin"
		: "The response to a request without Origin";
	return [
		{
			code: "missing-vary-origin",
			severity: "warning",
			message: `${where} has no Vary: Origin, though ${displayName(ALLOW_ORIGIN)} depends on who asks: a cache hands one origin's answer to another, which is then blocked. Send Vary: Origin on every response of this URL, to requests without Origin too.`,
			requests: lacking.map(({ number }) => number),
		},
	];
}

/** What no cache may store needs no Vary. */
function lacksVary({ headers }: ReceivedResponse): boolean {
	const names = extractTokens(headers, VARY);
	const isVaried =
		names !== "failure" && names?.some((name) => name === "*" || name.toLowerCase() === ORIGIN);
	const isStored = !/(^|[\s,])no-store($|[\s,])/i.test(getHeader(headers, "cache-control") ?? "");
	return isStored && !isVaried;
}

function errorFindings(visit: Visit, { base, missingPath }: Probed): readonly DoctorFinding[] {
	if (!isAnswered(base) || !isAnswered(missingPath)) return [];
	const { status } = missingPath.answer;
	if (status < 400 || base.answer.status >= 400) return [];
	if (!isReadable(visit, base) || isReadable(visit, missingPath)) return [];
	return [
		{
			code: "error-without-headers",
			severity: "warning",
			message: `A path that does not exist is answered with ${status} and without the headers that share it: the page sees a network error in place of the status. Set the CORS headers on errors too, outside of the routes.`,
			requests: [missingPath.number],
		},
	];
}

function isReadable({ page }: Visit, { answer, url }: Answered): boolean {
	const request = {
		method: "GET",
		headers: [],
		origin: page.origin,
		urls: [url],
		credentials: page.credentials,
		preflightFlag: undefined,
		body: "none",
		tainting: "cors",
	} as const;
	return corsCheck({ ...request, urls: [url] }, answer, "").every(({ passed }) => passed);
}

function redirectFindings({ page }: Visit, { turns, stop }: Conversation): readonly DoctorFinding[] {
	const requests = turns.flatMap((turn) => (turn.kind === "request" ? [turn.exchange] : []));
	const sent = [...requests, ...(stop === undefined ? [] : [stop.next])];
	const findings: DoctorFinding[] = [];
	const tainted = sent.findIndex(({ headers }) => getHeader(headers, ORIGIN) === "null");
	const before = requests[tainted - 1];
	if (page.origin !== "null" && before !== undefined) {
		findings.push({
			code: "redirect-origin-null",
			severity: "warning",
			message: `A redirect from ${new URL(before.url).origin} leads to another origin, so the browser goes on as the origin null, which no server should allow. Call ${sent[tainted]?.url} directly.`,
			requests: [before.number],
		});
	}
	const hasAuthorization = ({ headers }: { readonly headers: Exchange["headers"] }) =>
		getHeader(headers, "authorization") !== null;
	const actual = sent.filter((request) => ("kind" in request ? request.kind : request.purpose) === "actual");
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

function exposeFindings({ page }: Visit, { answer, number }: Answered): readonly DoctorFinding[] {
	const names = extractTokens(answer.headers, EXPOSE_HEADERS);
	const name = displayName(EXPOSE_HEADERS);
	const base = { severity: "warning" as const, requests: [number] };
	if (names === "failure") {
		return [
			{
				...base,
				code: "expose-headers-malformed",
				message: `${name}: ${getHeader(answer.headers, EXPOSE_HEADERS)} has a bad element, which makes the whole list invalid: nothing is exposed. Write names only, separated by commas.`,
			},
		];
	}
	const asterisk: DoctorFinding = {
		...base,
		code: "expose-headers-wildcard",
		message: `${name}: * exposes nothing to a call with credentials. Name the headers that the page reads.`,
	};
	const forbidden: DoctorFinding = {
		...base,
		code: "expose-headers-forbidden",
		severity: "note",
		message: `${name} names Set-Cookie, which no page can ever read. Take it off the list.`,
	};
	return [
		...(page.credentials === "include" && names?.includes("*") ? [asterisk] : []),
		...(names?.some((exposed) => isForbiddenResponseHeader(exposed.toLowerCase())) ? [forbidden] : []),
	];
}

function maxAgeFindings({ answer: { headers }, number }: Answered): readonly DoctorFinding[] {
	const seconds = extractDeltaSeconds(headers, MAX_AGE);
	const name = displayName(MAX_AGE);
	const highest = Math.max(...Object.values(PREFLIGHT_CACHING).map(({ capSeconds }) => capSeconds));
	const base = { engines: keptSecondsPerEngine(headers), requests: [number] };
	if (seconds === null) {
		return [
			{
				...base,
				code: "max-age-missing",
				severity: "note",
				message: `The preflight's answer has no ${name}, so it is kept for 5 seconds, and nearly every call costs a second request. Send one: 7200.`,
			},
		];
	}
	if (seconds === "failure") {
		return [
			{
				...base,
				code: "max-age-malformed",
				severity: "warning",
				message: `${name}: ${getHeader(headers, MAX_AGE)} is no number of seconds, and engines disagree on what it means. Write digits only, once.`,
			},
		];
	}
	if (seconds <= highest) return [];
	return [
		{
			...base,
			code: "max-age-above-caps",
			severity: "note",
			message: `${name}: ${getHeader(headers, MAX_AGE)} is more than any browser honours. Send ${highest} or less.`,
		},
	];
}
