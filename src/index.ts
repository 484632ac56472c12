/** Owns the Worker's entry: bindings in, Hono app out, and the last error boundary. */

import { env } from "cloudflare:workers";
import { Hono } from "hono/tiny";
import { createGateway, type Gateway } from "./gateway/gateway.ts";
import { problem } from "./gateway/problem.ts";
import { createVerdictRecorder, type LogEntry } from "./gateway/verdict.ts";
import { createSecondCopy } from "./tenants/second-copy.ts";
import { createTenantStore } from "./tenants/store.ts";
import { createTokenBucket } from "./tenants/token-bucket.ts";

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
		fetch: (request, init) => fetch(request, init),
		onUpstreamFailure: (failure) => logFailure("upstream-failed", failure),
		record: createVerdictRecorder({ dataset: VERDICTS, log, now }),
		now,
	});
}

const gateway = gatewayOf(env);

const app = new Hono();

app.all("*", (context) => gateway(context.req.raw, (work) => context.executionCtx.waitUntil(work)));

app.onError((error) => {
	log({ event: "internal-error", message: error.message, stack: error.stack });
	return problem("internal-error");
});

export default app;
