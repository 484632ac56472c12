/** Owns the tenant: a document's text, checked and compiled once into what the gateway works with. */

import { createOriginQuota, type OriginQuota } from "../cors/allowed-origins.ts";
import { compilePolicies, type Policies } from "../cors/policies.ts";
import { createFindings, type Findings, type Thoroughness } from "../findings/collector.ts";
import { type Fault, type Finding, pointerTo } from "../findings/finding.ts";
import { nestedTooDeeply, repeatedKey, scanJson } from "../findings/json-scan.ts";
import { advise } from "./advice.ts";
import { checkCookieDomain, REMOVE_DOMAIN } from "./cookie-domain.ts";
import {
	checkPath,
	checkReadings,
	checkUniquePaths,
	createRouteTable,
	type Route,
	type RouteTable,
} from "./routes.ts";
import type { ClosedDocument, TenantDocument } from "./schema.ts";
import { checkStructure } from "./structure.ts";
import {
	checkServiceName,
	checkUpstreamOrigin,
	type Upstream,
	type UpstreamConfig,
	upstreamOf,
} from "./upstream.ts";
import { findWarnings } from "./warnings.ts";

/** Largest document that is read, in bytes of UTF-8, as KV and file systems count: room for 100,000 origins. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** How Set-Cookie is rewritten. */
export interface CookieRewrite {
	readonly sameSiteNone: boolean;
	readonly partitioned: boolean;
	/** What stands in place of every `Domain`; empty where it is taken out, undefined where it stays. */
	readonly domain: string | undefined;
}

/** A tenant that is closed: everything is refused, nothing is shared. */
export interface ClosedTenant {
	readonly closed: true;
	readonly weightBytes: number;
}

/** What holds for the paths of one route, or for all that no route has. */
export interface Place {
	readonly policies: Policies;
	/** Whether nothing is changed there, and only the verdict recorded. */
	readonly report: boolean;
}

/** A compiled tenant document. Immutable. */
export interface Tenant {
	readonly closed: false;
	/** Where the API is; undefined where requests go on along their own route. */
	readonly upstream: Upstream | undefined;
	/** What holds where no route does. */
	readonly place: Place;
	/** Undefined where there are none: then no request's path has to be known. */
	readonly routes: RouteTable<Place> | undefined;
	readonly rejectDenied: boolean;
	/** Whether what other sites embed without an `Origin` is refused too. */
	readonly isolates: boolean;
	readonly stripOrigin: boolean;
	readonly upstreamTimeoutMilliseconds: number | undefined;
	readonly cookies: CookieRewrite | undefined;
	readonly clientCertificate: "ignore" | "forward" | "require";
	/** What it holds of the isolate's heap, as reckoned; the text that it was made of is not in it. */
	readonly weightBytes: number;
}

/** A tenant itself. */
const TENANT_BYTES = 160;

const CLOSED: ClosedTenant = { closed: true, weightBytes: TENANT_BYTES };

/** A tenant, open or closed, or what is wrong with the document. */
type Compiled<TError> =
	| {
			readonly ok: true;
			readonly closed: false;
			readonly tenant: Tenant;
			readonly document: TenantDocument;
	  }
	| {
			readonly ok: true;
			readonly closed: true;
			readonly tenant: ClosedTenant;
			readonly document: ClosedDocument;
	  }
	| {
			readonly ok: false;
			readonly errors: readonly TError[];
			/** What is sound in it; undefined where that is nothing. */
			readonly document?: TenantDocument | ClosedDocument | undefined;
	  };

/** A tenant, open or closed, or the errors that the document has. */
export type TenantResult = Compiled<Finding>;

/** The same for the gateway, which says the first error's code and place to its operator, and no more. */
export type LoadedTenant = Compiled<Fault>;

/**
 * Parses, checks and compiles a tenant document as far as its first error. The words for errors are not in the gateway's bundle.
 * @param text JSON, 4 MiB at most
 */
