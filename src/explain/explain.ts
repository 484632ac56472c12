/** Owns the one question to this library: what becomes of a page's call under a document, why, and what would change it. */

import type { Finding } from "../findings/finding.ts";
import { compileTenant } from "../tenants/tenant.ts";
import { type AskDirectories, tryCall } from "./explanation.ts";
import { findRemedy } from "./fixes.ts";
import { pageCall, type Question } from "./question.ts";
import type { Explanation } from "./report.ts";

/** Why there is nothing to explain: every call is refused. */
export interface Unexplained {
	readonly allowed: false;
	readonly problem: "invalid-document" | "tenant-closed" | "invalid-host";
	readonly message: string;
	/** What is wrong with the document. */
	readonly errors: readonly Finding[];
}

/** What is not in the document. */
export interface ExplainOptions {
	/** Left out, a call that hangs on an origin directory is not decided. */
	readonly askDirectories?: AskDirectories | undefined;
}

/**
 * Explains a page's call. It runs the gateway's own code on the document, and the browser model on what that answers; every fix
 * that it names was made, validated and tried.
 * @param document the tenant document, as JSON.parse gives it
 * @param hostname the public host that is called, with its port where that is not the scheme's own
 * @returns JSON as it stands
 */
export async function explain(
	document: unknown,
	hostname: string,
	question: Question,
	{ askDirectories }: ExplainOptions = {},
): Promise<Explanation | Unexplained> {
	const call = pageCall(hostname, question);
	if (call === undefined) {
		return unexplained("invalid-host", `${JSON.stringify(hostname)} is not a host that can be called.`);
	}
	const result = compileTenant(document);
	if (!result.ok) {
		return {
			...unexplained("invalid-document", "The document is not valid, so every request would be refused."),
			errors: result.errors,
		};
	}
	if (result.closed) {
		return unexplained(
			"tenant-closed",
			`The document closes the tenant ("closed": true): Cordon answers every request with 503 tenant-closed.`,
		);
	}
	const tried = await tryCall({ document: result.document, tenant: result.tenant, call, askDirectories });
	if (tried.explanation.allowed !== false) return tried.explanation;
	const remedy = await findRemedy({ document: result.document, hostname, question, askDirectories }, tried);
	return { ...tried.explanation, ...remedy };
}

function unexplained(problem: Unexplained["problem"], message: string): Unexplained {
	return { allowed: false, problem, message, errors: [] };
}
