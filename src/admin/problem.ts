/** Owns the control plane's error answers: RFC 9457 problem details with stable codes. */

import { HTTPException } from "hono/http-exception";
import type { Finding } from "../findings/finding.ts";

interface ProblemKind {
	readonly status: 400 | 401 | 403 | 404 | 405 | 412 | 413 | 422 | 428 | 500 | 503;
	readonly title: string;
	readonly detail: string;
}

/** Every problem there is: one code a status, so that either tells which. */
export const PROBLEMS = {
	"invalid-request": {
		status: 400,
		title: "Invalid request",
		detail: "A parameter of this request has no meaning.",
	},
	unauthenticated: {
		status: 401,
		title: "Unauthenticated",
		detail:
			"This needs a bearer token that is configured here (Authorization: Bearer …), or a valid sign-on of Cloudflare Access.",
	},
	forbidden: {
		status: 403,
		title: "Forbidden",
		detail: "This is outside of what this caller may see and do, whether it exists or not.",
	},
	"not-found": { status: 404, title: "Not found", detail: "There is nothing here." },
	"method-not-allowed": {
		status: 405,
		title: "Method not allowed",
		detail: "This resource does not take this method; the header Allow has those that it takes.",
	},
	"changed-meanwhile": {
		status: 412,
		title: "Changed meanwhile",
		detail:
			"What is stored is not what this request was made for, so nothing was written. Read it again, and decide anew.",
	},
	"too-large": {
		status: 413,
		title: "Too large",
		detail: "A request has 1 MiB at most. Keep large lists of origins in a directory.",
	},
	"invalid-document": {
		status: 422,
		title: "Invalid document",
		detail: "What was sent has errors, so nothing was written: findings has all of them.",
	},
	"precondition-required": {
		status: 428,
		title: "Precondition required",
		detail:
			"A write says what it replaces: If-Match with the ETag that was read, or If-None-Match: * where there is nothing yet.",
	},
	"internal-error": {
		status: 500,
		title: "Internal error",
		detail: "The control plane failed on this request. Its operator finds the reason in the log.",
	},
	"not-configured": {
		status: 503,
		title: "Not configured",
		detail:
			"Nobody is allowed in here yet: the secret ADMIN_TOKENS, or ACCESS_TEAM and ACCESS_AUD, have to say who may.",
	},
} as const satisfies Readonly<Record<string, ProblemKind>>;

/** The stable code of a problem; part of the public interface. */
export type AdminProblemCode = keyof typeof PROBLEMS;

/** What one occurrence of a problem says besides. */
export interface AdminOccurrence {
	/** In place of the kind's own detail. */
	readonly detail?: string;
	/** What is wrong with what was sent, as `cordon validate --json` says it. */
	readonly findings?: readonly Finding[];
	/** What there is in place of what was expected; null where that is nothing. */
	readonly current?: object | null;
	readonly headers?: Readonly<Record<string, string>>;
}

/** The page that says of each code what it means and what to do: it comes with the package. */
const PAGE = "https://unpkg.com/cordon/docs/control-plane.md";

/** Makes the answer for a problem. */
export function adminProblem(
	code: AdminProblemCode,
	{ detail, headers, ...more }: AdminOccurrence = {},
): Response {
	const kind = PROBLEMS[code];
	const { status, title } = kind;
	const body = { type: `${PAGE}#${code}`, title, status, code, detail: detail ?? kind.detail, ...more };
	return new Response(JSON.stringify(body), {
		status,
		headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
	});
}

/** The same, to be thrown from wherever a request turns out to end. */
export function refusal(code: AdminProblemCode, occurrence: AdminOccurrence = {}): HTTPException {
	return new HTTPException(PROBLEMS[code].status, { res: adminProblem(code, occurrence) });
}
