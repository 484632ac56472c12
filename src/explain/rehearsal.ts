/** Owns the rehearsal: the gateway itself, run on one request with a store that is known and no upstream. */

import type { Fetch } from "../gateway/forward.ts";
import { createGateway } from "../gateway/gateway.ts";
import { DEFAULT_CDN_LOOP_ID } from "../gateway/loop.ts";
import type { Verdict } from "../gateway/verdict.ts";
import { createTenantStore } from "../tenants/store.ts";

/** What the gateway did with a request. */
export interface Rehearsed {
	/** What it recorded; undefined where no policy was asked. */
	readonly verdict: Verdict | undefined;
	readonly status: number;
	/** Every header of the answer. To what an upstream adds, these are what Cordon adds. */
	readonly headers: Headers;
	/** What the upstream would have seen; undefined where the request did not get there. */
	readonly forwarded: Request | undefined;
}

/** A client certificate, so that a policy which wants one gets to its other questions. */
const CERTIFIED = {
	cf: { tlsClientAuth: { certPresented: "1", certVerified: "SUCCESS", certRFC9440: ":AA==:" } },
};

/** In a Worker a request takes its `cf` when it is made, and only then; elsewhere it has none, and takes any property. */
function certified(request: Request): Request {
	const made = new Request(request, CERTIFIED);
	return made.cf === undefined ? Object.assign(made, CERTIFIED) : made;
}

/**
 * Runs the gateway on a request.
 * @param values what KV holds; every other key is absent
 * @param unavailable keys that cannot be asked
 */
export async function rehearse(
	request: Request,
	values: ReadonlyMap<string, string>,
	unavailable: ReadonlySet<string>,
): Promise<Rehearsed> {
	let verdict: Verdict | undefined;
	let forwarded: Request | undefined;
	// It is taken to answer 200 and to say nothing of CORS.
	const upstream: Fetch = async (input, init) => {
		forwarded = new Request(input, init);
		return new Response(null);
	};
	const gateway = createGateway({
		store: createTenantStore({
			async read(keys) {
				if (keys.some((key) => unavailable.has(key))) throw new Error("not asked");
				return new Map(keys.map((key) => [key, values.get(key) ?? null]));
			},
			now: Date.now,
			onFailure: () => {},
		}),
		forwardUnknownHosts: false,
		out: { fetch: upstream, service: () => upstream, cdnLoopId: DEFAULT_CDN_LOOP_ID },
		onFault: () => {},
		verdicts: {
			takesAll: true,
			record(recorded) {
				verdict = recorded;
			},
			countUnavailable: () => {},
		},
	});
	const { status, headers } = await gateway(certified(request), () => {});
	return { verdict, status, headers, forwarded };
}
