/** Owns Cordon's own error answers: RFC 9457 problem details with stable codes. */

import { ownResponse } from "./own-response.ts";

interface ProblemKind {
	readonly status: number;
	readonly title: string;
	readonly detail: string;
}

/** Every problem there is. A refusal never lists what would have been allowed. */
const PROBLEMS = {
	"unknown-tenant": {
		status: 404,
		title: "Unknown tenant",
		detail: "No policy is stored for this hostname. Its operator has to store one under tenant:<hostname>.",
	},
	"tenant-unavailable": {
		status: 503,
		title: "Tenant unavailable",
		detail: "The policy of this hostname is not available, so nothing is let through.",
	},
	"tenant-closed": {
		status: 503,
		title: "Tenant closed",
		detail: "This hostname is closed for now: its operator has said so, and nothing is let through.",
	},
	"loop-detected": {
		status: 508,
		title: "Loop detected",
		detail:
			"This request has been through Cordon already, or its CDN-Loop header cannot be parsed (RFC 8586). If the upstream of this hostname leads back to Cordon, its operator has to point it at the API itself.",
	},
	"origin-not-allowed": {
		status: 403,
		title: "Origin not allowed",
		detail:
			"The policy of this hostname does not allow this request from the page that sent it. If it should, its operator has to allow the page's origin.",
	},
	"client-certificate-required": {
		status: 403,
		title: "Client certificate required",
		detail: "This hostname asks for a valid TLS client certificate, and none came with this connection.",
	},
	"upstream-unreachable": {
		status: 502,
		title: "Upstream unreachable",
		detail: "The API behind this hostname could not be reached, or broke off before it had answered.",
	},
	"upstream-timeout": {
		status: 504,
		title: "Upstream timeout",
		detail: "The API behind this hostname did not begin to answer within the time that its operator allows.",
	},
	"internal-error": {
		status: 500,
		title: "Internal error",
		detail: "Cordon failed on this request. Its operator finds the reason in the log.",
	},
} as const satisfies Readonly<Record<string, ProblemKind>>;

/** The stable code of a problem; part of the public interface. */
export type ProblemCode = keyof typeof PROBLEMS;

/** Every code there is. */
export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

/** What one occurrence of a problem says besides. */
export interface Occurrence {
	/** In place of the kind's own detail. */
	readonly detail?: string | undefined;
	/** The id under which the edge and its logs know the request; undefined where there is none. */
	readonly ray?: string | undefined;
}

/** The page that says of each code what it means and what to do: it comes with the package. */
const PAGE = "https://unpkg.com/cordon/docs/errors.md";

/** What is the same in every occurrence, as JSON without its closing brace. */
const BEGINNINGS = new Map(
	Object.entries(PROBLEMS).map(([code, { title, status }]) => [
		code,
		JSON.stringify({ type: `${PAGE}#${code}`, title, status, code }).slice(0, -1),
	]),
);

/** Made with the first problem: on Node it takes a while to load Fetch, which whoever only needs the codes does not wait for. */
let headers: Headers | undefined;

/** Makes the answer for a problem; its headers may be changed. */
export function problem(code: ProblemCode, { detail, ray }: Occurrence = {}): Response {
	const kind = PROBLEMS[code];
	const instance = ray === undefined ? "" : `,"instance":${JSON.stringify(`urn:ray:${ray}`)}`;
	const body = `${BEGINNINGS.get(code)},"detail":${JSON.stringify(detail ?? kind.detail)}${instance}}`;
	headers ??= new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
	return ownResponse(body, kind.status, headers);
}

/** What a problem says of every occurrence. */
export function detailOf(code: ProblemCode): string {
	return PROBLEMS[code].detail;
}
