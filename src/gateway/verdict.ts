/** Owns the record of a CORS decision: one per request, to Analytics Engine and, where it matters, to the log. */

import type { DenialReason } from "../cors/allowed-origins.ts";
import type { RequestKind } from "../cors/decision.ts";
import { MAX_ORIGIN_BYTES } from "../cors/origin-syntax.ts";
import { createBoundedCache } from "../isolate/bounded-cache.ts";
import { createTokenBucket, type TokenBucket } from "../isolate/token-bucket.ts";
import { type AccountOf, createBoundedLog, type LogEntry } from "./log-lines.ts";
import type { ProblemCode } from "./problem.ts";

/** Everything that is recorded of a decision. Never a cookie, an authorization or a query string. */
export interface Verdict {
	readonly hostname: string;
	readonly kind: RequestKind;
	readonly mode: "enforce" | "report";
	readonly allowed: boolean;
	/** Why: the denial's reason, `listed`, or `any-origin`. */
	readonly reason: DenialReason | "listed" | "in-directory" | "any-origin";
	/** The entry of the list that decided it; empty where none did. */
	readonly entry: string;
	/** The path of the route whose policy applied; empty for the document's own. */
	readonly route: string;
	/** Which policy of the list allowed it, from 0 as in JSON Pointers; null where none did. */
	readonly policy: number | null;
	readonly origin: string;
	/** The method; for a preflight the one that it asks for. */
	readonly method: string;
	/** Of a preflight: the headers that it asks for, as they came. */
	readonly requestHeaders: string;
	/** When the policy was read from KV; its age is what is recorded. */
	readonly policyReadAtMilliseconds: number;
	/** What became of the request: an HTTP status. */
	readonly status: number;
	/** The code of Cordon's own answer, where it was one. */
	readonly problem: ProblemCode | "";
	/** Whether following the response's redirect makes the browser's origin `null`. */
	readonly redirectTaintsOrigin: boolean;
}

/** The layout of the Analytics Engine columns; raised when it changes. */
const LAYOUT_VERSION = "2";

/** Longest method that is recorded, in characters. */
const MAX_METHOD_CHARACTERS = 32;
/** Longest list of requested headers that is recorded, in characters: what pages really ask for. */
const MAX_REQUEST_HEADERS_CHARACTERS = 512;
/** Analytics Engine takes an index of 96 bytes at most. */
const MAX_INDEX_BYTES = 96;

/** Log lines at once, and how many more each second: an attacker must not buy one each, nor silence the others'. */
const LOG_ALLOWANCES = {
	host: { burst: 50, perSecond: 5 },
	account: { burst: 100, perSecond: 10 },
	all: { burst: 400, perSecond: 40 },
	reserve: { burst: 25, perSecond: 1 },
};
/** Of one and the same verdict, again and again, fewer are enough. */
const REPEATED = { burst: 20, perSecond: 1 };

/** Where data points go: what is used of an Analytics Engine dataset. */
export interface VerdictDataset {
	writeDataPoint(point: DataPoint): void;
}

interface DataPoint {
	readonly indexes: string[];
	readonly blobs: string[];
	readonly doubles: number[];
}

/** Where verdicts go. */
export interface VerdictSinks {
	/** The `VERDICTS` binding; undefined where there is none. */
	readonly dataset: VerdictDataset | undefined;
	readonly log: (entry: LogEntry) => void;
	/** On whose account the log lines of a host are. */
	readonly accountOf: AccountOf;
	/** The clock, in milliseconds. */
	readonly now: () => number;
}

/** Records verdicts. */
export interface VerdictRecorder {
	/** Whether those of ordinary allowed requests are recorded too; if not, they need not be made. */
	readonly takesAll: boolean;
	record(verdict: Verdict): void;
	/** Counts a request whose tenant could not be read, so that there was no policy to decide by. */
	countUnavailable(request: Pick<Verdict, "hostname" | "origin" | "method" | "status">): void;
}

/** What the latest verdicts of all hosts may take: about five hundred hosts. */
const MAX_LATEST_BYTES = 1024 * 1024;
/** What a verdict may hold that a document chose: the path of its route, the entry that decided. */
const LATEST_BYTES = 2048;

/** The latest verdict of a host, and how often it may be repeated. */
interface Latest {
	readonly verdict: Verdict;
	readonly repeats: TokenBucket;
}

