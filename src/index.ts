/** Owns the Worker's entry: bindings in, one handler out, and the last error boundary. */

import { env } from "cloudflare:workers";
import { createFailureLog } from "./gateway/failure-log.ts";
import { createGateway, type Gateway } from "./gateway/gateway.ts";
import type { LogEntry } from "./gateway/log-lines.ts";
import { problem } from "./gateway/problem.ts";
import { createVerdictRecorder } from "./gateway/verdict.ts";
import { createSecondCopy } from "./isolate/second-copy.ts";
import { createKvReader } from "./tenants/kv-reader.ts";
import { createTenantStore } from "./tenants/store.ts";

/** What wrangler.toml binds, and the dataset that it may bind besides. */
type Bindings = Env & { readonly VERDICTS?: AnalyticsEngineDataset };

/** One JSON object a line, for people and for Workers Logs alike. */
function log(entry: LogEntry): void {
	console.log(JSON.stringify(entry));
}

function gatewayOf({ TENANTS, UNKNOWN_HOSTS, VERDICTS }: Bindings): Gateway {
	const now = Date.now;
	const failures = createFailureLog(log, now);
	return createGateway({
		store: createTenantStore({
			read: createKvReader(TENANTS),
			now,
			secondCopy: createSecondCopy(() => caches.open("cordon-last-good")),
			onFailure: failures.kvReadFailed,
		}),
		forwardUnknownHosts: UNKNOWN_HOSTS === "forward",
		fetch: (input, init) => fetch(input, init),
		onUpstreamFailure: (failure) => failures.requestFailed({ event: "upstream-failed", ...failure }),
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
