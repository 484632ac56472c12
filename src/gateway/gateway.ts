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
import { faultOf, rayOf } from "./fault.ts";
import { passThrough, upstreamFailure } from "./forward.ts";
import { isFromElsewhere } from "./isolation.ts";
import { CDN_LOOP, isLoop, LOOP_REASON } from "./loop.ts";
import { type ProblemCode, problem } from "./problem.ts";

/** Everything that the gateway needs from outside. */
export interface GatewayOptions extends AnswerOptions {
	readonly store: TenantStore;
	/** Whether requests to hostnames without a tenant go on untouched; else they get 404. */
	readonly forwardUnknownHosts: boolean;
}

/** Answers one request: without a promise where there is nothing to wait for. Fails only on faults of Cordon itself. */
export type Gateway = (request: Request, background: Background) => Response | Promise<Response>;

/**
 * Makes the gateway of one isolate. Where the isolate knows the tenant and the policy knows the origin, nothing is awaited
 * before the upstream's fetch begins; the functions that end in `Later` are for where it does not.
 */
export function createGateway(options: GatewayOptions): Gateway {
	const { store, out, onFault, verdicts } = options;
	const addressOf = createAddressReader();
	const answer = createAnswer(options);

	return (request, background) => {
		const address = addressOf(request.url);
		const arrival = { request, address, background };
		const found = store.findTenant(address.site.hostname, background);
		return found instanceof Promise ? admitLater(arrival, found) : admit(arrival, found);
	};

	async function admitLater(arrival: Arrival, found: Promise<Lookup<StoredTenant>>): Promise<Response> {
		return admit(arrival, await found);
	}

	function admit(arrival: Arrival, found: Lookup<StoredTenant>): Response | Promise<Response> {
		switch (found.kind) {
			case "unavailable":
				return refuseUnavailable(arrival, UNAVAILABLE_DETAILS[found.reason]);
			case "absent":
				return options.forwardUnknownHosts
					? passOn(arrival)
					: refuse(arrival, "unknown-tenant", unknownDetail(arrival));
			case "present": {
				const { value: tenant } = found;
				if (tenant.closed) return refuse(arrival, "tenant-closed");
				const call = callOf(arrival, tenant, found.readAtMilliseconds);
				const verdict = judge(call, arrival.background);
				return verdict instanceof Promise ? answerLater(call, verdict) : answerCall(call, verdict);
			}
		}
	}

	async function answerLater(call: Call, verdict: Promise<OriginVerdict>): Promise<Response> {
		return answerCall(call, await verdict);
	}

	function answerCall(call: Call, verdict: OriginVerdict | undefined): Response | Promise<Response> {
		return answer(judged(call, verdict), isLooping(call.request));
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

	function isLooping({ headers }: Request): boolean {
		const cdnLoop = headers.get(CDN_LOOP);
		return cdnLoop !== null && isLoop(cdnLoop, out.cdnLoopId);
	}

	/** Lets a request to an unknown host go on along its own route. */
	async function passOn(arrival: Arrival): Promise<Response> {
		const { request, address } = arrival;
		if (isLooping(request)) {
			onFault(faultOf(request, address, "loop-detected", LOOP_REASON));
			return refuse(arrival, "loop-detected");
		}
		try {
			return await passThrough(request, out);
		} catch (error) {
			const { code, reason } = upstreamFailure(error);
			onFault(faultOf(request, address, code, reason));
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
