/** Owns the middleware for APIs that are Hono apps themselves: the gateway's own core, with the app in place of the upstream. */

import type { Context, MiddlewareHandler } from "hono";
import type { RequestKind } from "./cors/decision.ts";
import { createAddressReader } from "./gateway/address.ts";
import type { JudgedCall } from "./gateway/call.ts";
import { createFailureLog, type FailureLog } from "./gateway/failure-log.ts";
import { faultOf, rayOf } from "./gateway/fault-line.ts";
import { type Core, createCore } from "./gateway/gateway.ts";
import { problem } from "./gateway/problem.ts";
import { createVerdictRecorder } from "./gateway/verdict.ts";
import { appWay } from "./in-process/app-way.ts";
import { compileDocument, type MiddlewareDocument, PolicyError } from "./in-process/document.ts";
import { singleTenantStore, storeOf, type TenantsNamespace } from "./in-process/stores.ts";
import type { TenantStore } from "./tenants/store.ts";

export type { Finding } from "./findings/finding.ts";
export { type MiddlewareDocument, PolicyError, type TenantsNamespace };

/** What was decided on a request. */
export interface CordonVerdict {
	readonly kind: RequestKind;
	/** The request's `Origin`; null where it has none. */
	readonly origin: string | null;
	/** Whether pages of that origin may read the response; in report mode: whether they could. */
	readonly allowed: boolean;
	/** Why: `listed`, `not-listed`, `any-origin`, `own-origin`, `no-origin` and so on. */
	readonly reason: string;
	/** The entry of the list that allowed it; empty where none did. */
	readonly entry: string;
	/** The path of the route whose policy applied; empty for the document's own. */
	readonly route: string;
	readonly mode: "enforce" | "report";
}

/** What the middleware sets on the context of the requests that reach the app: `c.get("cordon")`. */
export interface CordonVariables {
	readonly cordon: CordonVerdict;
}

/** What an app may choose besides its policy. */
export interface CordonOptions {
	/** Takes what is recorded: denials, all of report mode, and failures, within bounds. Default: one JSON line each on the console. */
	readonly log?: (entry: { readonly event: string } & Readonly<Record<string, unknown>>) => void;
}

/**
 * Makes the middleware; it has to stand first in the app.
 * @param policy a document; or which KV namespace of a request's context has the documents by hostname
 * @throws PolicyError where the document is not valid
 */
export function cordon(
	// biome-ignore lint/suspicious/noExplicitAny: as Hono's own middleware, it takes the context of any app
	policy: MiddlewareDocument | ((c: Context<any>) => TenantsNamespace),
	{ log = logLine }: CordonOptions = {},
): MiddlewareHandler {
	const failures = createFailureLog(log, Date.now);
	const coreWith = (store: TenantStore) => {
		const { accountOf } = store;
		const verdicts = createVerdictRecorder({ dataset: undefined, log, accountOf, now: Date.now });
		return createCore({ store, forwardUnknownHosts: false, onFault: failures.requestFailed, verdicts });
	};
	const coreOf =
		typeof policy === "function" ? byNamespace(policy, coreWith, failures) : withDocument(policy, coreWith);
	const addressOf = createAddressReader();

	return async (c, next) => {
		const request = c.req.raw;
		const address = addressOf(publicUrl(request));
		const core = coreOf(c);
		if (core === undefined) {
			failures.requestFailed(faultOf(request, address, "tenant-unavailable", NO_NAMESPACE));
			replace(c, problem("tenant-unavailable", { detail: NO_NAMESPACE, ray: rayOf(request.headers) }));
			return;
		}
		const way = appWay(c, next, (judged) => c.set("cordon", verdictOf(judged)));
		const response = await core({ request, address, background: (work) => inBackground(c, work) }, way);
		way.rethrow();
		if (!c.finalized || c.res !== response) replace(c, response);
	};
}

const NO_NAMESPACE =
	"There is no KV namespace where cordon() was told to find one. Bind it, under the name that the app reads.";

function withDocument(document: MiddlewareDocument, coreWith: (store: TenantStore) => Core): () => Core {
	const core = coreWith(singleTenantStore(compileDocument(document)));
	return () => core;
}

function byNamespace(
	namespaceOf: (c: Context) => TenantsNamespace | undefined,
	coreWith: (store: TenantStore) => Core,
	failures: FailureLog,
): (c: Context) => Core | undefined {
	const cores = new WeakMap<TenantsNamespace, Core>();
	return (c) => {
		const namespace = namespaceOf(c);
		if (namespace === undefined || namespace === null) return undefined;
		let core = cores.get(namespace);
		if (core === undefined) {
			core = coreWith(storeOf(namespace, failures.kvReadFailed));
			cores.set(namespace, core);
		}
		return core;
	};
}

/** Hono would put the headers of the response before into the new one, those that were taken away among them. */
function replace(c: Context, response: Response): void {
	c.res = undefined;
	c.res = response;
}

/**
 * Behind a proxy that ends TLS a server sees plain http, while pages of its own host come from https: they are not
 * cross-origin. The other way round they are.
 */
function publicUrl({ url, headers }: Request): string {
	const origin = headers.get("origin");
	if (origin === null || !origin.startsWith("https://") || !url.startsWith("http://")) return url;
	return url.startsWith(`${origin.slice("https://".length)}/`, "http://".length)
		? `https${url.slice("http".length)}`
		: url;
}

/** Only Workers end what nobody waits for; elsewhere it goes on by itself, and its failures are logged already. */
function inBackground(c: Context, work: Promise<unknown>): void {
	try {
		c.executionCtx.waitUntil(work);
	} catch {
		work.catch(() => {});
	}
}

function verdictOf({ call, verdict, decision }: JudgedCall): CordonVerdict {
	const isOwn = call.ownOrigin && verdict?.allowed !== true;
	return {
		kind: call.kind,
		origin: call.origin,
		allowed: decision.share,
		reason: isOwn ? "own-origin" : (verdict?.reason ?? "no-origin"),
		entry: verdict?.allowed ? verdict.entry : "",
		route: call.route,
		mode: call.report ? "report" : "enforce",
	};
}

function logLine(entry: object): void {
	console.log(JSON.stringify(entry));
}
