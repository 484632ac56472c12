/** Owns the request path: tenant, loop, kind of request, decision, upstream, headers, in that order. */

import { checkOrigin, type OriginVerdict } from "../cors/allowed-origins.ts";
import { type Decision, decide, type RequestKind, requestKind } from "../cors/decision.ts";
import type { Policy } from "../cors/policy.ts";
import { ORIGIN, REQUEST_METHOD } from "../cors/standard.ts";
import type { Background, Found } from "../tenants/kv-cache.ts";
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
export type Gateway = (request: Request, background: Background) => Soon<Response>;

/** What is known of a request once its tenant is found and its origin judged. */
interface Exchange {
	readonly request: Request;
	readonly method: string;
	readonly headers: Headers;
	readonly address: Address;
	readonly found: FoundTenant;
	readonly tenant: Tenant;
	readonly policy: Policy;
	/** The path of the route that the policy is from; empty for the document's own. */
	readonly route: string;
	readonly kind: RequestKind;
	/** The `Origin` header; null where there is none. */
	readonly origin: string | null;
	/** Whether it is that of the request's own URL: not cross-origin at all. */
	readonly ownOrigin: boolean;
	readonly requestMethod: string | null;
	readonly verdict: OriginVerdict | undefined;
	readonly decision: Decision;
}

type FoundTenant = Found<Tenant> & { readonly kind: "present" };

/** Makes the gateway of one isolate. */
export function createGateway(outside: GatewayOptions): Gateway {
	const { store } = outside;
	const addressOf = createAddressReader();

	return (request, background) => {
		const address = addressOf(request.url);
		return soon(store.findTenant(address.site.hostname, background), (found) => {
			switch (found.kind) {
				case "unavailable":
					return problem("tenant-unavailable");
				case "absent":
					return outside.forwardUnknownHosts ? outside.fetch(request) : problem("unknown-tenant");
				case "present":
					return serve(request, address, found, background);
			}
		});
	};

	function serve(
		request: Request,
		address: Address,
		found: FoundTenant,
		background: Background,
	): Soon<Response> {
		const { headers, method } = request;
		const tenant = found.value;
		const matched = tenant.routes?.find(new URL(request.url).pathname);
		const policy = matched?.value ?? tenant.policy;
		const origin = headers.get(ORIGIN);
		const requestMethod = method === "OPTIONS" ? headers.get(REQUEST_METHOD) : null;
		const upgrade = method === "GET" && origin !== null ? headers.get("upgrade") : null;
		const kind = requestKind({ method, origin, requestMethod, upgrade });
		const ownOrigin = origin === address.site.origin;
		return soon(origin === null ? undefined : judge(policy, origin, background), (verdict) => {
			const decision = decide(kind, verdict, {
				anyOrigin: policy.origins.kind === "any",
				ownOrigin,
				rejectDenied: tenant.rejectDenied,
			});
			return respond({
				request,
				method,
				headers,
				address,
				found,
				tenant,
				policy,
				route: matched?.path ?? "",
				kind,
				origin,
				ownOrigin,
				requestMethod,
				verdict,
				decision,
			});
		});
	}

	/** The list in the document is asked first, directories only then. */
	function judge(policy: Policy, origin: string, background: Background): Soon<OriginVerdict> {
		const check = checkOrigin(policy.origins, origin);
		return check.kind === "ask" ? store.findOrigin(check.directories, origin, background) : check.verdict;
	}

	function respond(exchange: Exchange): Soon<Response> {
		const { headers, tenant, policy, origin, decision } = exchange;
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
		const { request, method, address, tenant, kind } = exchange;
		const { site } = address;
		const certificate = tenant.clientCertificate === "ignore" ? undefined : clientCertificateOf(request);
		if (tenant.clientCertificate === "require" && certificate === undefined && !tenant.report) {
			return refuse(exchange, "client-certificate-required");
		}
		const cacheable = method === "GET" || method === "HEAD";
		const withoutOrigin = tenant.stripOrigin && !tenant.report && cacheable && kind !== "websocket";
		const passage = {
			request,
			method,
			headers: exchange.headers,
			address,
			tenant,
			withoutOrigin,
			certificate,
		};
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
		const { headers } = response;
		if (tenant.upstream !== undefined) rewriteLocation(headers, tenant.upstream.origin, site.origin);
		if (!tenant.report) {
			if (tenant.cookies !== undefined) rewriteCookies(headers, tenant.cookies);
			removeSharing(headers, exchange.policy);
			share(exchange, response);
		}
		return finish(exchange, response);
	}

	/** An error of Cordon's own is shared as any response is, so that an allowed page can read its status. */
	function refuse(exchange: Exchange, code: ProblemCode): Response {
		const response = problem(code);
		if (!exchange.tenant.report) share(exchange, response);
		return finish(exchange, response, code);
	}

	/** Records the decision, where there was one and somebody wants it. */
	function finish(exchange: Exchange, response: Response, code?: ProblemCode): Response {
		const { method, address, found, tenant, route, kind, origin, ownOrigin, verdict } = exchange;
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
			method: exchange.requestMethod ?? method,
			policyReadAtMilliseconds: found.readAtMilliseconds,
			status: response.status,
			problem: code ?? "",
			redirectTaintsOrigin,
		});
		return response;
	}
}

function share({ policy, origin, kind, decision }: Exchange, response: Response): void {
	applySharing(response.headers, policy, origin, decision.share);
	if (kind === "preflight") varyAsPreflight(response.headers);
}

/** A value that is there at once where the isolate knows it, else later. */
type Soon<T> = T | Promise<T>;

/** Goes on at once where the value is there: nothing is awaited before the upstream's fetch begins. */
function soon<T, R>(value: Soon<T>, next: (value: T) => Soon<R>): Soon<R> {
	return value instanceof Promise ? value.then(next) : next(value);
}
