/** Owns the explanation of one call: what the browser sends, what Cordon decides, and by which entry. */

import { checkOrigin } from "../cors/allowed-origins.ts";
import { createOriginSet } from "../cors/origin-set.ts";
import { type PlacedPolicy, placedPolicies } from "../cors/policies.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_HEADERS,
	ALLOW_METHODS,
	ORIGIN,
	REQUEST_HEADERS,
	REQUEST_METHOD,
	SAFELISTED_METHODS,
} from "../cors/standard.ts";
import { pointerTo } from "../findings/finding.ts";
import type { Verdict } from "../gateway/verdict.ts";
import { originKey } from "../tenants/keys.ts";
import type { TenantDocument } from "../tenants/schema.ts";
import type { Place, Tenant } from "../tenants/tenant.ts";
import { type Rehearsed, rehearse } from "./rehearsal.ts";

/** What a page wants to do. */
export interface PageCall {
	readonly origin: string;
	readonly method: string;
	/** Names of the headers that the page sets. */
	readonly headers: readonly string[];
	readonly url: URL;
}

/** The tenant that answers. */
export interface ExplainedTenant {
	readonly key: string;
	/** What holds it: a file, or a KV. */
	readonly holder: string;
	readonly text: string;
	readonly tenant: Tenant;
	readonly document: TenantDocument;
	/** Asks KV for keys of origin directories; undefined where no KV was named. */
	readonly askDirectories: ((keys: readonly string[]) => Promise<ReadonlyMap<string, string>>) | undefined;
}

/** One request that the call leads to. */
export interface ExplainedRequest {
	readonly kind: "preflight" | "actual";
	readonly method: string;
	/** Of a preflight: what of the call makes it necessary. Of an actual request: empty. */
	readonly because: readonly string[];
	/** Whether the browser gets as far as sending it. */
	readonly sent: boolean;
	readonly action: "answer" | "refuse" | "forward";
	/** Of Cordon's own answer; null where the upstream answers. */
	readonly status: number | null;
	/** The code of Cordon's refusal; null where it is none. */
	readonly problem: string | null;
	/** Where it is forwarded to, a URL or words for a service binding; null where it is not. */
	readonly upstream: string | null;
	/** The headers of Cordon's answer, or those that it sets on the upstream's. */
	readonly responseHeaders: Readonly<Record<string, string>>;
	/** Of a preflight: what of the call its answer does not allow. */
	readonly notAllowed: readonly string[];
}

/** Another reading of the call's path. */
export interface OtherPath {
	/** Null where there are too many to tell. */
	readonly path: string | null;
	/** The path of the route that applies to it; null where that is none, or several that cannot be told apart. */
	readonly route: string | null;
}

/** A policy that does not apply. */
export interface PassedOver {
	readonly pointer: string;
	readonly reason: Verdict["reason"];
}

/** The whole explanation. */
export interface Explanation {
	/** Whether the page may read the response; null where that hangs on a directory that was not asked. */
	readonly allowed: boolean | null;
	readonly call: PageCall;
	readonly tenantKey: string;
	readonly holder: string;
	readonly mode: "enforce" | "report";
	/** The path of the route whose cors applies; null for the document's own. */
	readonly route: string | null;
	/** How the API may read the path so that another route applies; null where it cannot. */
	readonly otherReading: OtherPath | null;
	readonly reason: Verdict["reason"];
	/** The entry of the list that allows the origin, with its place in the document; null where none does. */
	readonly entry: { readonly text: string; readonly pointer: string } | null;
	/** The cors object that applies, with its place in the document; the first where none does. */
	readonly policy: PlacedPolicy;
	/** All of its list. */
	readonly policies: readonly PlacedPolicy[];
	/** The policies before the one that applies, all of them where none does, and why each does not; empty where it is not decided. */
	readonly passedOver: readonly PassedOver[];
	/** None where it is not decided what becomes of them. */
	readonly requests: readonly ExplainedRequest[];
}

