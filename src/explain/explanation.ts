import { checkOrigin } from "../cors/allowed-origins.ts";
import { originKey, tenantKey, withoutDot } from "../tenants/keys.ts";
import type { TenantDocument } from "../tenants/schema.ts";
import type { Place, Tenant } from "../tenants/tenant.ts";
import { actualRequest, type Conclusion, conclude, type Exchanged } from "./conclusion.ts";
import { elsewhereWords } from "./elsewhere.ts";
import { entryPointer, passedOver, policiesAt } from "./place.ts";
import { isPageOrigin, type PageCall } from "./question.ts";
import { createRehearsal } from "./rehearsal.ts";
import type { Explanation, Reason } from "./report.ts";
import { requestsOf, toService } from "./requests.ts";

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
	const target = redirectTarget(call);
	const behind = target && (tenant.routes?.find(target.pathname)?.value ?? tenant.place);
	const asked = await ask(origin, askDirectories, behind === undefined ? [place] : [place, behind]);
	const key = tenantKey(withoutDot(url.hostname));
	const rehearsalOf = (held: unknown) =>
		createRehearsal(new Map([[key, JSON.stringify(held)], ...asked.values]), asked.unknown, call);
	// What a page may read is asked of the document as it is once it enforces.
	const enforced = rehearsalOf(enforcing(document));
	const judged = await enforced({ ...actualRequest(call), method: "GET" });
	if (judged.verdict === undefined) throw new Error("the gateway recorded nothing");
	const { verdict } = judged;
	const policies = policiesAt(document, route?.path);
	const policy = policies[verdict.policy ?? 0];
	if (policy === undefined) throw new Error("the document has no policy");
	const concluded =
		verdict.reason === DIRECTORY_DECIDES ? undefined : await conclude(call, call.credentials, enforced);
	const undecided = concluded?.exchanges.some(isUndecided) ?? true;
	const conclusion = undecided ? undefined : concluded;
	// Which mode a path is under is the gateway's to say: a route has its own, and what is ambiguous is enforced.
	const asItIs = await rehearsalOf(document)({ ...actualRequest(call), method: "GET" });
	const report = asItIs.verdict?.mode === "report";
	const isPage = isPageOrigin(origin);
	const isReadable = conclusion?.readable === true && isPage;
	const elsewhere = isReadable ? conclusion?.elsewhere : undefined;
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
			allowed: conclusion === undefined || elsewhere !== undefined ? null : isReadable,
			call: {
				origin,
				method: call.method,
				headers: call.headers,
				url: call.shownUrl,
				credentials: call.credentials,
				...(call.redirect === undefined ? {} : { redirect: call.redirect }),
			},
			tenant: key,
			mode: report ? "report" : "enforce",
			route: route?.path ?? null,
			policy: policy.pointer,
			passedOver:
				undecided || origin === "" || verdict.reason === "ambiguous-path"
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
			obstacles: elsewhere === undefined ? [] : [elsewhereWords(elsewhere)],
		},
	};
}

/** The document without report mode, that of routes too, which overrule the document's. */
export function enforcing(document: TenantDocument): unknown {
	const { mode: _, routes, ...rest } = document;
	if (routes === undefined) return rest;
	return {
		...rest,
		routes: routes.map((route) =>
			Object.fromEntries(Object.entries(route).filter(([key]) => key !== "mode")),
		),
	};
}

const DIRECTORY_DECIDES: Reason = "directory-unavailable";

/** Behind a redirect another policy may hang on a directory. */
function isUndecided({ rehearsed: { verdict } }: Exchanged): boolean {
	return verdict?.reason === DIRECTORY_DECIDES;
}

/** Where the API redirects the call to within itself; undefined where it does not. */
function redirectTarget({ url, redirect }: PageCall): URL | undefined {
	const target = redirect && URL.parse(redirect.location, url.href);
	return target?.hostname === url.hostname ? target : undefined;
}

/** Reads what the origin directories have to say, where they decide. */
async function ask(
	origin: string,
	askDirectories: AskDirectories | undefined,
	places: readonly Place[],
): Promise<{ readonly values: ReadonlyMap<string, string>; readonly unknown: ReadonlySet<string> }> {
	const directories = (origin === "" ? [] : places).flatMap((place) => {
		const check = checkOrigin(place.policies.origins, origin);
		return check.kind === "ask" ? check.policies.flatMap((policy) => policy.directories) : [];
	});
	const keys = [...new Set(directories)].map((name) => originKey(name, origin));
	if (askDirectories === undefined) return { values: new Map(), unknown: new Set(keys) };
	return { values: keys.length > 0 ? await askDirectories(keys) : new Map(), unknown: new Set() };
}
