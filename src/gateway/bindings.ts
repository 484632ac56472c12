/** Owns what the Worker is given, its bindings and variables, and makes the gateway of it. */

import { createSecondCopy } from "../isolate/second-copy.ts";
import { createKvReader, type KvNamespace } from "../tenants/kv-reader.ts";
import { createTenantStore } from "../tenants/store.ts";
import { createAddressReader } from "./address.ts";
import { createFailureLog } from "./failure-log.ts";
import { faultOf, type ReportFault, rayOf } from "./fault-line.ts";
import type { Fetch } from "./forward.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { type AccountOf, accountOfParent, type LogEntry } from "./log-lines.ts";
import { DEFAULT_CDN_LOOP_ID, isCdnId } from "./loop.ts";
import { problem } from "./problem.ts";
import { createVerdictRecorder, type VerdictDataset } from "./verdict.ts";

/**
 * What wrangler.toml binds and sets, and what it may bind and set besides. In types of its own: whoever deploys the package
 * may have none of wrangler's. Those that wrangler makes for this project fit it, or its tests do not compile.
 */
export interface Bindings {
	readonly TENANTS: KvNamespace;
	/** What becomes of hosts without a document: "refuse" or "forward". */
	readonly UNKNOWN_HOSTS?: string;
	/** Where every verdict goes as a data point. */
	readonly VERDICTS?: VerdictDataset;
	/** Cordon's name in `CDN-Loop`; two operators' Cordons in a row need two. */
	readonly CDN_LOOP_ID?: string;
}

const now = Date.now;

/** One JSON object a line, for people and for Workers Logs alike. */
function log(entry: LogEntry): void {
	console.log(JSON.stringify(entry));
}

/** The store's, as soon as there is one. */
let accountOf: AccountOf = accountOfParent;

/** One for all that fails in this isolate. */
const failures = createFailureLog(log, now, (host) => accountOf(host));

/** Tells the operator of a fault, within bounds. */
export const reportFault: ReportFault = failures.requestFailed;

/** Makes the gateway of one isolate; where something is missing, one that says so and lets nothing through. */
export function gatewayOf(env: Bindings): Gateway {
	const missing = whatIsMissing(env);
	if (missing !== undefined) return misconfigured(missing);
	const { TENANTS, UNKNOWN_HOSTS, VERDICTS, CDN_LOOP_ID } = env;
	const store = createTenantStore({
		read: createKvReader(TENANTS),
		now,
		secondCopy: createSecondCopy(() => caches.open("cordon-last-good")),
		onFailure: failures.kvReadFailed,
	});
	accountOf = store.accountOf;
	return createGateway({
		store,
		forwardUnknownHosts: UNKNOWN_HOSTS === "forward",
		out: {
			fetch: (input, init) => fetch(input, init),
			service: (name) => serviceOf(env, name),
			cdnLoopId: CDN_LOOP_ID || DEFAULT_CDN_LOOP_ID,
		},
		onFault: reportFault,
		verdicts: createVerdictRecorder({ dataset: VERDICTS, log, accountOf, now }),
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
