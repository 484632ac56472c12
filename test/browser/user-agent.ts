/** Owns the short ways to write page requests and answers, and to lead a conversation to its end. */

import type { FetchOutcome } from "../../src/browser/fetch-outcome.ts";
import type { HeaderList, ReceivedResponse } from "../../src/browser/header-list.ts";
import { type BrowserState, nextStep, type Received } from "../../src/browser/next-step.ts";
import type { OutgoingRequest } from "../../src/browser/outgoing.ts";
import type { FetchCall, XhrCall } from "../../src/browser/page-request.ts";

export const PAGE = "https://app.example";
export const API = "https://api.example";

/** `fetch()` from PAGE to API, a GET unless said otherwise. */
export function fetchCall(change: Partial<FetchCall> = {}): FetchCall {
	return {
		api: "fetch",
		origin: PAGE,
		url: `${API}/data`,
		method: "GET",
		headers: [],
		credentials: "same-origin",
		body: null,
		...change,
	};
}

/** XMLHttpRequest from PAGE to API, a POST with text unless said otherwise. */
export function xhrCall(change: Partial<XhrCall> = {}): XhrCall {
	return {
		api: "xhr",
		origin: PAGE,
		url: `${API}/data`,
		method: "POST",
		headers: [],
		withCredentials: false,
		body: { contentType: "text/plain;charset=UTF-8" },
		uploadListener: false,
		...change,
	};
}

export function response(status: number, headers: HeaderList = []): ReceivedResponse {
	return { status, headers };
}

/** Leads a conversation to its end; `answer` is the whole network. */
export function converse(
	page: FetchCall | XhrCall,
	answer: (request: OutgoingRequest) => Received,
	circumstances?: BrowserState,
): FetchOutcome {
	const received: Received[] = [];
	while (true) {
		const next = nextStep(page, received, circumstances);
		if (next.kind === "outcome") return next.outcome;
		received.push(answer(next.request));
	}
}

/** A server with one answer to preflights and one to everything else. */
export function server(preflight: HeaderList, actual: HeaderList = preflight, preflightStatus = 204) {
	return (request: OutgoingRequest): Received =>
		request.kind === "preflight" ? response(preflightStatus, preflight) : response(200, actual);
}

/** The codes of the steps that failed. */
export function failedCodes({ steps }: FetchOutcome): readonly string[] {
	return steps.filter(({ passed }) => !passed).map(({ code }) => code);
}

/** The value of a header of an outgoing request; undefined where it has none. */
export function sentHeader(request: OutgoingRequest | undefined, name: string): string | undefined {
	const values = request?.headers.filter(([other]) => other.toLowerCase() === name) ?? [];
	return values.length === 0 ? undefined : values.map(([, value]) => value).join(", ");
}
