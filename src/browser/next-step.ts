/** Owns the fetch as a whole: which request goes out next, and in the end what the page gets. */

import { whyBlocked } from "./blocked.ts";
import { corsCheck } from "./cors-check.ts";
import type { Engine } from "./engines.ts";
import {
	begin,
	type FetchOutcome,
	networkError,
	type Progress,
	readableResponse,
	record,
} from "./fetch-outcome.ts";
import { noteExposedHeaders } from "./filtered-response.ts";
import type { ReceivedResponse } from "./header-list.ts";
import { type OutgoingRequest, outgoingActual, outgoingPreflight } from "./outgoing.ts";
import { createRequest, type PageRequest } from "./page-request.ts";
import { type CacheMoment, clearEntries, type PreflightCache, storeGrant } from "./preflight-cache.ts";
import { describeReasons, isCached, type PreflightReason, preflightReasons } from "./preflight-reasons.ts";
import { judgePreflight } from "./preflight-response.ts";
import { followRedirect } from "./redirect.ts";
import { type BrowserRequest, currentUrl, isSameOrigin } from "./request.ts";
import { type Check, failed, passed, type Step } from "./steps.ts";

/** What came back: a response, or why there is none (refused connection, time-out, TLS, …). */
export type Received = ReceivedResponse | { readonly networkError: string };

/** Either a request to send, or the end. */
export type NextStep =
	| { readonly kind: "send"; readonly request: OutgoingRequest; readonly steps: readonly Step[] }
	| { readonly kind: "outcome"; readonly outcome: FetchOutcome };

/** What the browser brings along. */
export interface BrowserState {
	/** The preflight cache of the page's network partition. */
	readonly cache: PreflightCache;
	/** The clock, in seconds; only compared with the cache's entries. */
	readonly nowSeconds: number;
	/** Whose caching rules apply; undefined: the standard's own. */
	readonly engine: Engine | undefined;
}

/** A browser that remembers nothing. */
export const FRESH_BROWSER: BrowserState = { cache: [], nowSeconds: 0, engine: undefined };

/**
 * Tells what the browser does next. Asked again with one answer more each time, it leads through the whole
 * conversation; the same answers always lead to the same place. The user agent has no HTTP cache, no service worker
 * and asks nobody for a password.
 * @param received the answers so far, one for each request that was to be sent
 * @throws RangeError where there are more answers than requests
 */
export function nextStep(
	page: PageRequest,
	received: readonly Received[],
	circumstances: BrowserState = FRESH_BROWSER,
): NextStep {
	const progress = begin(page.url, circumstances.cache);
	const conversation = converse(page, circumstances, progress);
	let turn = conversation.next();
	for (const answer of received) {
		if (turn.done) throw new RangeError("more answers than requests");
		turn = conversation.next(answer);
	}
	return turn.done
		? { kind: "outcome", outcome: turn.value }
		: { kind: "send", request: turn.value, steps: progress.steps };
}

/** Yields what is sent, is given what comes. */
type FetchSteps<T> = Generator<OutgoingRequest, T, Received>;

/** https://fetch.spec.whatwg.org/#concept-fetch */
function* converse(page: PageRequest, moment: CacheMoment, progress: Progress): FetchSteps<FetchOutcome> {
	const created = createRequest(page);
	if (!created.ok) {
		record(progress, created.check);
		return networkError(progress);
	}
	progress.droppedHeaders = created.dropped;
	let request = created.request;
	let needsConsent = false;
	// Each turn is a main fetch, as HTTP-redirect fetch runs it again for each URL.
	while (true) {
		progress.url = currentUrl(request);
		const fault = schemeFault(progress.url) ?? whyBlocked(request.origin, progress.url);
		if (fault !== undefined) {
			record(progress, fault);
			return networkError(progress);
		}
		// https://fetch.spec.whatwg.org/#concept-main-fetch, step 12
		const isBasic = request.tainting === "basic" && isSameOrigin(request);
		if (!isBasic) request = { ...request, tainting: "cors" };
		const reasons = isBasic ? [] : preflightReasons(request);
		needsConsent ||= reasons.length > 0;
		const outcome = yield* httpFetch(request, reasons, moment, progress);
		if (outcome.kind === "response") return readableResponse(progress, request, outcome.response);
		if (outcome.kind === "network-error") {
			// A preflighted request that ends so, wherever a redirect has led it, ends what was known of that URL.
			if (needsConsent) progress.cache = clearEntries(progress.cache, request);
			return networkError(progress);
		}
		request = outcome.request;
	}
}