export function loadTenant(text: string): LoadedTenant {
	return load(text, createFindings("first")).loaded;
}

/**
 * Parses, checks and compiles a tenant document, and says everything that is wrong with it.
 * @param text JSON, 4 MiB at most
 */
export function parseTenant(text: string): TenantResult {
	const { loaded, value } = load(text, createFindings());
	return withWords(loaded, value, text.length);
}

/**
 * Checks and compiles a tenant document that is parsed already.
 * @param value as JSON.parse gives it, with `__proto__` as an own key where the text has one
 */
export function compileTenant(value: unknown): TenantResult {
	return withWords(compile(value, createFindings()), value, 0);
}

function withWords(loaded: LoadedTenant, value: unknown, characters: number): TenantResult {
	if (loaded.ok) return loaded;
	return {
		ok: false,
		errors: advise(value, { errors: loaded.errors, warnings: [] }, inspect, characters).errors,
	};
}

/** What is wrong with a document and what is doubtful in it, by code and place. */
export interface Inspected {
	readonly errors: readonly Fault[];
	readonly warnings: readonly Fault[];
	/** Once there are no errors. */
	readonly document?: TenantDocument | ClosedDocument | undefined;
}

/**
 * Finds what is wrong with a document and what is doubtful in it, without any words; `advise` has those.
 * @param value as JSON.parse gives it
 */
export function inspect(value: unknown): Inspected {
	const thoroughness = "every";
	return inspected(compile(value, createFindings(thoroughness)), thoroughness);
}

/** As `inspect`, of a document's text. */
export function inspectText(text: string): Inspected {
	return inspected(load(text, createFindings()).loaded, "all");
}

function inspected(loaded: LoadedTenant, thoroughness: Thoroughness): Inspected {
	const warnings = loaded.document === undefined ? [] : findWarnings(loaded.document, thoroughness);
	return loaded.ok
		? { errors: [], warnings, document: loaded.document }
		: { errors: loaded.errors, warnings };
}

function load(text: string, findings: Findings): { readonly loaded: LoadedTenant; readonly value?: unknown } {
	const bytes = utf8Bytes(text);
	if (bytes > MAX_DOCUMENT_BYTES) return refused(documentTooLarge(bytes));
	const isFlat = scanJson(text, (repeated) => {
		findings.add(() => repeatedKey(repeated, `character ${repeated.firstOffset + 1}`));
		return !findings.isEnough();
	});
	if (!isFlat) return refused(nestedTooDeeply());
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		return refused(invalidJson(error instanceof Error ? error.message : String(error)));
	}
	return { loaded: compile(value, findings), value };
}

function refused(error: Fault): { readonly loaded: LoadedTenant } {
	return { loaded: { ok: false, errors: [error] } };
}

function compile(value: unknown, findings: Findings): LoadedTenant {
	const refused = (document?: TenantDocument | ClosedDocument) =>
		({ ok: false, errors: findings.list(), document }) as const;
	if (findings.isEnough()) return refused();
	const document = checkStructure(value, findings);
	if (document === undefined) return refused();
	if ("closed" in document) {
		return findings.count() > 0 ? refused(document) : { ok: true, closed: true, document, tenant: CLOSED };
	}
	checkUpstream(document.upstream, findings);
	checkCookies(document.cookies, findings);
	const quota = createOriginQuota();
	const report = document.mode === "report";
	const policies = compilePolicies(document.cors, "/cors", findings, quota);
	const routes = compileRoutes(document.routes ?? [], report, findings, quota);
	if (policies === undefined || findings.count() > 0) return refused(document);
	const timeout = document.upstreamTimeoutSeconds;
	const table = routes.length === 0 ? undefined : createRouteTable(routes);
	return {
		ok: true,
		closed: false,
		document,
		tenant: {
			closed: false,
			upstream: document.upstream === undefined ? undefined : upstreamOf(document.upstream),
			place: { policies, report },
			routes: table,
			rejectDenied: (document.deniedRequests ?? "forward") !== "forward",
			isolates: document.deniedRequests === "isolate",
			stripOrigin: document.originHeader === "strip",
			upstreamTimeoutMilliseconds: timeout === undefined ? undefined : timeout * 1000,
			cookies: cookieRewrite(document.cookies),
			clientCertificate: document.clientCertificate ?? "ignore",
			weightBytes: TENANT_BYTES + policies.weightBytes + policiesBytes(routes) + (table?.weightBytes ?? 0),
		},
	};
}

