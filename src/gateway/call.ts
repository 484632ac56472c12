/** Owns what is known of a request once its tenant is found: its kind, its origin, what holds for its path. */

import type { OriginVerdict } from "../cors/allowed-origins.ts";
import { type Decision, decide, type RequestKind, requestKind } from "../cors/decision.ts";
import type { Policy } from "../cors/policy.ts";
import { ORIGIN, REQUEST_METHOD } from "../cors/standard.ts";
import type { Background } from "../isolate/read-through-cache.ts";
import type { Route } from "../tenants/routes.ts";
import type { Place, Tenant } from "../tenants/tenant.ts";
import type { Address } from "./address.ts";

/** A request that has come in. */
export interface Arrival {
	readonly request: Request;
	readonly address: Address;
	readonly background: Background;
}

/** A request as its tenant's policy looks at it. */
export interface Call {
	readonly request: Request;
	readonly method: string;
	readonly headers: Headers;
	readonly address: Address;
	readonly tenant: Tenant;
	/** When the tenant's document was read from KV. */
	readonly readAtMilliseconds: number;
	/** What holds for its path. */
	readonly place: Place;
	/** Whether nothing is changed, and only the verdict recorded. */
	readonly report: boolean;
	/** The path of the route that this is; empty for the document's own. */
	readonly route: string;
	/** Whether a server behind may read the path so that another route counts: then nothing is shared. */
	readonly ambiguousPath: boolean;
	readonly kind: RequestKind;
	/** The `Origin` header; null where there is none. */
	readonly origin: string | null;
	/** Whether it is that of the request's own URL: not cross-origin at all. */
	readonly ownOrigin: boolean;
	readonly requestMethod: string | null;
}

/** A call whose origin is judged. */
export interface JudgedCall {
	readonly call: Call;
	/** Undefined where there is nothing to judge. */
	readonly verdict: OriginVerdict | undefined;
	readonly decision: Decision;
	/** The policy that applies; undefined where none does, and then nothing is shared. */
	readonly policy: Policy | undefined;
}

/** Looks at a request as its tenant's policy does; a path is made of its URL only where there are routes. */
export function callOf({ request, address }: Arrival, tenant: Tenant, readAtMilliseconds: number): Call {
	const { method, headers } = request;
	const { routes } = tenant;
	const pathname = routes === undefined ? "" : new URL(request.url).pathname;
	const matched = routes?.find(pathname);
	const place = matched?.value ?? tenant.place;
	const ambiguousPath = routes?.findOtherReading(pathname) !== undefined;
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
		place,
		report: place.report && !(ambiguousPath && routes?.someReading(pathname, enforces(tenant)) === true),
		route: matched?.path ?? "",
		ambiguousPath,
		kind: requestKind({ method, origin, requestMethod, upgrade }),
		origin,
		ownOrigin: origin === address.site.origin,
		requestMethod,
	};
}

/**
 * Where the path can be read in more than one way, one reading that enforces is enough: the API may serve that route, and its own
 * sharing headers, which report mode leaves as they are, would reach whoever spells the path so. To go by the path as it stands
 * would make every route that only watches a way around those that enforce.
 */
function enforces({ place }: Tenant) {
	return (route: Route<Place> | undefined) => !(route?.value ?? place).report;
}

/** Where the path can be read in more than one way, whose origin it is does not count. */
export const AMBIGUOUS_PATH: OriginVerdict = { allowed: false, reason: "ambiguous-path" };

/** Embedded by another site, or submitted from it, without an origin. */
export const NOT_ISOLATED: OriginVerdict = { allowed: false, reason: "not-isolated" };

/** The policy of a call without an origin; undefined where there is none, and then it is not shared. */
export function policyOfAnyOrigin({ place, ambiguousPath }: Call): Policy | undefined {
	return ambiguousPath ? undefined : place.policies.ofAnyOrigin;
}

/** @param verdict undefined where the call has no origin, unless it is denied for that */
export function judged(call: Call, verdict: OriginVerdict | undefined): JudgedCall {
	const { kind, ownOrigin, place, tenant } = call;
	const { list } = place.policies;
	const withoutOrigin = policyOfAnyOrigin(call);
	const anyOrigin = withoutOrigin !== undefined;
	return {
		call,
		verdict,
		decision: decide(kind, verdict, { anyOrigin, ownOrigin, rejectDenied: tenant.rejectDenied }),
		policy: verdict === undefined ? withoutOrigin : verdict.allowed ? list[verdict.policy] : undefined,
	};
}
