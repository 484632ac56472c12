/** Owns the request path's beginning: the tenant of the hostname, the loop, the policy's judgement of the origin. */

import { checkOrigin, type OriginVerdict } from "../cors/allowed-origins.ts";
import type { Lookup } from "../isolate/memory.ts";
import type { Background } from "../isolate/read-through-cache.ts";
import type { StoredTenant, TenantStore } from "../tenants/store.ts";
import { createAddressReader } from "./address.ts";
import { type AnswerOptions, createAnswer } from "./answer.ts";
import { AMBIGUOUS_PATH, type Arrival, type Call, callOf, judged } from "./call.ts";
import { faultOf, rayOf } from "./fault.ts";
import { upstreamWay, type WaysOut } from "./forward.ts";
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

/** The same, whatever the way to the API behind is. */
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
	const { store, onFault } = options;
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
				return refuse(arrival, "tenant-unavailable", UNAVAILABLE_DETAILS[found.reason]);
			case "absent":
				return options.forwardUnknownHosts ? passOn(arrival, way) : refuse(arrival, "unknown-tenant");
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

	/** The list in the document is asked first, directories only then. */
	function judge(call: Call, background: Background): OriginVerdict | Promise<OriginVerdict> | undefined {
		const { origin, policy, address, ambiguousPath } = call;
		if (origin === null) return undefined;
		if (ambiguousPath) return AMBIGUOUS_PATH;
		const check = checkOrigin(policy.origins, origin);
		if (check.kind !== "ask") return check.verdict;
		return store.findOrigin(address.site.hostname, check.directories, origin, background);
	}

	/** Lets a request to an unknown host go on along its own route. */
	async function passOn(arrival: Arrival, way: Way): Promise<Response> {
		const { request, address } = arrival;
		if (way.isLoop(request)) return refuse(arrival, "loop-detected");
		try {
			return await way.passThrough(request);
		} catch (error) {
			const { code, cause } = way.failure(error);
			onFault(faultOf(request, address, code, cause));
			return refuse(arrival, code);
		}
	}

	/** There is no policy, so that nothing is shared with anybody. */
	function refuse({ request }: Arrival, code: ProblemCode, detail?: string): Response {
		return problem(code, { detail, ray: rayOf(request.headers) });
	}
}

/** To try again helps against the one and never against the other. */
const UNAVAILABLE_DETAILS = {
	unreadable:
		"The policy of this hostname cannot be read at the moment, so nothing is let through. Try again; if this lasts, its operator finds the reason in the log.",
	invalid:
		"The policy that is stored for this hostname is not valid, so nothing is let through. Its operator has to store a valid one; the log says what is wrong with it.",
} as const;
