/** Owns what the Worker is given, its bindings and variables, and makes the gateway of it. */

import { createSecondCopy } from "../isolate/second-copy.ts";
import { createTokenBucket } from "../isolate/token-bucket.ts";
import { createTenantStore } from "../tenants/store.ts";
import { createAddressReader } from "./address.ts";
import { type Fault, faultOf, rayOf } from "./fault.ts";
import type { Fetch } from "./forward.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { DEFAULT_CDN_LOOP_ID, isCdnId } from "./loop.ts";
import { problem } from "./problem.ts";
import { createVerdictRecorder, type LogEntry } from "./verdict.ts";

/** What wrangler.toml binds and sets, and what it may bind and set besides. */
export type Bindings = Env & {
	/** Where every verdict goes as a data point. */
	readonly VERDICTS?: AnalyticsEngineDataset;
	/** Cordon's name in `CDN-Loop`; two operators' Cordons in a row need two. */
	readonly CDN_LOOP_ID?: string;
};

/** The least that KV takes; what is fresh is decided here, in the isolate. */
const KV_CACHE_TTL_SECONDS = 30;

/** While KV or an upstream fails, requests must not buy a log line each. */
const FAILURE_BURST_LINES = 20;
const FAILURE_LINES_PER_SECOND = 2;

const now = Date.now;
const faultLines = createTokenBucket(FAILURE_BURST_LINES, FAILURE_LINES_PER_SECOND, now);

/** One JSON object a line, for people and for Workers Logs alike. */
function log(entry: LogEntry): void {
	console.log(JSON.stringify(entry));
}

/** Tells the operator of a fault, within bounds. */
export function reportFault(fault: Fault | ({ readonly event: string } & object)): void {
	if (faultLines.take()) log({ ...fault });
}

/** Makes the gateway of one isolate; where something is missing, one that says so and lets nothing through. */
export function gatewayOf(env: Bindings): Gateway {
	const missing = whatIsMissing(env);
	if (missing !== undefined) return misconfigured(missing);
	const { TENANTS, UNKNOWN_HOSTS, VERDICTS, CDN_LOOP_ID } = env;
	return createGateway({
		store: createTenantStore({
			read: (key) => TENANTS.get(key, { type: "text", cacheTtl: KV_CACHE_TTL_SECONDS }),
			now,
			secondCopy: createSecondCopy(() => caches.open("cordon-last-good")),
			onFailure: (failure) => reportFault({ event: "kv-read-failed", ...failure }),
		}),
		forwardUnknownHosts: UNKNOWN_HOSTS === "forward",
		out: {
			fetch: (input, init) => fetch(input, init),
			service: (name) => serviceOf(env, name),
			cdnLoopId: CDN_LOOP_ID || DEFAULT_CDN_LOOP_ID,
		},
		onFault: reportFault,
		verdicts: createVerdictRecorder({ dataset: VERDICTS, log, now }),
	});
}

function serviceOf(env: object, name: string): Fetch | undefined {
	const binding: unknown = Object.hasOwn(env, name) ? Reflect.get(env, name) : undefined;
	return isService(binding) ? (input, init) => binding.fetch(input, init) : undefined;
}

function isService(binding: unknown): binding is Fetcher {
	return typeof binding === "object" && binding !== null && "fetch" in binding;
}

function whatIsMissing({ TENANTS, CDN_LOOP_ID }: Partial<Bindings>): string | undefined {
	if (TENANTS === undefined) {
		return "This Worker has no KV namespace bound as TENANTS. Bind one in wrangler.toml; an environment ([env.…]) needs bindings of its own, it inherits none.";
	}
	if (CDN_LOOP_ID && !isCdnId(CDN_LOOP_ID)) {
		return "The variable CDN_LOOP_ID of this Worker is not a name that CDN-Loop can have (RFC 8586). Use letters, digits, hyphens and dots.";
	}
	return undefined;
}

function misconfigured(detail: string): Gateway {
	const addressOf = createAddressReader();
	return (request) => {
		reportFault(faultOf(request, addressOf(request.url), "tenant-unavailable", detail));
		return problem("tenant-unavailable", { detail, ray: rayOf(request.headers) });
	};
}
