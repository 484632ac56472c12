/** Owns the record of who sent what: joins what the front saw with what reached the API, one readable line a request. */

import type { Line } from "../../end-to-end/harness/client.ts";
import type { SeenRequest } from "./front.ts";

/** A request that reached the API. */
export interface ReachedRequest {
	readonly method: string;
	readonly target: string;
	readonly lines: readonly Line[];
}

export interface Ledger {
	see(request: SeenRequest): void;
	reach(request: ReachedRequest): void;
	/** The lines of a case of a run, and forgets them. */
	take(run: string, caseId: string): readonly string[];
}

interface Page {
	readonly seen: SeenRequest[];
	readonly reached: ReachedRequest[];
}

/** The query's part by which a request belongs to a case of a run. */
export function caseQuery(run: string, caseId: string): string {
	return `case=${encodeURIComponent(`${run}.${caseId}`)}`;
}

export function createLedger(): Ledger {
	const pages = new Map<string, Page>();

	function pageOf(target: string): Page {
		const key = URL.parse(target, "http://any.invalid")?.searchParams.get("case") ?? "";
		const page = pages.get(key) ?? { seen: [], reached: [] };
		pages.set(key, page);
		return page;
	}

	return {
		see: (request) => pageOf(request.target).seen.push(request),
		reach: (request) => pageOf(request.target).reached.push(request),
		take(run, caseId) {
			const key = `${run}.${caseId}`;
			const page = pages.get(key);
			pages.delete(key);
			return page === undefined ? [] : linesOf(page);
		},
	};
}

/**
 * A line is `METHOD +what went along: STATUS API`, the last word where the API was reached; a preflight names in
 * brackets what it asks for: `OPTIONS (PUT content-type): 204`.
 */
function linesOf({ seen, reached }: Page): readonly string[] {
	const unmatched = [...reached];
	const answered = seen.filter(({ status }) => status !== undefined);
	const lines = answered.map((request) => {
		const at = unmatched.findIndex(
			({ method, target }) => method === request.method && target === request.target,
		);
		const atApi = at === -1 ? undefined : unmatched.splice(at, 1)[0];
		const said = `${request.method}${asked(request)}${along(request)}: ${request.status}`;
		if (atApi === undefined) return said;
		const differs = along(atApi) === along(request) ? "" : `, which saw${along(atApi) || " nothing"}`;
		return `${said} API${differs}`;
	});
	return [...lines, ...unmatched.map(({ method }) => `${method} that no browser was answered: API`)];
}

/** What a preflight asks for. */
function asked({ method, lines }: ReachedRequest): string {
	if (method !== "OPTIONS") return "";
	const names = ["access-control-request-method", "access-control-request-headers"];
	return ` (${names.flatMap((name) => valuesOf(lines, name)).join(" ")})`;
}

/** What of credentials went along, cookies by name; and an origin that is none. */
function along({ lines, certificate }: ReachedRequest & { readonly certificate?: boolean }): string {
	const cookies = valuesOf(lines, "cookie")
		.flatMap((value) => value.split(";"))
		.map((cookie) => cookie.trim().split("=")[0] ?? "");
	const tokens = [
		...cookies.sort(),
		...(valuesOf(lines, "authorization").length > 0 ? ["authorization"] : []),
		...(certificate || valuesOf(lines, "client-cert").length > 0 ? ["certificate"] : []),
	];
	const origin = valuesOf(lines, "origin").includes("null") ? " from null" : "";
	return tokens.map((token) => ` +${token}`).join("") + origin;
}

function valuesOf(lines: readonly Line[], name: string): readonly string[] {
	return lines.filter((line) => line[0] === name).map((line) => line[1]);
}
