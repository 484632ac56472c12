/** Owns the request path's beginning: the tenant of the hostname, the loop, the policy's judgement of the origin. */

import { checkOrigin, type OriginVerdict } from "../cors/allowed-origins.ts";
import { ORIGIN } from "../cors/standard.ts";
import type { Lookup } from "../isolate/memory.ts";
import type { Background } from "../isolate/read-through-cache.ts";
import type { StoredTenant, TenantStore } from "../tenants/store.ts";
import { createAddressReader } from "./address.ts";
import { type AnswerOptions, createAnswer } from "./answer.ts";
import {
	AMBIGUOUS_PATH,
	type Arrival,
	type Call,
	callOf,
	judged,
	NOT_ISOLATED,
	policyOfAnyOrigin,
} from "./call.ts";
import { faultOf, rayOf } from "./fault-line.ts";
import { upstreamWay, type WaysOut } from "./forward.ts";
import { isFromElsewhere } from "./isolation.ts";
import { LOOP_REASON } from "./loop.ts";
import { type ProblemCode, problem } from "./problem.ts";
import type { Way } from "./way.ts";

/** Everything that the core needs from outside. */
export interface CoreOptions extends AnswerOptions {
	readonly store: TenantStore;
	/** Whether requests to hostnames without a tenant go on untouched; else they get 404. */
	readonly forwardUnknownHosts: boolean;
}

/** Everything that the gateway needs from outside. */
export interface GatewayOptions extends CoreOptions {
	readonly out: WaysOut;
}

/** Answers one request: without a promise where there is nothing to wait for. Fails only on faults of Cordon itself. */
export type Gateway = (request: Request, background: Background) => Response | Promise<Response>;

/** The same, for any way to the API behind. */
export type Core = (arrival: Arrival, way: Way) => Response | Promise<Response>;

/** Makes the gateway of one isolate: in front of APIs that are reached through the network. */
export function createGateway(options: GatewayOptions): Gateway {
	const addressOf = createAddressReader();
	const core = createCore(options);
	const way = upstreamWay(options.out);
	return (request, background) => core({ request, address: addressOf(request.url), background }, way);
}

/**
 * Makes the core of one isolate. Where the isolate knows the tenant and the policy knows the origin, nothing is awaited
 * before the API is asked; the functions that end in `Later` are for where it does not.
 */
export function createCore(options: CoreOptions): Core {
	const { store, onFault, verdicts } = options;
	const answer = createAnswer(options);

	return (arrival, way) => {
		const found = store.findTenant(arrival.address.site.hostname, arrival.background);
		return found instanceof Promise ? admitLater(arrival, way, found) : admit(arrival, way, found);
	};

	async function admitLater(
		arrival: Arrival,
		way: Way,
		found: Promise<Lookup<StoredTenant>>,
	): Promise<Response> {
		return admit(arrival, way, await found);
	}

	function admit(arrival: Arrival, way: Way, found: Lookup<StoredTenant>): Response | Promise<Response> {
		switch (found.kind) {
			case "unavailable":
				return refuseUnavailable(arrival, UNAVAILABLE_DETAILS[found.reason]);
			case "absent":
				return options.forwardUnknownHosts
					? passOn(arrival, way)
					: refuse(arrival, "unknown-tenant", unknownDetail(arrival));
			case "present": {
				const { value: tenant } = found;
				if (tenant.closed) return refuse(arrival, "tenant-closed");
				const call = callOf(arrival, tenant, found.readAtMilliseconds);
				const verdict = judge(call, arrival.background);
				return verdict instanceof Promise
					? answerLater(call, way, verdict)
					: answer(judged(call, verdict), way);
			}
		}
	}

	async function answerLater(call: Call, way: Way, verdict: Promise<OriginVerdict>): Promise<Response> {
		return answer(judged(call, await verdict), way);
	}

	/** The lists in the document are asked first, directories only then. */
	function judge(call: Call, background: Background): OriginVerdict | Promise<OriginVerdict> | undefined {
		const { origin, place, address, ambiguousPath, tenant } = call;
		if (origin === null) return tenant.isolates && isEmbedded(call) ? NOT_ISOLATED : undefined;
		if (ambiguousPath) return AMBIGUOUS_PATH;
		const check = checkOrigin(place.policies.origins, origin);
		if (check.kind !== "ask") return check.verdict;
		return store.findOrigin(address.site.hostname, check, origin, background);
	}

	/** What every origin may read is not isolated: anybody may embed it as well. */
	function isEmbedded(call: Call): boolean {
		return policyOfAnyOrigin(call) === undefined && isFromElsewhere(call.method, call.headers);
	}

	/** Lets a request to an unknown host go on along its own route. */
	async function passOn(arrival: Arrival, way: Way): Promise<Response> {
		const { request, address } = arrival;
		if (way.isLoop(request)) {
			onFault(faultOf(request, address, "loop-detected", LOOP_REASON));
			return refuse(arrival, "loop-detected");
		}
		try {
			return await way.passThrough(request);
		} catch (error) {
			const { code, cause } = way.failure(error);
			onFault(faultOf(request, address, code, cause));
			return refuse(arrival, code);
		}
	}

	function refuseUnavailable(arrival: Arrival, detail: string): Response {
		const { request, address } = arrival;
		const response = refuse(arrival, "tenant-unavailable", detail);
		verdicts.countUnavailable({
			hostname: address.site.hostname,
			origin: request.headers.get(ORIGIN) ?? "",
			method: request.method,
			status: response.status,
		});
		return response;
	}

	/** There is no policy, so that nothing is shared with anybody. */
	function refuse({ request }: Arrival, code: ProblemCode, detail?: string): Response {
		return problem(code, { detail, ray: rayOf(request.headers) });
	}
}

/** The name that was looked for: behind a proxy or a rewritten Host it is not always the one that was meant. */
function unknownDetail({ address }: Arrival): string {
	return `No policy is stored for the hostname ${JSON.stringify(address.site.hostname)}. Its operator has to push a tenant file that names it.`;
}

/** To try again helps against the one and never against the other. */
const UNAVAILABLE_DETAILS = {
	unreadable:
		"The policy of this hostname cannot be read at the moment, so nothing is let through. Try again; if this lasts, its operator finds the reason in the log.",
	invalid:
		"The policy that is stored for this hostname is not valid, so nothing is let through. Its operator has to store a valid one; the log says what is wrong with it.",
} as const;