/** Makes the recorder of one isolate. */
export function createVerdictRecorder({ dataset, log, accountOf, now }: VerdictSinks): VerdictRecorder {
	const lines = createBoundedLog(LOG_ALLOWANCES, log, now, accountOf);
	const latest = createBoundedCache<Latest>(MAX_LATEST_BYTES);

	function mayRepeat(verdict: Verdict): boolean {
		const before = latest.get(verdict.hostname);
		if (before !== undefined && isSame(before.verdict, verdict)) return before.repeats.take();
		const repeats = createTokenBucket(REPEATED, now);
		// What is longer than what is recorded is kept nowhere, and so is the same as nothing.
		if (!isCut(verdict)) latest.set(verdict.hostname, { verdict, repeats }, LATEST_BYTES);
		return repeats.take();
	}

	return {
		takesAll: dataset !== undefined,
		record(verdict) {
			if (dataset !== undefined) dataset.writeDataPoint(dataPoint(recordedOf(verdict, now())));
			if (!isWorthLogging(verdict)) return;
			const { hostname } = verdict;
			if (!mayRepeat(verdict)) lines.leaveOut(hostname);
			else lines.write(hostname, () => ({ event: "cors-verdict", ...recordedOf(verdict, now()) }));
		},
		// The log has its own line about the failure: of what failed, and not of each request.
		countUnavailable({ hostname, origin, method, status }) {
			dataset?.writeDataPoint({
				indexes: [hostname.slice(0, MAX_INDEX_BYTES)],
				blobs: [
					LAYOUT_VERSION,
					hostname,
					...["", "", "", "", ""],
					origin.slice(0, MAX_ORIGIN_BYTES),
					method.slice(0, MAX_METHOD_CHARACTERS),
					"",
					"tenant-unavailable" satisfies ProblemCode,
				],
				doubles: [1, 0, status],
			});
		},
	};
}

function isCut({ origin, method, requestHeaders }: Verdict): boolean {
	return (
		origin.length > MAX_ORIGIN_BYTES ||
		method.length > MAX_METHOD_CHARACTERS ||
		requestHeaders.length > MAX_REQUEST_HEADERS_CHARACTERS
	);
}

/** Whether two verdicts would be the same line but for the age of the policy. */
function isSame(one: Verdict, other: Verdict): boolean {
	return (
		one.origin === other.origin &&
		one.hostname === other.hostname &&
		one.kind === other.kind &&
		one.mode === other.mode &&
		one.allowed === other.allowed &&
		one.reason === other.reason &&
		one.entry === other.entry &&
		one.route === other.route &&
		one.policy === other.policy &&
		one.method === other.method &&
		one.requestHeaders === other.requestHeaders &&
		one.status === other.status &&
		one.problem === other.problem &&
		one.redirectTaintsOrigin === other.redirectTaintsOrigin
	);
}

function isWorthLogging({ allowed, reason, mode, redirectTaintsOrigin }: Verdict): boolean {
	return (!allowed && reason !== "own-origin") || mode === "report" || redirectTaintsOrigin;
}

/** A verdict as it is recorded: what the client chose is cut to size, and of the policy its age is told. */
type Recorded = Omit<Verdict, "policyReadAtMilliseconds"> & { readonly policyAgeSeconds: number };

function recordedOf({ policyReadAtMilliseconds, ...verdict }: Verdict, at: number): Recorded {
	return {
		...verdict,
		origin: verdict.origin.slice(0, MAX_ORIGIN_BYTES),
		method: verdict.method.slice(0, MAX_METHOD_CHARACTERS),
		requestHeaders: verdict.requestHeaders.slice(0, MAX_REQUEST_HEADERS_CHARACTERS),
		policyAgeSeconds: (at - policyReadAtMilliseconds) / 1000,
	};
}

/** Columns as docs/records.md documents them. */
function dataPoint(recorded: Recorded): DataPoint {
	return {
		indexes: [recorded.hostname.slice(0, MAX_INDEX_BYTES)],
		blobs: [
			LAYOUT_VERSION,
			recorded.hostname,
			recorded.kind,
			recorded.allowed ? "allowed" : "denied",
			recorded.reason,
			recorded.entry,
			recorded.route,
			recorded.origin,
			recorded.method,
			recorded.mode,
			recorded.problem,
			recorded.redirectTaintsOrigin ? "redirect-taints-origin" : "",
			recorded.policy === null ? "" : String(recorded.policy),
			recorded.requestHeaders,
		],
		doubles: [1, recorded.policyAgeSeconds, recorded.status],
	};
}
