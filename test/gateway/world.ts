/** Owns the world around a gateway under test: a store with one document, an API, and what was recorded. */

import type { FaultLine } from "../../src/gateway/fault-line.ts";
import { createGateway } from "../../src/gateway/gateway.ts";
import type { Verdict } from "../../src/gateway/verdict.ts";
import { createTenantStore } from "../../src/tenants/store.ts";
import { waysOut } from "./ways-out.ts";

/** The address of the API, as pages call it. */
export const API = "https://api.example.com";

export interface World {
	readonly document: unknown;
	/** Names of origins in directories: `customers:https://shop.example`. */
	readonly directories?: readonly string[];
	/** What keys begin with that cannot be read. */
	readonly broken?: readonly string[];
	readonly answer?: (request: Request) => Promise<Response>;
	readonly services?: readonly string[];
	readonly forwardUnknownHosts?: boolean;
	/** Thrown when a verdict is recorded. */
	readonly recorderFault?: Error;
}

/** What an API says that would share everything with everybody. */
const REFLECTING = async ({ headers }: Request) =>
	new Response("body", {
		headers: {
			"access-control-allow-origin": headers.get("origin") ?? "*",
			"access-control-allow-credentials": "true",
			"timing-allow-origin": "*",
		},
	});

/** A gateway in its world. */
export function setUp({
	document,
	directories = [],
	broken = [],
	answer = REFLECTING,
	services = [],
	recorderFault,
	...rest
}: World) {
	const values = new Map([
		["tenant:api.example.com", JSON.stringify(document)],
		...directories.map((name) => [`origin:${name}`, ""] as const),
	]);
	const reads: string[][] = [];
	const faults: FaultLine[] = [];
	const verdicts: Verdict[] = [];
	const unavailable: object[] = [];
	const reached: Request[] = [];
	const gateway = createGateway({
		store: createTenantStore({
			read: async (keys) => {
				reads.push([...keys]);
				if (keys.some((key) => broken.some((start) => key.startsWith(start)))) throw new Error("KV is down");
				return new Map(keys.map((key) => [key, values.get(key) ?? null]));
			},
			now: () => 0,
			onFailure: () => {},
		}),
		forwardUnknownHosts: rest.forwardUnknownHosts ?? false,
		out: waysOut(async (request) => {
			reached.push(request);
			return answer(request);
		}, services),
		onFault: (fault) => void faults.push(fault),
		verdicts: {
			takesAll: true,
			record(verdict) {
				if (recorderFault !== undefined) throw recorderFault;
				verdicts.push(verdict);
			},
			countUnavailable: (request) => void unavailable.push(request),
		},
	});
	const ask = async (target: string, init: RequestInit & { readonly origin?: string } = {}) => {
		const { origin, ...others } = init;
		const headers = new Headers(others.headers);
		if (origin !== undefined) headers.set("origin", origin);
		const url = target.startsWith("/") ? API + target : target;
		return gateway(new Request(url, { redirect: "manual", ...others, headers }), () => {});
	};
	return { ask, faults, verdicts, unavailable, reached, reads };
}

/** What bears on sharing, as lines. */
export function sharing({ headers }: Response): readonly string[] {
	return [...headers]
		.filter(([name]) => name.startsWith("access-control-") || ["vary", "timing-allow-origin"].includes(name))
		.map(([name, value]) => `${name}: ${value}`);
}
