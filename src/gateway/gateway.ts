/** Owns the request path: tenant, loop, kind of request, decision, upstream, headers, in that order. */

import { checkOrigin, type OriginVerdict } from "../cors/allowed-origins.ts";
import { type Decision, decide, type RequestKind, requestKind } from "../cors/decision.ts";
import type { Policy } from "../cors/policy.ts";
import { ORIGIN, REQUEST_METHOD } from "../cors/standard.ts";
import type { Lookup } from "../isolate/memory.ts";
import type { Background } from "../isolate/read-through-cache.ts";
import type { TenantStore } from "../tenants/store.ts";
import type { Tenant } from "../tenants/tenant.ts";
import { type Address, createAddressReader } from "./address.ts";
import { clientCertificateOf } from "./client-certificate.ts";
import { rewriteCookies } from "./cookies.ts";
import {
	type Fetch,
	fetchUpstream,
	mutable,
	redirectsToForeignOrigin,
	rewriteLocation,
	upstreamFailure,
} from "./forward.ts";
import { CDN_LOOP, namesCordon } from "./loop.ts";
import { answerPreflight, varyAsPreflight } from "./preflight.ts";
import { type ProblemCode, problem } from "./problem.ts";
import { applySharing, removeSharing } from "./share.ts";
import type { VerdictRecorder } from "./verdict.ts";

/** Everything that the gateway needs from outside. */
export interface GatewayOptions {
	readonly store: TenantStore;
	/** Whether requests to hostnames without a tenant go on untouched; else they get 404. */
	readonly forwardUnknownHosts: boolean;
	/** The way out to the upstreams. */
	readonly fetch: Fetch;
	readonly verdicts: VerdictRecorder;
	readonly onUpstreamFailure: (failure: UpstreamFailure) => void;
}

/** Why an upstream gave no response, for the log. */
export interface UpstreamFailure {
	readonly hostname: string;
	readonly code: ProblemCode;
	readonly reason: string;
}

/** Answers one request: without a promise where there is nothing to wait for. Fails only on faults of Cordon itself. */
export type Gateway = (request: Request, background: Background) => Response | Promise<Response>;

/** A request that has come in. */
interface Arrival {
	readonly request: Request;
	readonly address: Address;
	readonly background: Background;
}

/** What is known of a request once its tenant is found. */
interface Call {
	readonly request: Request;
	readonly method: string;
	readonly headers: Headers;
	readonly address: Address;
	readonly tenant: Tenant;
	/** When the tenant's document was read from KV. */
	readonly readAtMilliseconds: number;
	readonly policy: Policy;
	/** The path of the route that the policy is from; empty for the document's own. */
	readonly route: string;
	readonly kind: RequestKind;
	/** The `Origin` header; null where there is none. */
	readonly origin: string | null;
	/** Whether it is that of the request's own URL: not cross-origin at all. */
	readonly ownOrigin: boolean;
	readonly requestMethod: string | null;
}

/** A call whose origin is judged. */
interface Exchange {
	readonly call: Call;
	/** Undefined where there is no origin to judge. */
	readonly verdict: OriginVerdict | undefined;
	readonly decision: Decision;
}

/**
 * Makes the gateway of one isolate. Where the isolate knows the tenant and the policy knows the origin, nothing is awaited
 * before the upstream's fetch begins; the functions that end in `Later` are for where it does not.
 */