function checkUpstream(upstream: UpstreamConfig | undefined, findings: Findings): void {
	if (upstream === undefined) return;
	const isOrigin = typeof upstream === "string";
	const refusal = isOrigin ? checkUpstreamOrigin(upstream) : checkServiceName(upstream.service);
	if (refusal === undefined) return;
	findings.add({ ...refusal, pointer: isOrigin ? "/upstream" : "/upstream/service" });
}

function checkCookies(cookies: TenantDocument["cookies"], findings: Findings): void {
	const refusal = cookies?.domain === undefined ? undefined : checkCookieDomain(cookies.domain);
	if (refusal !== undefined) findings.add({ ...refusal, pointer: "/cookies/domain" });
}

function compileRoutes(
	configs: NonNullable<TenantDocument["routes"]>,
	/** That of the document, which a route's own mode overrules. */
	report: boolean,
	findings: Findings,
	quota: OriginQuota,
): readonly Route<Place>[] {
	const routes: Route<Place>[] = [];
	configs.forEach(({ path, cors, mode }, index) => {
		if (findings.isEnough()) return;
		const place = pointerTo("/routes", index);
		const refusal = checkPath(path);
		if (refusal !== undefined) findings.add({ ...refusal, pointer: pointerTo(place, "path") });
		const policies = compilePolicies(cors, pointerTo(place, "cors"), findings, quota);
		if (policies === undefined) return;
		routes.push({ path, value: { policies, report: mode === undefined ? report : mode === "report" } });
	});
	if (!findings.isEnough()) checkReadings(configs, findings);
	const repetitions: Fault[] = [];
	checkUniquePaths(configs, repetitions);
	for (const finding of repetitions) findings.add(finding);
	return routes;
}

function policiesBytes(routes: readonly Route<Place>[]): number {
	return routes.reduce((bytes, { value }) => bytes + value.policies.weightBytes, 0);
}

/** Counted only where it could matter: no character has more than three bytes for each of its UTF-16 units. */
function utf8Bytes(text: string): number {
	return text.length * 3 <= MAX_DOCUMENT_BYTES || text.length > MAX_DOCUMENT_BYTES
		? text.length
		: new TextEncoder().encode(text).length;
}

/** The finding for a text that is not JSON. */
export function invalidJson(reason: string): Finding {
	return {
		code: "invalid-json",
		pointer: "",
		message: `This is not JSON (${reason}), so nothing in it can be used.`,
	};
}

function documentTooLarge(bytes: number): Finding {
	return {
		code: "document-too-large",
		pointer: "",
		message: `This document has ${bytes.toLocaleString("en")} bytes, ${MAX_DOCUMENT_BYTES.toLocaleString("en")} are the most that is read. Move its origins into an origin directory: {"directory": "customers"}.`,
	};
}

function cookieRewrite(cookies: TenantDocument["cookies"]): CookieRewrite | undefined {
	const sameSiteNone = cookies?.sameSite === "None";
	const partitioned = cookies?.partitioned === true;
	const domain = cookies?.domain === REMOVE_DOMAIN ? "" : cookies?.domain;
	return sameSiteNone || partitioned || domain !== undefined
		? { sameSiteNone, partitioned, domain }
		: undefined;
}
