/** Owns Cordon's own error answers: RFC 9457 problem details with stable codes. */

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
		detail:
			"The policy of this hostname cannot be read at the moment, so nothing is let through. Try again; if this lasts, its operator finds the reason in the log.",
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
			"This request has been through Cordon already (CDN-Loop, RFC 8586). The upstream of this hostname leads back to Cordon: its operator has to point it at the API itself.",
	},
	"origin-not-allowed": {
		status: 403,
		title: "Origin not allowed",
		detail:
			"The policy of this hostname does not allow this request from the origin that the Origin header names. If it should, its operator has to add that origin.",
	},
	"client-certificate-required": {
		status: 403,
		title: "Client certificate required",
		detail: "This hostname wants a valid TLS client certificate, and none came with this connection.",
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

const TYPE_PREFIX = "urn:problem-type:cordon:";

const BODIES = new Map(
	Object.entries(PROBLEMS).map(([code, { status, title, detail }]) => [
		code,
		JSON.stringify({ type: TYPE_PREFIX + code, title, status, detail, code }),
	]),
);

const HEADERS = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });

/** Makes the answer for a problem; its headers may be changed. */
export function problem(code: ProblemCode): Response {
	return new Response(BODIES.get(code), { status: PROBLEMS[code].status, headers: HEADERS });
}