type HttpOutcome =
	| { readonly kind: "response"; readonly response: ReceivedResponse }
	| { readonly kind: "redirect"; readonly request: BrowserRequest }
	| { readonly kind: "network-error" };

const NETWORK_ERROR: HttpOutcome = { kind: "network-error" };

/** https://fetch.spec.whatwg.org/#concept-http-fetch */
function* httpFetch(
	request: BrowserRequest,
	reasons: readonly PreflightReason[],
	moment: CacheMoment,
	progress: Progress,
): FetchSteps<HttpOutcome> {
	const isCors = request.tainting === "cors";
	const isSpared = isCached(request, reasons, progress.cache, moment);
	record(progress, isCors ? notePreflight(request, reasons, isSpared) : SAME_ORIGIN);
	if (!isSpared && !(yield* preflightFetch(request, reasons, moment, progress))) return NETWORK_ERROR;

	const outgoing = outgoingActual(request);
	progress.sent.push(outgoing);
	const response = yield outgoing;
	if ("networkError" in response) {
		record(progress, noResponse("response", response.networkError));
		return NETWORK_ERROR;
	}
	if (isCors) {
		const checks = corsCheck(request, response, "");
		record(progress, ...checks);
		if (checks.some((check) => !check.passed)) return NETWORK_ERROR;
	}
	const redirect = followRedirect(request, response);
	if (redirect.kind === "final") {
		if (isCors) record(progress, noteExposedHeaders(request, response));
		return { kind: "response", response };
	}
	record(progress, redirect.check);
	return redirect.kind === "follow" ? { kind: "redirect", request: redirect.request } : NETWORK_ERROR;
}

/**
 * https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
 * @returns whether the actual request may be sent
 */
function* preflightFetch(
	request: BrowserRequest,
	reasons: readonly PreflightReason[],
	moment: CacheMoment,
	progress: Progress,
): FetchSteps<boolean> {
	const outgoing = outgoingPreflight(request, reasons);
	progress.sent.push(outgoing);
	const response = yield outgoing;
	if ("networkError" in response) {
		record(progress, noResponse("preflight-response", response.networkError));
		return false;
	}
	const { checks, grant } = judgePreflight(request, response);
	record(progress, ...checks);
	if (grant === undefined) return false;
	progress.cache = storeGrant(progress.cache, request, grant, moment);
	progress.grantHeaders = response.headers;
	return true;
}

const SAME_ORIGIN = passed(
	"same-origin",
	"the page's own origin",
	"nothing: a same-origin response is readable without any CORS header",
);

function schemeFault(url: string): Check | undefined {
	const { protocol } = new URL(url);
	if (protocol === "http:" || protocol === "https:") return undefined;
	return failed(
		"scheme",
		protocol,
		"http: or https:",
		`CORS is for http and https alone, so a ${protocol} URL cannot be fetched across origins: serve the API over https.`,
	);
}

function notePreflight(
	{ method }: BrowserRequest,
	reasons: readonly PreflightReason[],
	isSpared: boolean,
): Check {
	if (reasons.length === 0) {
		return passed(
			"preflight",
			`${method}, and no header that needs consent`,
			"nothing: no preflight is sent",
		);
	}
	return passed(
		"preflight",
		describeReasons(reasons),
		isSpared ? "nothing: an earlier answer still counts" : "consent: a preflight is sent first",
	);
}

function noResponse(code: "response" | "preflight-response", reason: string): Check {
	return failed(
		code,
		reason,
		"a response",
		"Nothing came back, so CORS is not the cause: see that the server is up and can be reached at this URL.",
	);
}
