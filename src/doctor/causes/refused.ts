/** Owns the cause of a server that refuses the origin itself, or OPTIONS as such. */

import { extractTokens, getHeader } from "../../browser/header-list.ts";
import { shown } from "../../browser/steps.ts";
import { ALLOW_METHODS, ALLOW_ORIGIN, REQUEST_METHOD } from "../../cors/standard.ts";
import { whoAnswered } from "../products/who-answered.ts";
import {
	type AnsweredExchange,
	allowOriginOf,
	answeredTurns,
	isActual,
	isAnswered,
	isReadable,
	type Seen,
} from "../seen.ts";
import { type Cause, type FindCause, PREFLIGHT_STEPS, SHARING_STEPS } from "./cause.ts";

/** A preflight carries nothing else that could be forbidden: a 403 to it means the origin, or everybody's OPTIONS. */
export const originRefused: FindCause = (seen) => {
	const preflight = answeredTurns(seen.conversation).findLast(({ purpose }) => purpose === "preflight");
	const last = answeredTurns(seen.conversation).at(-1);
	if (preflight !== undefined && isRefusal(preflight)) return refusedPreflight(seen, preflight);
	return last !== undefined && isErrorForOrigins(seen, last) ? errorForOrigin(seen, last) : undefined;
};

function refusedPreflight(
	{ visit, probed: { base, twins, withoutOrigin } }: Seen,
	preflight: AnsweredExchange,
): Cause {
	const { origin } = visit.page;
	const allowed = allowOriginOf(preflight);
	const isNamed = allowed === origin || allowed === "*";
	const shape =
		allowed === null ? "without Access-Control-Allow-Origin" : `with ${shown(ALLOW_ORIGIN, allowed)}`;
	const { status } = preflight.answer;
	const told = (code: Cause["code"], message: string): Cause => ({
		code,
		message,
		steps: PREFLIGHT_STEPS,
		requests: [preflight.number],
	});
	const miswritten = isNamed ? inOtherCase(preflight) : undefined;
	if (miswritten !== undefined) return told("preflight-refuses-part", miswritten);
	if (isNamed) {
		return told(
			"options-refused",
			`OPTIONS is refused with ${status}, and the origin is not (the answer names it all the same): something forbids the method, such as a list of methods, a firewall's rule, or protection against forgery. Let OPTIONS pass, and answer it with 204.`,
		);
	}
	const by = whoAnswered(preflight, "preflight");
	if (by?.made && KNOWS_NO_ORIGINS.has(by.product)) {
		return told(
			"options-refused",
			`OPTIONS is refused with ${status} by ${by.name} itself (${by.evidence}): nothing behind it was asked. Let OPTIONS pass there, and answer it with 204.`,
		);
	}
	if (isAnswered(base) && isReadable(visit, base)) {
		return told(
			"origin-refused",
			`The origin was refused: the preflight is answered with ${status} and ${shape}. As a ${base.method} of this page is shared, see first whether something forbids OPTIONS to everybody (a list of methods, a firewall's rule), and let it pass; else let what answers preflights allow ${origin}, exactly as it stands here.`,
		);
	}
	const isForAll = isAnswered(withoutOrigin) && withoutOrigin.answer.status === status;
	const all = isForAll
		? ` A ${withoutOrigin.method} without Origin is answered with ${status} too: it may be that everything is forbidden here, to everybody.`
		: "";
	const how = twins.some(({ shared }) => shared !== "no") ? ", while another one is let in" : "";
	return told(
		"origin-refused",
		`The origin was refused: the preflight is answered with ${status} and ${shape}${how}. Let the server allow ${origin}, exactly as it stands here. Only if it is on the list already, see whether something in front forbids OPTIONS to everybody.${all}`,
	);
}

/** The list of the answer has the method in other letters: nothing forbids OPTIONS then. https://fetch.spec.whatwg.org/#concept-method-normalize */
function inOtherCase({ headers, answer }: AnsweredExchange): string | undefined {
	const method = getHeader(headers, REQUEST_METHOD) ?? "";
	const names = extractTokens(answer.headers, ALLOW_METHODS);
	if (names === "failure" || names === null || names.includes(method)) return undefined;
	const near = names.find((name) => name.toUpperCase() === method.toUpperCase());
	if (near === undefined) return undefined;
	const upper = method.toUpperCase();
	return `The server refuses the method ${method}, and not the origin: its list has ${near}, and methods are compared byte for byte: write ${upper} ${method === upper ? "there" : "in the page"}${near === upper || method === upper ? "" : " and there"}.`;
}

/** What answers for want of a route, a key or a right, whatever the origin. */
const KNOWS_NO_ORIGINS: ReadonlySet<string> = new Set([
	"aws-api-gateway",
	"cloudflare",
	"cloud-run",
	"envoy",
]);

/** Starlette and others say it with 400 and in words. */
function isRefusal({ answer: { status, body } }: AnsweredExchange): boolean {
	return status === 403 || (status === 400 && /\bCORS\b/.test(body));
}

/** Some servers answer whoever sends an Origin that is not on their list with an error, and others as ever. */
function isErrorForOrigins({ probed: { base, withoutOrigin } }: Seen, last: AnsweredExchange): boolean {
	const { status, headers } = last.answer;
	if (status < 400 || getHeader(headers, ALLOW_ORIGIN) !== null) return false;
	const own = isActual(last) ? last : base;
	// Of a preflight, a GET of the same page has to fail the same way.
	return (
		isAnswered(own) &&
		own.answer.status === status &&
		SAFE_METHODS.has(own.method) &&
		isAnswered(withoutOrigin) &&
		withoutOrigin.answer.status < 400
	);
}

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

function errorForOrigin({ visit: { page }, probed: { withoutOrigin } }: Seen, last: AnsweredExchange): Cause {
	const { status } = last.answer;
	const what = last.purpose === "preflight" ? "the preflight and a GET" : "the call";
	const other = isAnswered(withoutOrigin)
		? `, while the same request without Origin gets ${withoutOrigin.answer.status}`
		: "";
	return {
		code: "origin-refused",
		message: `The origin was refused: with Origin: ${page.origin}, ${what} ${last.purpose === "preflight" ? "are" : "is"} answered with ${status} and without Access-Control-Allow-Origin${other}. Let the server allow ${page.origin}, exactly as it stands here (and for origins that are not on its list, let it leave the header out in place of the error).`,
		steps: [...PREFLIGHT_STEPS, ...SHARING_STEPS],
		requests: [last.number, ...(isAnswered(withoutOrigin) ? [withoutOrigin.number] : [])],
	};
}
