/** Owns the request path: tenant, loop, kind of request, decision, upstream, headers, in that order. */

import { checkOrigin, type OriginVerdict } from "../cors/allowed-origins.ts";
import { type Decision, decide, type RequestKind, requestKind } from "../cors/decision.ts";
import type { Policy } from "../cors/policy.ts";
import { ORIGIN, REQUEST_METHOD } from "../cors/standard.ts";
import type { Background, Found } from "../tenants/kv-cache.ts";
import type { TenantStore } from "../tenants/store.ts";
import type { Tenant } from "../tenants/tenant.ts";
import { clientCertificateOf } from "./client-certificate.ts";
import { rewriteCookies } from "./cookies.ts";
import { type Fetch, fetchUpstream, mutable, redirectsToForeignOrigin, rewriteLocation } from "./forward.ts";
import { CDN_LOOP, namesCordon } from "./loop.ts";
import { answerPreflight, varyAsPreflight } from "./preflight.ts";
import { type ProblemCode, problem } from "./problem.ts";
import { applySharing } from "./share.ts";
import type { Verdict } from "./verdict.ts";

/** Everything that the gateway needs from outside. */
export interface GatewayOptions {
	readonly store: TenantStore;
	/** Whether requests to hostnames without a tenant go on untouched; else they get 404. */
	readonly forwardUnknownHosts: boolean;
	/** The way out to the upstreams. */
	readonly fetch: Fetch;
	readonly record: (verdict: Verdict) => void;
	readonly onUpstreamFailure: (failure: UpstreamFailure) => void;
	/** The clock, in milliseconds. */
	readonly now: () => number;
}

/** Why an upstream gave no response, for the log. */
export interface UpstreamFailure {
	readonly hostname: string;
	readonly code: ProblemCode;
	readonly reason: string;
}

/** Answers one request. Rejects only on faults of Cordon itself. */
export type Gateway = (request: Request, background: Background) => Promise<Response>;

/** What is known of a request once its tenant is found. */
interface Exchange {
	readonly outside: GatewayOptions;
	readonly request: Request;
	readonly url: URL;
	readonly tenant: Tenant;
	readonly policy: Policy;
	readonly kind: RequestKind;
	/** The `Origin` header; null where there is none. */
	readonly origin: string | null;
	readonly decision: Decision;
}

/** Makes the gateway of one isolate. */
export function createGateway(options: GatewayOptions): Gateway {
	const { store, now } = options;

	return async (request, background) => {
		const url = new URL(request.url);
		const looked = store.findTenant(url.hostname, background);
		// No await where the isolate knows the tenant: the upstream's fetch starts at once.
		const found = looked instanceof Promise ? await looked : looked;
		if (found.kind === "unavailable") return problem("tenant-unavailable");
		if (found.kind === "absent")
			return options.forwardUnknownHosts ? options.fetch(request) : problem("unknown-tenant");
		return serve(request, url, found, background);
	};

	async function serve(
		request: Request,
		url: URL,
		found: Found<Tenant> & { kind: "present" },
		background: Background,
	): Promise<Response> {
		const tenant = found.value;
		const { headers, method } = request;
		const route = tenant.routes.find(url.pathname);
		const policy = route?.value ?? tenant.policy;
		const origin = headers.get(ORIGIN);
		const requestMethod = headers.get(REQUEST_METHOD);
		const kind = requestKind({ method, origin, requestMethod, upgrade: headers.get("upgrade") });
		const judged = origin === null ? undefined : judge(policy, origin, background);
		const judgement = judged instanceof Promise ? await judged : judged;
		const ownOrigin = origin === url.origin;
		const decision = decide(kind, judgement, {
			anyOrigin: policy.origins.kind === "any",
			ownOrigin,
			rejectDenied: tenant.rejectDenied,
		});
		const exchange: Exchange = { outside: options, request, url, tenant, policy, kind, origin, decision };
		const { response, code } = await respond(exchange);
		if (origin !== null && judgement !== undefined) {
			options.record({
				hostname: url.hostname,
				kind,
				mode: tenant.report ? "report" : "enforce",
				allowed: judgement.allowed,
				reason: ownOrigin && !judgement.allowed ? "own-origin" : judgement.reason,
				entry: judgement.allowed ? judgement.entry : "",
				route: route?.path ?? "",
				origin,
				method: kind === "preflight" ? (requestMethod ?? "") : method,
				policyAgeSeconds: (now() - found.readAtMilliseconds) / 1000,
				status: response.status,
				problem: code ?? "",
				redirectTaintsOrigin:
					kind === "actual" &&
					!ownOrigin &&
					redirectsToForeignOrigin(response.status, response.headers, url.origin),
			});
		}
		return response;
	}

	/** The list in the document is asked first, directories only then; without a promise where the list decides. */
	function judge(
		policy: Policy,
		origin: string,
		background: Background,
	): OriginVerdict | Promise<OriginVerdict> {
		const check = checkOrigin(policy.origins, origin);
		if (check.kind !== "ask") return check.verdict;
		return store.findOrigin(check.directories, origin, background);
	}
}

interface Answer {
	readonly response: Response;
	/** Set where the answer is a problem of Cordon's own. */
	readonly code?: ProblemCode;
}

async function respond(exchange: Exchange): Promise<Answer> {
	const { request, tenant, policy, origin, decision } = exchange;
	const cdnLoop = request.headers.get(CDN_LOOP);
	if (cdnLoop !== null && namesCordon(cdnLoop)) return refuse(exchange, "loop-detected");
	if (!tenant.report) {
		if (decision.action === "refuse") return refuse(exchange, "origin-not-allowed");
		if (decision.action === "answer-preflight" && origin !== null) {
			return { response: answerPreflight(policy, origin, request.headers) };
		}
	}
	return forward(exchange);
}

async function forward(exchange: Exchange): Promise<Answer> {
	const { outside, request, url, tenant, kind } = exchange;
	const certificate = tenant.clientCertificate === "ignore" ? undefined : clientCertificateOf(request);
	if (tenant.clientCertificate === "require" && certificate === undefined && !tenant.report) {
		return refuse(exchange, "client-certificate-required");
	}
	const cacheable = request.method === "GET" || request.method === "HEAD";
	const withoutOrigin = tenant.stripOrigin && !tenant.report && cacheable && kind !== "websocket";
	const passed = await fetchUpstream(request, { tenant, url, withoutOrigin, certificate }, outside.fetch);
	if (!passed.ok) {
		outside.onUpstreamFailure({ hostname: url.hostname, code: passed.code, reason: passed.reason });
		return refuse(exchange, passed.code);
	}
	// A 101 carries its socket and cannot be wrapped again; no CORS check follows it.
	if (passed.response.webSocket) return { response: passed.response };
	const response = mutable(passed.response);
	if (response === undefined) return refuse(exchange, "upstream-unreachable");
	if (tenant.upstream !== undefined) rewriteLocation(response.headers, tenant.upstream, url.origin);
	if (tenant.cookies !== undefined && !tenant.report) rewriteCookies(response.headers, tenant.cookies);
	return { response: share(exchange, response) };
}

/** An error of Cordon's own is shared as any response is, so that an allowed page can read its status. */
function refuse(exchange: Exchange, code: ProblemCode): Answer {
	return { response: share(exchange, problem(code)), code };
}

function share({ tenant, policy, origin, kind, decision }: Exchange, response: Response): Response {
	if (tenant.report) return response;
	applySharing(response.headers, policy, origin, decision.share);
	return kind === "preflight" ? varyAsPreflight(response) : response;
}
