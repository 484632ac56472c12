/** Owns the explanation of one call to one document: what is sent, what Cordon decides, by which entry, and what the page gets. */

import type { CredentialsMode } from "../browser/request.ts";
import type { Step } from "../browser/steps.ts";
import { checkOrigin } from "../cors/allowed-origins.ts";
import type { Finding } from "../findings/finding.ts";
import type { Patch } from "../findings/patch.ts";
import type { Verdict } from "../gateway/verdict.ts";
import { originKey, tenantKey } from "../tenants/keys.ts";
import type { TenantDocument } from "../tenants/schema.ts";
import type { Place, Tenant } from "../tenants/tenant.ts";
import { actualRequest, type Conclusion, conclude, type Exchanged } from "./conclusion.ts";
import { entryPointer, type PassedOver, passedOver, policiesAt } from "./place.ts";
import { isPageOrigin, type PageCall, type Question } from "./question.ts";
import { createRehearsal, type Rehearsed } from "./rehearsal.ts";

/** One request that the call leads to. */
export interface ExplainedRequest {
	readonly kind: "preflight" | "actual";
	readonly method: string;
	/** Of a preflight: what of the call makes it necessary. Of an actual request: empty. */
	readonly because: readonly string[];
	/** Whether the browser gets as far as sending it. */
	readonly sent: boolean;
	/** Of a preflight: everything of the call that its answer does not allow. */
	readonly notAllowed: readonly string[];
	readonly action: "answer" | "refuse" | "forward";
	/** Of Cordon's own answer, or the runtime's; null where the upstream answers. */
	readonly status: number | null;
	/** The code of Cordon's refusal; null where it is none. */
	readonly problem: string | null;
	/** Where it is forwarded to, a URL or words for a service binding; null where it is not. */
	readonly upstream: string | null;
	/** The headers of Cordon's answer, or those that it sets on the upstream's. */
	readonly responseHeaders: Readonly<Record<string, string>>;
}

/** Another reading of the call's path. */
export interface OtherPath {
	/** Null where there are too many to tell. */
	readonly path: string | null;
	/** The path of the route that applies to it; null where that is none, or several that cannot be told apart. */
	readonly route: string | null;
}

/** What a browser makes of the call in one credentials mode. */
export interface BrowserHalf {
	readonly credentials: CredentialsMode;
	readonly readable: boolean;
	readonly failedStep?: Step;
	readonly steps: readonly Step[];
}

/** A change that was checked: together with the others of its list it makes the call allowed, and without it they do not. */
export interface Fix {
	/** Begins in lower case, without a full stop. */
	readonly says: string;
	/** What changes in the document; empty where only the page changes. */
	readonly patch: Patch;
	/** What the page does otherwise. */
	readonly page?: Partial<Question>;
}

/** The whole explanation; JSON as it stands. */
export interface Explanation {
	/** Whether the page may read the response; in report mode, once Cordon enforces. Null where a directory that was not asked has the word. */
	readonly allowed: boolean | null;
	readonly call: {
		readonly origin: string;
		readonly method: string;
		readonly headers: readonly string[];
		readonly url: string;
		readonly credentials: CredentialsMode;
	};
	/** The key of the document. */
	readonly tenant: string;
	readonly mode: "enforce" | "report";
	/** The path of the route whose cors applies; null for the document's own. */
	readonly route: string | null;
	/** Where the policy that applies stands, the first where none does: a JSON Pointer. */
	readonly policy: string;
	/** The policies before the one that applies, all of them where none does, and why each does not; empty where it is not decided. */
	readonly passedOver: readonly PassedOver[];
	/** How the API may read the path so that another route applies; null where it cannot. */
	readonly otherReading: OtherPath | null;
	/** Why the origin is allowed or denied, and by which entry. */
	readonly origin: {
		readonly reason: Verdict["reason"];
		readonly entry: string | null;
		readonly pointer: string | null;
	};
	/** Empty where none is sent, or where it is not decided what becomes of them. */
	readonly requests: readonly ExplainedRequest[];
	/** First in the mode that was asked, then in the other one; empty in report mode, and where no page has such an origin. */
	readonly browser: readonly BrowserHalf[];
	/** Together they make the call allowed; empty where it is, or where nothing was found that does. */
	readonly fixes: readonly Fix[];
	/** Why what suggests itself would not do: what validate says of it, or what browsers do. */
	readonly obstacles: readonly Pick<Finding, "code" | "message">[];
}

