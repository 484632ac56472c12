/** Owns the advice to change a tenant file: it is tried on the gateway's own code, and given only where it does what it says. */

import { credentialsMode, type PageRequest } from "../browser/page-request.ts";
import { findRemedy, type Situation, trySituation } from "../explain/fixes.ts";
import type { Question } from "../explain/question.ts";
import { applyPatches, valueAt } from "../findings/patch.ts";

/** A policy that lets a call through, with what the page has to do besides; or why there is none. */
export type TenantFix =
	| {
			readonly accepted: true;
			readonly policy: unknown;
			/** What the page does otherwise; mostly nothing. */
			readonly page: readonly PageChange[];
	  }
	| { readonly accepted: false; readonly why: string };

/** A change of the page's code. */
export interface PageChange {
	/** Begins in lower case, without a full stop. */
	readonly says: string;
	readonly change: Partial<Question>;
}

/**
 * What a tenant file has to say for this page's call. The document is not known, so it is a whole policy, to stand before
 * those that are there: the first whose origins allow the request's origin decides, and of those none does. Rejected
 * alternative: names to add to its lists, which another entry of the document may make `validate` refuse.
 * @param isSocket whether the call is a WebSocket's handshake
 */
export async function tenantFix(page: PageRequest, isSocket = false): Promise<TenantFix> {
	const situation: Situation = {
		document: { cors: { origins: [] } },
		hostname: new URL(page.url).host,
		question: questionOf(page, isSocket),
	};
	const tried = await trySituation(situation);
	const { fixes, obstacles } =
		tried === undefined ? { fixes: [], obstacles: [] } : await findRemedy(situation, tried);
	if (fixes.length === 0) {
		const why = obstacles.map(({ message }) => message).join(" ");
		return { accepted: false, why: why === "" ? "browsers do not send it" : why };
	}
	const fixed = applyPatches(
		situation.document,
		fixes.map(({ patch }) => patch),
	);
	return {
		accepted: true,
		policy: valueAt(fixed, "/cors"),
		page: fixes.flatMap(({ says, patch, page: change }) =>
			change === undefined ? [] : [{ says: patch.length === 0 ? says : pageHalf(says), change }],
		),
	};
}

/** A change of both the page and the document tells the page's half first. */
function pageHalf(says: string): string {
	return says.replace(/, and add .*$/, "");
}

function questionOf(page: PageRequest, isSocket: boolean): Question {
	const { protocol, pathname, search } = new URL(page.url);
	const scheme = protocol === "http:" ? "http" : "https";
	return {
		origin: page.origin,
		method: page.method,
		headers: page.headers.map(([name, value]) => `${name}: ${value}`),
		path: pathname + search,
		credentials: credentialsMode(page),
		uploadProgress: page.api === "xhr" && page.uploadListener === true,
		scheme: isSocket ? (scheme === "http" ? "ws" : "wss") : scheme,
	};
}