/** https://fetch.spec.whatwg.org/#cors-safelisted-request-header, by name. Of Content-Type only three values are. */
const SAFELISTED_HEADERS: readonly string[] = ["accept", "accept-language", "content-language"];

/** Explains a call by letting the gateway answer it. */
export async function explainCall(call: PageCall, explained: ExplainedTenant): Promise<Explanation> {
	const { tenant, document, key, text } = explained;
	const route = tenant.routes?.find(call.url.pathname);
	const place = route?.value ?? tenant.place;
	const other = tenant.routes?.findOtherReading(call.url.pathname);
	const asked = await askDirectories(call, explained, place);
	const values = new Map([[key, text], ...asked.values]);
	const run = (request: Request) => rehearse(request, values, asked.unknown);

	const tell: typeof explainRequest = (...told) => toService(explainRequest(...told), tenant.upstream);

	const because = preflightReasons(call);
	const preflight = because.length > 0 ? await run(preflightRequest(call)) : undefined;
	const notAllowed = preflight === undefined ? [] : notAllowedBy(preflight.headers, call);
	const actual = await run(actualRequest(call));
	const { verdict } = actual;
	if (verdict === undefined) throw new Error("the gateway recorded nothing");
	const passed =
		preflight === undefined ||
		verdict.mode === "report" ||
		(preflight.status === 204 && notAllowed.length === 0);
	const policies = policiesAt(document, route?.path);
	const [first] = policies;
	const policy = verdict.policy === null ? first : policies[verdict.policy];
	if (policy === undefined) throw new Error("the document has no policy");
	const undecided = verdict.reason === "directory-unavailable";
	const readable = verdict.allowed || verdict.reason === "own-origin";
	return {
		allowed: undecided ? null : readable && (passed || verdict.reason === "own-origin"),
		call,
		tenantKey: key,
		holder: explained.holder,
		mode: verdict.mode,
		route: route?.path ?? null,
		otherReading:
			other === undefined ? null : { path: other.reading ?? null, route: other.route?.path ?? null },
		reason: verdict.reason,
		entry: verdict.allowed ? { text: verdict.entry, pointer: entryPointer(policy, verdict.entry) } : null,
		policy,
		policies,
		passedOver: undecided
			? []
			: passedOver(policies.slice(0, verdict.policy ?? undefined), place, call.origin),
		requests: undecided
			? []
			: [
					...(preflight === undefined
						? []
						: [tell("preflight", "OPTIONS", preflight, { because, sent: true, notAllowed })]),
					tell("actual", call.method, actual, { because: [], sent: passed, notAllowed: [] }),
				],
	};
}

function explainRequest(
	kind: "preflight" | "actual",
	method: string,
	{ verdict, status, headers, forwarded }: Rehearsed,
	facts: Pick<ExplainedRequest, "because" | "sent" | "notAllowed">,
): ExplainedRequest {
	const problem = verdict?.problem === "" ? null : (verdict?.problem ?? null);
	return {
		kind,
		method,
		...facts,
		action: forwarded !== undefined ? "forward" : problem === null ? "answer" : "refuse",
		status: forwarded === undefined ? status : null,
		problem,
		upstream: forwarded?.url ?? null,
		responseHeaders: Object.fromEntries(headers),
	};
}

/** Behind a service binding the API has no address: the binding is named in its place. */
function toService(request: ExplainedRequest, upstream: Tenant["upstream"]): ExplainedRequest {
	return request.upstream === null || upstream?.kind !== "service"
		? request
		: { ...request, upstream: `the service binding ${upstream.name}` };
}

/** What of the call is not on the safelists, so that the browser asks first. https://fetch.spec.whatwg.org/#main-fetch */
function preflightReasons({ method, headers, origin, url }: PageCall): readonly string[] {
	if (origin === url.origin) return [];
	return [
		...(SAFELISTED_METHODS.includes(method) ? [] : [`method ${method}`]),
		...headers
			.filter((name) => !SAFELISTED_HEADERS.includes(name.toLowerCase()))
			.map((name) => `header ${name}`),
	];
}