export function createGateway(outside: GatewayOptions): Gateway {
	const { store } = outside;
	const addressOf = createAddressReader();

	return (request, background) => {
		const address = addressOf(request.url);
		const arrival = { request, address, background };
		const found = store.findTenant(address.site.hostname, background);
		return found instanceof Promise ? admitLater(arrival, found) : admit(arrival, found);
	};

	async function admitLater(arrival: Arrival, found: Promise<Lookup<Tenant>>): Promise<Response> {
		return admit(arrival, await found);
	}

	function admit(arrival: Arrival, found: Lookup<Tenant>): Response | Promise<Response> {
		switch (found.kind) {
			case "unavailable":
				return problem("tenant-unavailable");
			case "absent":
				return outside.forwardUnknownHosts ? outside.fetch(arrival.request) : problem("unknown-tenant");
			case "present": {
				const call = callOf(arrival, found.value, found.readAtMilliseconds);
				const verdict = call.origin === null ? undefined : judge(call.policy, call.origin, arrival);
				return verdict instanceof Promise ? respondLater(call, verdict) : respond(call, verdict);
			}
		}
	}

	async function respondLater(call: Call, verdict: Promise<OriginVerdict>): Promise<Response> {
		return respond(call, await verdict);
	}

	/** The list in the document is asked first, directories only then. */
	function judge(policy: Policy, origin: string, { address, background }: Arrival) {
		const check = checkOrigin(policy.origins, origin);
		if (check.kind !== "ask") return check.verdict;
		return store.findOrigin(address.site.hostname, check.directories, origin, background);
	}

	function respond(call: Call, verdict: OriginVerdict | undefined): Response | Promise<Response> {
		const { headers, tenant, policy, kind, origin, ownOrigin } = call;
		const anyOrigin = policy.origins.kind === "any";
		const decision = decide(kind, verdict, { anyOrigin, ownOrigin, rejectDenied: tenant.rejectDenied });
		const exchange = { call, verdict, decision };
		const cdnLoop = headers.get(CDN_LOOP);
		if (cdnLoop !== null && namesCordon(cdnLoop)) return refuse(exchange, "loop-detected");
		if (!tenant.report) {
			if (decision.action === "refuse") return refuse(exchange, "origin-not-allowed");
			if (decision.action === "answer-preflight" && origin !== null) {
				return finish(exchange, answerPreflight(policy, origin, headers));
			}
		}
		return forward(exchange);
	}

	async function forward(exchange: Exchange): Promise<Response> {
		const { request, method, headers, address, tenant, policy, kind } = exchange.call;
		const { site } = address;
		const certificate = tenant.clientCertificate === "ignore" ? undefined : clientCertificateOf(request);
		if (tenant.clientCertificate === "require" && certificate === undefined && !tenant.report) {
			return refuse(exchange, "client-certificate-required");
		}
		const cacheable = method === "GET" || method === "HEAD";
		const withoutOrigin = tenant.stripOrigin && !tenant.report && cacheable && kind !== "websocket";
		const passage = { request, method, headers, address, tenant, withoutOrigin, certificate };
		let received: Response;
		try {
			received = await fetchUpstream(passage, outside.fetch);
		} catch (error) {
			const { code, reason } = upstreamFailure(error);
			outside.onUpstreamFailure({ hostname: site.hostname, code, reason });
			return refuse(exchange, code);
		}
		// A 101 carries its socket and cannot be wrapped again; no CORS check follows it.
		if (received.webSocket) return finish(exchange, received);
		const response = mutable(received);
		if (response === undefined) return refuse(exchange, "upstream-unreachable");
		const answered = response.headers;
		if (tenant.upstream?.kind === "origin") rewriteLocation(answered, tenant.upstream.origin, site.origin);
		if (!tenant.report) {
			if (tenant.cookies !== undefined) rewriteCookies(answered, tenant.cookies);
			removeSharing(answered, policy);
			share(exchange, answered);
		}
		return finish(exchange, response);
	}

	/** An error of Cordon's own is shared as any response is, so that an allowed page can read its status. */
	function refuse(exchange: Exchange, code: ProblemCode): Response {
		const response = problem(code);
		if (!exchange.call.tenant.report) share(exchange, response.headers);
		return finish(exchange, response, code);
	}

	/** Records the decision, where there was one and somebody wants it. */
	function finish(exchange: Exchange, response: Response, code?: ProblemCode): Response {
		const { verdict } = exchange;
		const { method, address, tenant, route, kind, origin, ownOrigin, requestMethod } = exchange.call;
		if (origin === null || verdict === undefined) return response;
		const { site } = address;
		const redirectTaintsOrigin =
			kind === "actual" && !ownOrigin && redirectsToForeignOrigin(response, site.origin);
		if (verdict.allowed && !tenant.report && !redirectTaintsOrigin && !outside.verdicts.takesAll) {
			return response;
		}
		outside.verdicts.record({
			hostname: site.hostname,
			kind,
			mode: tenant.report ? "report" : "enforce",
			allowed: verdict.allowed,
			reason: ownOrigin && !verdict.allowed ? "own-origin" : verdict.reason,
			entry: verdict.allowed ? verdict.entry : "",
			route,
			origin,
			method: requestMethod ?? method,
			policyReadAtMilliseconds: exchange.call.readAtMilliseconds,
			status: response.status,
			problem: code ?? "",
			redirectTaintsOrigin,
		});
		return response;
	}
}

/** Looks at a request as its tenant's policy does; a path is made of its URL only where there are routes. */
function callOf({ request, address }: Arrival, tenant: Tenant, readAtMilliseconds: number): Call {
	const { method, headers } = request;
	const matched = tenant.routes?.find(new URL(request.url).pathname);
	const origin = headers.get(ORIGIN);
	const requestMethod = method === "OPTIONS" ? headers.get(REQUEST_METHOD) : null;
	const upgrade = method === "GET" && origin !== null ? headers.get("upgrade") : null;
	return {
		request,
		method,
		headers,
		address,
		tenant,
		readAtMilliseconds,
		policy: matched?.value ?? tenant.policy,
		route: matched?.path ?? "",
		kind: requestKind({ method, origin, requestMethod, upgrade }),
		origin,
		ownOrigin: origin === address.site.origin,
		requestMethod,
	};
}

/** @param headers of the response; changed in place */
function share({ call, decision }: Exchange, headers: Headers): void {
	applySharing(headers, call.policy, call.origin, decision.share);
	if (call.kind === "preflight") varyAsPreflight(headers);
}
