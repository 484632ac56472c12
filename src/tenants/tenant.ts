/** Owns the tenant: a document's text, checked and compiled once into what the gateway works with. */

import { compilePolicy, type Policy } from "../cors/policy.ts";
import { type Finding, pointerTo } from "../findings/finding.ts";
import { checkPath, checkUniquePaths, createRouteTable, type Route, type RouteTable } from "./routes.ts";
import type { TenantDocument } from "./schema.ts";
import { checkStructure } from "./structure.ts";
import { checkUpstream, type Upstream, upstreamOf } from "./upstream.ts";

/** Longest document that is read, in characters: room for 100,000 origins. */
export const MAX_DOCUMENT_CHARACTERS = 4 * 1024 * 1024;

/** How Set-Cookie is rewritten. */
export interface CookieRewrite {
	readonly sameSiteNone: boolean;
	readonly partitioned: boolean;
}

/** A tenant that is closed: everything is refused, nothing is shared. */
export interface ClosedTenant {
	readonly closed: true;
}

/** A compiled tenant document. Immutable. */
export interface Tenant {
	readonly closed: false;
	/** Where the API is; undefined where requests go on along their own route. */
	readonly upstream: Upstream | undefined;
	readonly policy: Policy;
	/** Undefined where there are none: then no request's path has to be known. */
	readonly routes: RouteTable<Policy> | undefined;
	readonly report: boolean;
	readonly rejectDenied: boolean;
	readonly stripOrigin: boolean;
	readonly upstreamTimeoutMilliseconds: number | undefined;
	readonly cookies: CookieRewrite | undefined;
	readonly clientCertificate: "ignore" | "forward" | "require";
}

/** A tenant, or every error that the document has. */
export type TenantResult =
	| { readonly ok: true; readonly tenant: Tenant; readonly document: TenantDocument }
	| { readonly ok: false; readonly errors: readonly Finding[] };

/**
 * Parses, checks and compiles a tenant document.
 * @param text JSON, 4 MiB at most
 */
export function parseTenant(text: string): TenantResult {
	if (text.length > MAX_DOCUMENT_CHARACTERS) return { ok: false, errors: [documentTooLarge(text.length)] };
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		return { ok: false, errors: [invalidJson(error instanceof Error ? error.message : String(error))] };
	}
	return compileTenant(value);
}

/**
 * Checks and compiles a tenant document that is parsed already.
 * @param value whatever JSON.parse gives, with `__proto__` as an own key where the text has one
 */
export function compileTenant(value: unknown): TenantResult {
	const errors: Finding[] = [];
	const document = checkStructure(value, errors);
	if (document === undefined) return { ok: false, errors };
	if (document.upstream !== undefined) {
		const refusal = checkUpstream(document.upstream);
		if (refusal !== undefined) errors.push({ ...refusal, pointer: "/upstream" });
	}
	const policy = compilePolicy(document.cors, "/cors", errors);
	const routes: Route<Policy>[] = [];
	document.routes?.forEach(({ path, cors }, index) => {
		const place = pointerTo("/routes", index);
		const refusal = checkPath(path);
		if (refusal !== undefined) errors.push({ ...refusal, pointer: pointerTo(place, "path") });
		const value = compilePolicy(cors, pointerTo(place, "cors"), errors);
		if (value !== undefined) routes.push({ path, value });
	});
	checkUniquePaths(document.routes ?? [], errors);
	if (policy === undefined || errors.length > 0) return { ok: false, errors };
	const timeout = document.upstreamTimeoutSeconds;
	return {
		ok: true,
		document,
		tenant: {
			closed: false,
			upstream: document.upstream === undefined ? undefined : upstreamOf(document.upstream),
			policy,
			routes: routes.length === 0 ? undefined : createRouteTable(routes),
			report: document.mode === "report",
			rejectDenied: document.deniedRequests === "reject",
			stripOrigin: document.originHeader === "strip",
			upstreamTimeoutMilliseconds: timeout === undefined ? undefined : timeout * 1000,
			cookies: cookieRewrite(document.cookies),
			clientCertificate: document.clientCertificate ?? "ignore",
		},
	};
}

/** The finding for a text that is no JSON. */
export function invalidJson(reason: string): Finding {
	return {
		code: "invalid-json",
		pointer: "",
		message: `This is no JSON (${reason}), so nothing of it is in force. Correct it there.`,
	};
}

function documentTooLarge(characters: number): Finding {
	return {
		code: "document-too-large",
		pointer: "",
		message: `This document has ${characters} characters; ${MAX_DOCUMENT_CHARACTERS} are the most that is read. Move its origins into an origin directory: {"directory": "customers"}.`,
	};
}

function cookieRewrite(cookies: TenantDocument["cookies"]): CookieRewrite | undefined {
	const sameSiteNone = cookies?.sameSite === "None";
	const partitioned = cookies?.partitioned === true;
	return sameSiteNone || partitioned ? { sameSiteNone, partitioned } : undefined;
}
