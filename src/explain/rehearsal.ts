/** Owns the rehearsal: the gateway itself, run on requests with a store that is known and no upstream. */

import type { HeaderList, ReceivedResponse } from "../browser/header-list.ts";
import { REQUEST_METHOD, RUNTIME_METHODS } from "../cors/standard.ts";
import type { Fetch } from "../gateway/forward.ts";
import { createGateway } from "../gateway/gateway.ts";
import { DEFAULT_CDN_LOOP_ID } from "../gateway/loop.ts";
import type { Verdict } from "../gateway/verdict.ts";
import { createTenantStore } from "../tenants/store.ts";
import type { PageCall } from "./question.ts";

/** A request, as far as the gateway looks at it. */
export interface Rehearsal {
	readonly method: string;
	/** Absolute, http or https. */
	readonly url: string;
	readonly headers: HeaderList;
}

/** What the gateway did with a request. */
export interface Rehearsed {
	/** What it recorded; undefined where no policy was asked. */
	readonly verdict: Verdict | undefined;
	readonly response: ReceivedResponse;
	/** Where the upstream would have been asked; undefined where the request did not get there. */
	readonly forwardedTo: string | undefined;
	/** Whether the runtime refuses the request before Cordon sees it. */
	readonly refusedByRuntime: boolean;
}

/** Runs the gateway on a request. */
export type Rehearse = (request: Rehearsal) => Promise<Rehearsed>;

/** A client certificate, so that a policy which wants one gets to its other questions. */
const CERTIFICATE = { tlsClientAuth: { certPresented: "1", certVerified: "SUCCESS", certRFC9440: ":AA==:" } };

/** workerd's answer to a method that its parser does not know. */
const UNKNOWN_METHOD: Rehearsed = {
	verdict: undefined,
	response: { status: 501, headers: [] },
	forwardedTo: undefined,
	refusedByRuntime: true,
};

/**
 * Makes a gateway that is asked in order, one request after the other.
 * @param values what KV holds; every other key is absent
 * @param unavailable keys that cannot be asked
 * @param call to its URL the API answers with its redirect, where it has one
 */
export function createRehearsal(
	values: ReadonlyMap<string, string>,
	unavailable: ReadonlySet<string> = new Set(),
	call?: Pick<PageCall, "url" | "redirect">,
): Rehearse {
	let verdict: Verdict | undefined;
	let forwardedTo: string | undefined;
	let isRedirected = false;
	// It is taken to answer 200, or with the call's redirect, and to say nothing of CORS.
	const upstream: Fetch = async (input) => {
		forwardedTo = typeof input === "string" ? input : input.url;
		const redirect = isRedirected ? call?.redirect : undefined;
		if (redirect === undefined) return new Response(null);
		return new Response(null, {
			status: redirect.status,
			headers: { location: sendable(redirect.location) },
		});
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
	return async ({ method, url, headers }) => {
		if (!RUNTIME_METHODS.has(method)) return UNKNOWN_METHOD;
		verdict = undefined;
		forwardedTo = undefined;
		const isPreflight = headers.some(([name]) => name.toLowerCase() === REQUEST_METHOD);
		isRedirected = url === call?.url.href && !isPreflight;
		const sent = new Headers(headers.map(([name, value]): [string, string] => [name, sendable(value)]));
		// Not a Request: in a browser's page that drops Origin and everything else that pages cannot set.
		const request = { method, url, headers: sent, body: null, cf: CERTIFICATE } as unknown as Request;
		const response = await gateway(request, () => {});
		return {
			verdict,
			response: { status: response.status, headers: [...response.headers] },
			forwardedTo,
			refusedByRuntime: false,
		};
	};
}

/** What no header can have reaches no server as it is, and is never an origin on a list. */
function sendable(value: string): string {
	return value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "?");
}
