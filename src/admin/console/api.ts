/** Owns the calls to the API: what each one asks, and what it answers. */

import type { Finding } from "../../findings/finding.ts";
import type { Report } from "./report.ts";
import { token } from "./session.ts";

/** Why a call came to nothing. */
export class ApiFailure extends Error {
	/** The problem's stable code; `unreachable` where there was no answer. */
	readonly code: string;
	readonly findings: readonly Finding[];

	constructor(code: string, message: string, findings: readonly Finding[] = []) {
		super(message);
		this.code = code;
		this.findings = findings;
	}
}

/** The event of the window that the API knows the caller no more, if it ever did. */
export const SIGNED_OUT = "cordon:signed-out";

/** A tenant in a list. */
export interface ListedTenant {
	readonly host: string;
	readonly version: number;
	readonly at: string;
	readonly by: string;
}

/** One version, without its document. */
export interface ApiVersion {
	readonly version: number;
	readonly at: string;
	readonly by: string;
	readonly action: "put" | "delete" | "rollback";
	readonly restores?: number;
}

/** What is stored for a host. */
export interface TenantText {
	/** As people edit it; undefined where there is none. */
	readonly text: string | undefined;
	/** What a write must name to replace it; undefined where there is nothing. */
	readonly etag: string | undefined;
}

/** What a write answers. */
export interface SavedTenant {
	readonly version: number;
	readonly copied: boolean;
	readonly etag: string;
}

/** A page of something. */
export interface ApiPage<Item> {
	readonly items: readonly Item[];
	readonly cursor: string | null;
}

/** A document as people edit it. */
export function pretty(document: unknown): string {
	return `${JSON.stringify(document, null, 2)}\n`;
}

/** Lists tenants. */
export async function fetchTenants(prefix: string, cursor?: string): Promise<ApiPage<ListedTenant>> {
	const query = new URLSearchParams({ prefix, ...(cursor === undefined ? {} : { cursor }) });
	const answer = await json<{ tenants: ListedTenant[]; cursor: string | null }>("GET", `tenants?${query}`);
	return { items: answer.tenants, cursor: answer.cursor };
}

/** Reads what is stored for a host. */
export async function readTenant(host: string): Promise<TenantText> {
	try {
		const response = await call("GET", tenantPath(host));
		const text = pretty(await response.json());
		return { text, etag: response.headers.get("etag") ?? undefined };
	} catch (error) {
		if (error instanceof ApiFailure && error.code === "not-found")
			return { text: undefined, etag: undefined };
		throw error;
	}
}

/** Writes a document over what was read. */
export async function writeTenant(
	host: string,
	text: string,
	etag: string | undefined,
): Promise<SavedTenant> {
	const response = await call("PUT", tenantPath(host), { body: text, headers: replacing(etag) });
	return written(response);
}

/** Whether the caller may write for this host: a write is asked for that stops before writing. */
export async function mayWrite(host: string, etag: string | undefined): Promise<boolean> {
	try {
		const body = '{"closed":true}';
		const headers = etag === undefined ? replacing(undefined) : { "if-match": "*" };
		await call("PUT", `${tenantPath(host)}?dryRun=true`, { body, headers });
		return true;
	} catch (error) {
		if (!(error instanceof ApiFailure)) throw error;
		if (error.code === "forbidden") return false;
		if (error.code === "changed-meanwhile" || error.code === "invalid-document") return true;
		throw error;
	}
}

/** Deletes what was read. */
export async function deleteTenant(host: string, etag: string): Promise<void> {
	await call("DELETE", tenantPath(host), { headers: replacing(etag) });
}

/** Lists versions, newest first. */
export async function fetchVersions(host: string, cursor?: string): Promise<ApiPage<ApiVersion>> {
	const query = new URLSearchParams(cursor === undefined ? {} : { cursor });
	try {
		const path = `${tenantPath(host)}/versions?${query}`;
		const answer = await json<{ versions: ApiVersion[]; cursor: string | null }>("GET", path);
		return { items: answer.versions, cursor: answer.cursor };
	} catch (error) {
		if (error instanceof ApiFailure && error.code === "not-found") return { items: [], cursor: null };
		throw error;
	}
}

/** The document of a version as people edit it; empty where the version is a deletion. */
export async function readVersion(host: string, version: number): Promise<string> {
	const answer = await json<{ document: unknown }>("GET", `${tenantPath(host)}/versions/${version}`);
	return answer.document === null ? "" : pretty(answer.document);
}

/** Brings a version back over what was read. */
export async function rollBack(
	host: string,
	version: number,
	etag: string | undefined,
): Promise<SavedTenant> {
	const body = JSON.stringify({ version });
	return written(await call("POST", `${tenantPath(host)}/rollback`, { body, headers: replacing(etag) }));
}

/** What a page wants to do. */
export interface TriedCall {
	readonly origin: string;
	readonly method: string;
	readonly path: string;
	readonly headers: readonly string[];
	readonly credentials?: "include" | "omit";
}

/** Explains a call with a draft. */
export function fetchExplanation(host: string, document: unknown, tried: TriedCall): Promise<Report> {
	return json<Report>("POST", "explain", { body: JSON.stringify({ host, document, ...tried }) });
}

function tenantPath(host: string): string {
	return `tenants/${encodeURIComponent(host)}`;
}

function replacing(etag: string | undefined): Record<string, string> {
	return etag === undefined ? { "if-none-match": "*" } : { "if-match": etag };
}

async function written(response: Response): Promise<SavedTenant> {
	const { version, copied } = (await response.json()) as { version: number; copied: boolean };
	return { version, copied, etag: response.headers.get("etag") ?? `"${version}"` };
}

interface Sent {
	readonly body?: string;
	readonly headers?: Readonly<Record<string, string>>;
}

async function json<Answer>(method: string, path: string, sent?: Sent): Promise<Answer> {
	return (await (await call(method, path, sent)).json()) as Answer;
}

async function call(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Response> {
	const bearer = token();
	let response: Response;
	try {
		response = await fetch(`/v1/${path}`, {
			method,
			cache: "no-store",
			headers: {
				...headers,
				...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
				...(body === undefined ? {} : { "content-type": "application/json" }),
			},
			...(body === undefined ? {} : { body }),
		});
	} catch {
		const signOn = bearer === undefined ? " If it is there, load this page again to sign on again." : "";
		const words = `The control plane cannot be reached. Check your connection.${signOn}`;
		throw new ApiFailure("unreachable", words);
	}
	if (response.ok) return response;
	const refused = await failure(response);
	if (refused.code === "unauthenticated") dispatchEvent(new Event(SIGNED_OUT));
	throw refused;
}

async function failure(response: Response): Promise<ApiFailure> {
	const fallback = `The control plane answered ${response.status}.`;
	try {
		const problem = (await response.json()) as { code?: string; detail?: string; findings?: Finding[] };
		return new ApiFailure(problem.code ?? "internal-error", problem.detail ?? fallback, problem.findings);
	} catch {
		return new ApiFailure("internal-error", fallback);
	}
}
