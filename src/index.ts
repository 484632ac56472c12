/** Owns the Worker's entry: bindings in, one handler out, and the last error boundary. */

import { env } from "cloudflare:workers";
import { createGateway, type Gateway } from "./gateway/gateway.ts";
import { problem } from "./gateway/problem.ts";
import { createVerdictRecorder, type LogEntry } from "./gateway/verdict.ts";
import { createSecondCopy } from "./isolate/second-copy.ts";
import { createTokenBucket } from "./isolate/token-bucket.ts";
import { createTenantStore } from "./tenants/store.ts";

/** What wrangler.toml binds, and the dataset that it may bind besides. */
type Bindings = Env & { readonly VERDICTS?: AnalyticsEngineDataset };

/** The least that KV takes; what is fresh is decided here, in the isolate. */
const KV_CACHE_TTL_SECONDS = 30;

/** While KV or an upstream fails, requests must not buy a log line each. */
const FAILURE_BURST_LINES = 20;
const FAILURE_LINES_PER_SECOND = 2;

/** One JSON object a line, for people and for Workers Logs alike. */
function log(entry: LogEntry): void {
	console.log(JSON.stringify(entry));
}

function gatewayOf({ TENANTS, UNKNOWN_HOSTS, VERDICTS }: Bindings): Gateway {
	const now = Date.now;
	const failureLines = createTokenBucket(FAILURE_BURST_LINES, FAILURE_LINES_PER_SECOND, now);
	const logFailure = (event: string, failure: object) => {
		if (failureLines.take()) log({ event, ...failure });
	};
	return createGateway({
		store: createTenantStore({
			read: (key) => TENANTS.get(key, { type: "text", cacheTtl: KV_CACHE_TTL_SECONDS }),
			now,
			secondCopy: createSecondCopy(() => caches.open("cordon-last-good")),
			onFailure: (failure) => logFailure("kv-read-failed", failure),
		}),
		forwardUnknownHosts: UNKNOWN_HOSTS === "forward",
		fetch: (input, init) => fetch(input, init),
		onUpstreamFailure: (failure) => logFailure("upstream-failed", failure),
		verdicts: createVerdictRecorder({ dataset: VERDICTS, log, now }),
	});
}

const gateway = gatewayOf(env);

/**
 * Every request has the same one way to go, so that no router stands before it: Hono's dispatch, with the smallest of its
 * routers, costs a twentieth of a bare pass-through on every request.
 */
export default {
	fetch(request, _env, context) {
		try {
			const answer = gateway(request, (work) => context.waitUntil(work));
			return answer instanceof Promise ? answer.catch(fault) : answer;
		} catch (error) {
			return fault(error);
		}
	},
} satisfies ExportedHandler;

function fault(error: unknown): Response {
	const { message, stack } = error instanceof Error ? error : new Error(String(error));
	log({ event: "internal-error", message, stack });
	return problem("internal-error");
}