/** https://fetch.spec.whatwg.org/#cors-preflight-fetch */
function preflightRequest({ origin, method, headers, url }: PageCall): Request {
	const unsafe = headers
		.map((name) => name.toLowerCase())
		.filter((name) => !SAFELISTED_HEADERS.includes(name));
	return new Request(url, {
		method: "OPTIONS",
		headers: {
			[ORIGIN]: origin,
			[REQUEST_METHOD]: method,
			...(unsafe.length > 0 ? { [REQUEST_HEADERS]: [...new Set(unsafe)].sort().join(",") } : {}),
		},
	});
}

function actualRequest({ origin, method, url }: PageCall): Request {
	return new Request(url, { method, headers: { [ORIGIN]: origin } });
}

/** What the preflight's answer does not cover; the browser then ends the call. */
function notAllowedBy(answer: Headers, { method, headers }: PageCall): readonly string[] {
	const any = answer.get(ALLOW_CREDENTIALS) === null;
	const methods = listOf(answer.get(ALLOW_METHODS));
	const names = listOf(answer.get(ALLOW_HEADERS)).map((name) => name.toLowerCase());
	const isAllowed = (name: string) =>
		SAFELISTED_HEADERS.includes(name) ||
		names.includes(name) ||
		(any && names.includes("*") && name !== "authorization");
	return [
		...(SAFELISTED_METHODS.includes(method) || methods.includes(method) || (any && methods.includes("*"))
			? []
			: [`method ${method}`]),
		...headers.filter((name) => !isAllowed(name.toLowerCase())).map((name) => `header ${name}`),
	];
}

function listOf(value: string | null): readonly string[] {
	return (value ?? "").split(",").map((item) => item.trim());
}

/** Reads what the origin directories have to say, where they have the word. */
async function askDirectories(
	{ origin }: PageCall,
	{ askDirectories }: ExplainedTenant,
	place: Place,
): Promise<{ readonly values: ReadonlyMap<string, string>; readonly unknown: ReadonlySet<string> }> {
	const check = checkOrigin(place.policies.origins, origin);
	const asked = check.kind === "ask" ? check.policies.flatMap(({ directories }) => directories) : [];
	const keys = [...new Set(asked)].map((name) => originKey(name, origin));
	if (askDirectories === undefined) return { values: new Map(), unknown: new Set(keys) };
	return { values: keys.length > 0 ? await askDirectories(keys) : new Map(), unknown: new Set() };
}

function policiesAt(document: TenantDocument, path: string | undefined): readonly PlacedPolicy[] {
	const index = document.routes?.findIndex((route) => route.path === path) ?? -1;
	const route = document.routes?.[index];
	return route === undefined
		? placedPolicies(document.cors, "/cors")
		: placedPolicies(route.cors, pointerTo(pointerTo("/routes", index), "cors"));
}

/** None of their lists has the origin: what is left to tell is whether a directory could have had it. */
function passedOver(policies: readonly PlacedPolicy[], place: Place, origin: string): readonly PassedOver[] {
	const set = createOriginSet([]);
	return policies.map(({ pointer }, index) => {
		const asking = place.policies.origins.asking.filter(({ policy }) => policy === index);
		const check = checkOrigin({ set, asking, anyPolicy: undefined }, origin);
		return { pointer, reason: (check.kind === "ask" ? check.otherwise : check.verdict).reason };
	});
}

function entryPointer({ cors, pointer }: PlacedPolicy, entry: string): string {
	const origins = pointerTo(pointer, "origins");
	if (cors.origins === "*") return origins;
	return pointerTo(origins, cors.origins.map(entryText).indexOf(entry));
}

/** An entry of the list, as the gateway's verdict names it. */
export function entryText(entry: string | { readonly directory: string }): string {
	return typeof entry === "string" ? entry : JSON.stringify(entry);
}
