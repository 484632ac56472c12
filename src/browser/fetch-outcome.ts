/** Owns what a fetch comes to, and how far it has come: the steps, what was sent, what the page gets. */

import { keptSecondsPerEngine, type PerEngine } from "./engines.ts";
import { type FilteredResponse, filterResponse } from "./filtered-response.ts";
import type { HeaderList, ReceivedResponse } from "./header-list.ts";
import type { OutgoingRequest } from "./outgoing.ts";
import type { PreflightCache } from "./preflight-cache.ts";
import type { BrowserRequest } from "./request.ts";
import { type Check, CLAUSES, type Step } from "./steps.ts";

/** What the page gets. */
export interface FetchOutcome extends FilteredResponse {
	/** Whether page code gets the response; else a network error, with nothing of it. */
	readonly readable: boolean;
	/** The first step that failed; undefined where the response is readable. */
	readonly failedStep: Step | undefined;
	readonly steps: readonly Step[];
	/** `basic`: same-origin all the way, no CORS. https://fetch.spec.whatwg.org/#concept-response-type */
	readonly responseType: "basic" | "cors" | "error";
	/** Of the readable response; else 0. */
	readonly status: number;
	/** Headers that the page set and that its own browser left out. */
	readonly droppedHeaders: HeaderList;
	/** Everything that went out, in order. */
	readonly sent: readonly OutgoingRequest[];
	/** How long each engine keeps the answer to the last preflight; undefined where none was granted. */
	readonly preflightCacheSeconds: PerEngine<number> | undefined;
	/** The preflight cache as it is now. */
	readonly cache: PreflightCache;
}

/** A fetch under way. Only this conversation changes it. */
export interface Progress {
	readonly steps: Step[];
	readonly sent: OutgoingRequest[];
	/** What is being fetched, for the steps. */
	url: string;
	droppedHeaders: HeaderList;
	/** The headers of the last preflight's answer that was granted. */
	grantHeaders: HeaderList | undefined;
	cache: PreflightCache;
}

/** Begins with nothing sent. */
export function begin(url: string, cache: PreflightCache): Progress {
	return { steps: [], sent: [], url, droppedHeaders: [], grantHeaders: undefined, cache };
}

/** Gives checks their place among the steps. */
export function record(progress: Progress, ...checks: readonly Check[]): void {
	const { steps, url } = progress;
	for (const check of checks) {
		steps.push({ ...check, number: steps.length + 1, clause: CLAUSES[check.code], url });
	}
}

/** The end in a network error, at the first step that failed. https://fetch.spec.whatwg.org/#concept-network-error */
export function networkError(progress: Progress): FetchOutcome {
	return {
		...outcome(progress),
		readable: false,
		responseType: "error",
		status: 0,
		exposedHeaders: [],
		hiddenHeaders: [],
	};
}

/** The end in a response that the page can read. */
export function readableResponse(
	progress: Progress,
	request: BrowserRequest,
	response: ReceivedResponse,
): FetchOutcome {
	return {
		...outcome(progress),
		readable: true,
		responseType: request.tainting,
		status: response.status,
		...filterResponse(request, response),
	};
}

function outcome({ steps, droppedHeaders, sent, grantHeaders, cache }: Progress) {
	return {
		failedStep: steps.find(({ passed }) => !passed),
		steps,
		droppedHeaders,
		sent,
		preflightCacheSeconds: grantHeaders && keptSecondsPerEngine(grantHeaders),
		cache,
	};
}