/** Asks KV for keys of origin directories. */
export type AskDirectories = (keys: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** A document that is valid and open, and what is asked of it. */
export interface Inquiry {
	readonly document: TenantDocument;
	readonly tenant: Tenant;
	readonly call: PageCall;
	/** Undefined where directories cannot be asked. */
	readonly askDirectories: AskDirectories | undefined;
}

/** What is known of a call once it was tried. */
export interface Tried {
	readonly explanation: Explanation;
	/** In the mode that was asked; undefined where it is not decided. */
	readonly conclusion: Conclusion | undefined;
}

/** Lets the gateway answer a call, and the browser model conclude. */
export async function tryCall({ document, tenant, call, askDirectories }: Inquiry): Promise<Tried> {
	const { url, origin } = call;
	const route = tenant.routes?.find(url.pathname);
	const other = tenant.routes?.findOtherReading(url.pathname);
	const place = route?.value ?? tenant.place;
	const asked = await ask(origin, askDirectories, place);
	const key = tenantKey(url.hostname.endsWith(".") ? url.hostname.slice(0, -1) : url.hostname);
	const rehearsalOf = (held: unknown) =>
		createRehearsal(new Map([[key, JSON.stringify(held)], ...asked.values]), asked.unknown);
	// What a page may read is asked of the document as it is once it enforces.
	const enforced = rehearsalOf(enforcing(document));
	const judged = await enforced({ ...actualRequest(call), method: "GET" });
	if (judged.verdict === undefined) throw new Error("the gateway recorded nothing");
	const { verdict } = judged;
	const policies = policiesAt(document, route?.path);
	const policy = policies[verdict.policy ?? 0];
	if (policy === undefined) throw new Error("the document has no policy");
	const undecided = verdict.reason === "directory-unavailable";
	const conclusion = undecided ? undefined : await conclude(call, call.credentials, enforced);
	// Which mode a path is under is the gateway's to say: a route has its own, and what is ambiguous is enforced.
	const asItIs = await rehearsalOf(document)({ ...actualRequest(call), method: "GET" });
	const report = asItIs.verdict?.mode === "report";
	const isPage = isPageOrigin(origin);
	const otherMode =
		call.credentials === "include" ? (call.uploadProgress ? "same-origin" : "omit") : "include";
	const halves =
		conclusion === undefined || report || !isPage
			? []
			: [conclusion, ...(call.webSocket ? [] : [await conclude(call, otherMode, enforced)])];
	const requests =
		conclusion === undefined
			? []
			: await requestsOf(call, conclusion, report ? rehearsalOf(document) : enforced, report);
	return {
		conclusion,
		explanation: {
			allowed: conclusion === undefined ? null : conclusion.readable && isPage,
			call: {
				origin,
				method: call.method,
				headers: call.headers,
				url: call.shownUrl,
				credentials: call.credentials,
			},
			tenant: key,
			mode: report ? "report" : "enforce",
			route: route?.path ?? null,
			policy: policy.pointer,
			passedOver:
				undecided || origin === ""
					? []
					: passedOver(policies.slice(0, verdict.policy ?? undefined), place, origin),
			otherReading:
				other === undefined ? null : { path: other.reading ?? null, route: other.route?.path ?? null },
			origin: {
				reason: verdict.reason,
				entry: verdict.allowed ? verdict.entry : null,
				pointer: verdict.allowed ? entryPointer(policy, verdict.entry) : null,
			},
			requests: requests.map((request) => toService(request, tenant.upstream)),
			browser: halves.map(({ credentials, readable, failedStep, steps }) => ({
				credentials,
				readable,
				...(failedStep === undefined ? {} : { failedStep }),
				steps,
			})),
			fixes: [],
			obstacles: [],
		},
	};
}

/** Also of routes that overrule the document. */
function enforcing(document: TenantDocument): unknown {
	const { mode: _, routes, ...rest } = document;
	if (routes === undefined) return rest;
	return {
		...rest,
		routes: routes.map((route) =>
			Object.fromEntries(Object.entries(route).filter(([key]) => key !== "mode")),
		),
	};
}

/** What goes out, and the request that a failed preflight holds back. */
async function requestsOf(
	call: PageCall,
	{ exchanges, steps }: Conclusion,
	rehearse: (request: Exchanged["request"]) => Promise<Rehearsed>,
	isReport: boolean,
): Promise<readonly ExplainedRequest[]> {
	if (exchanges.length === 0) return [];
	const spelled = new Map(call.headers.map((name) => [name.toLowerCase(), name]));
	const nameOf = (name: string) => spelled.get(name) ?? name;
	const held: readonly Exchanged[] = exchanges.some(({ request }) => request.kind === "actual")
		? exchanges
		: [...exchanges, { request: actualRequest(call), rehearsed: await rehearse(actualRequest(call)) }];
	const told: ExplainedRequest[] = [];
	for (const [index, { request, rehearsed }] of held.entries()) {
		const done = isReport ? await rehearse(request) : rehearsed;
		const notAllowed = steps.flatMap(({ code, missing = [] }) =>
			missing.map((name) =>
				code === "preflight-allow-methods" ? `method ${name}` : `header ${nameOf(name)}`,
			),
		);
		const isPreflight = request.kind === "preflight";
		told.push({
			kind: request.kind,
			method: request.method,
			because: request.reasons.map((reason) =>
				reason.kind === "method"
					? `method ${reason.method}`
					: reason.kind === "header"
						? `header ${nameOf(reason.header.name)}`
						: reason.kind,
			),
			sent: isReport || index < exchanges.length,
			notAllowed: isPreflight && !isReport ? notAllowed : [],
			...outcomeOf(done),
		});
	}
	return told;
}

function outcomeOf({ verdict, response, forwardedTo, refusedByRuntime }: Rehearsed) {
	const isRefused = refusedByRuntime || (verdict !== undefined && verdict.problem !== "");
	return {
		action: forwardedTo !== undefined ? "forward" : isRefused ? "refuse" : "answer",
		status: forwardedTo === undefined ? response.status : null,
		problem: verdict === undefined || verdict.problem === "" ? null : verdict.problem,
		upstream: forwardedTo ?? null,
		responseHeaders: Object.fromEntries(response.headers),
	} as const;
}

/** Behind a service binding the API has no address: the binding is named in its place. */
function toService(request: ExplainedRequest, upstream: Tenant["upstream"]): ExplainedRequest {
	return request.upstream === null || upstream?.kind !== "service"
		? request
		: { ...request, upstream: `the service binding ${upstream.name}` };
}

/** Reads what the origin directories have to say, where they have the word. */
async function ask(
	origin: string,
	askDirectories: AskDirectories | undefined,
	place: Place,
): Promise<{ readonly values: ReadonlyMap<string, string>; readonly unknown: ReadonlySet<string> }> {
	const check = origin === "" ? undefined : checkOrigin(place.policies.origins, origin);
	const directories = check?.kind === "ask" ? check.policies.flatMap((policy) => policy.directories) : [];
	const keys = [...new Set(directories)].map((name) => originKey(name, origin));
	if (askDirectories === undefined) return { values: new Map(), unknown: new Set(keys) };
	return { values: keys.length > 0 ? await askDirectories(keys) : new Map(), unknown: new Set() };
}
