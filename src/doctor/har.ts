/** Owns the judging of a recorded session: every cross-origin call in it, by what was recorded. Nothing is sent. */

import * as v from "valibot";
import { getHeader } from "../browser/header-list.ts";
import { nextStep, type Received } from "../browser/next-step.ts";
import type { OutgoingRequest } from "../browser/outgoing.ts";
import type { FetchCall } from "../browser/page-request.ts";
import type { PreflightCache } from "../browser/preflight-cache.ts";
import type { CredentialsMode } from "../browser/request.ts";
import { ALLOW_ORIGIN, REQUEST_METHOD } from "../cors/standard.ts";
import type { Conversation, Stop, Turn } from "./conversation.ts";
import { type Diagnosis, diagnosisOf } from "./diagnosis.ts";
import { createDiscretion, discreet } from "./discretion.ts";
import { MAX_READ_BODY_BYTES } from "./network/body.ts";
import type { Exchange, Visit } from "./network/network.ts";
import { DIRECT } from "./network/route.ts";
import type { WireAnswer } from "./network/wire.ts";
import { NO_PROBES } from "./probes.ts";
import { announcedCall, headersOf, recordedCall, unansweredWords } from "./recorded-call.ts";
import { type Entry, harSchema } from "./recorded-entry.ts";

/** How a recording is to be read. */
export interface HarOptions {
	/** Judge only the calls of pages of this origin. */
	readonly origin: string | undefined;
	/** In place of what the recording shows. */
	readonly credentials: CredentialsMode | undefined;
}

/** The calls of a recording, each with its diagnosis; or why it is not a recording. */
export type HarResult =
	| { readonly ok: true; readonly diagnoses: readonly Diagnosis[]; readonly entries: number }
	| { readonly ok: false; readonly reason: string };

/** Judges a recorded session. @param text the HAR file's own */
export async function judgeHar(text: string, options: HarOptions): Promise<HarResult> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		return { ok: false, reason: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` };
	}
	const parsed = v.safeParse(harSchema, value, { abortEarly: true });
	if (!parsed.success) {
		const [issue] = parsed.issues;
		return { ok: false, reason: `${v.getDotPath(issue) ?? "it"} is not as HAR 1.2 has it: ${issue.message}` };
	}
	const { entries, pages } = parsed.output.log;
	const unused = createUnused(entries);
	const titles = new Map((pages ?? []).map(({ id, title }) => [id ?? "", title ?? ""]));
	const diagnoses: Diagnosis[] = [];
	const preflights = entries.map(isPreflight);
	// A preflight that no call has taken in the end announces one that was not recorded.
	for (const ofPreflights of [false, true]) {
		for (const [index, entry] of entries.entries()) {
			if (unused.isUsed(index) || preflights[index] !== ofPreflights) continue;
			const page = ofPreflights
				? announcedCall(entry, options.credentials)
				: recordedCall(
						entry,
						preflightOf(entry, index, unused),
						titles.get(entry.pageref ?? ""),
						options.credentials,
					);
			if (page === undefined || (options.origin !== undefined && page.origin !== options.origin)) continue;
			if (diagnoses.length === MAX_CALLS) return { ok: false, reason: TOO_MANY_CALLS };
			diagnoses.push(await judge(page, index, unused));
		}
	}
	return { ok: true, diagnoses, entries: entries.length };
}

/** Calls that are judged of one recording: all that is told of each is held. */
const MAX_CALLS = 10_000;
const TOO_MANY_CALLS = `it has more than ${MAX_CALLS.toLocaleString("en")} cross-origin calls. Record less at once, or name the page's origin with --origin`;

/** The entries that no call has taken yet, to be found by what they asked. */
interface Unused {
	readonly at: (index: number) => Entry | undefined;
	readonly isUsed: (index: number) => boolean;
	readonly use: (index: number) => void;
	/** The indexes of those that asked the same, ascending. */
	readonly asking: (
		kind: OutgoingRequest["kind"],
		method: string,
		url: string,
		asked: string,
	) => readonly number[];
}

function createUnused(entries: readonly Entry[]): Unused {
	const keys = entries.map((entry) => {
		const { method, url } = entry.request;
		const asked = method === "OPTIONS" ? getHeader(headersOf(entry.request), REQUEST_METHOD) : null;
		return keyOf(asked === null ? "actual" : "preflight", method, url.split("#", 1)[0] ?? "", asked ?? "");
	});
	const byKey = Map.groupBy(keys.keys(), (index) => keys[index] ?? "");
	const used = new Set<number>();
	return {
		at: (index) => entries[index],
		isUsed: (index) => used.has(index),
		use(index) {
			used.add(index);
			const same = byKey.get(keys[index] ?? "");
			const at = same === undefined ? -1 : firstFrom(same, index);
			if (same?.[at] === index) same.splice(at, 1);
		},
		asking: (kind, method, url, asked) => byKey.get(keyOf(kind, method, url, asked)) ?? [],
	};
}

function keyOf(kind: OutgoingRequest["kind"], method: string, url: string, asked: string): string {
	return JSON.stringify([kind, method, url, asked]);
}

/** The place of the first of ascending numbers that is not below `least`. */
function firstFrom(numbers: readonly number[], least: number): number {
	let low = 0;
	let high = numbers.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((numbers[middle] ?? 0) < least) low = middle + 1;
		else high = middle;
	}
	return low;
}

function isPreflight({ request }: Entry): boolean {
	return request.method === "OPTIONS" && getHeader(headersOf(request), REQUEST_METHOD) !== null;
}

/** The recorded preflight of a call that may have one. */
function preflightOf({ request: { method, url } }: Entry, index: number, unused: Unused): Entry | undefined {
	const asked = { kind: "preflight", method: "OPTIONS", url: url.split("#", 1)[0] ?? "" } as const;
	const place = find({ ...asked, headers: [["Access-Control-Request-Method", method]] }, index, unused);
	return place === undefined ? undefined : unused.at(place);
}

async function judge(page: FetchCall, start: number, unused: Unused): Promise<Diagnosis> {
	const entry = unused.at(start) as Entry;
	const received: Received[] = [];
	const turns: Turn[] = [];
	const exchanges: Exchange[] = [];
	let cache: PreflightCache = [];
	let failure: Conversation["failure"];
	const visit: Visit = {
		page,
		body: undefined,
		cookie: getHeader(headersOf(entry.request), "cookie") ?? undefined,
		hosts: new Set(),
		timeoutSeconds: 0,
		sendsWrites: false,
		reach: DIRECT,
	};
	const hide = createDiscretion({ url: page.url, headers: page.headers, cookie: visit.cookie });
	const finish = async (rest: Pick<Conversation, "outcome" | "stop" | "steps">) =>
		discreet(
			await diagnosisOf(
				{ visit, conversation: { turns, failure, unsentWrite: undefined, ...rest }, probed: NO_PROBES },
				exchanges,
			),
			hide,
		);
	while (true) {
		const next = nextStep(page, received, { cache, nowSeconds: 0, engine: undefined });
		const { steps } = next.kind === "send" ? next : next.outcome;
		const told = turns.filter(({ kind }) => kind === "step").length;
		turns.push(...steps.slice(told).map((step) => ({ kind: "step", step }) as const));
		if (next.kind === "outcome") return finish({ outcome: next.outcome, stop: undefined, steps });
		const { request } = next;
		const isOwn = received.length === 0 && request.kind === "actual" && !isPreflight(entry);
		const place = isOwn ? start : find(request, start, unused);
		const match = place === undefined ? undefined : unused.at(place);
		const isAnsweredCall = entry.response.status > 0 && !isPreflight(entry);
		const isLost = match === undefined && request.kind === "preflight" && isAnsweredCall;
		if (isLost && cache.length === 0 && received.length === 0) {
			// The request itself was sent and answered: an earlier preflight, before the recording, must have allowed it.
			cache = consentTo(request, page);
			turns.length = 0;
			continue;
		}
		if (place === undefined || match === undefined || isUnknown(match)) {
			return finish({ outcome: undefined, stop: notRecorded(request, match), steps });
		}
		unused.use(place);
		const exchange = exchangeOf(match, request, exchanges.length + 1);
		exchanges.push(exchange);
		turns.push({ kind: "request", exchange });
		if ("fault" in exchange.answer) {
			failure = { code: exchange.answer.fault, message: exchange.answer.networkError };
		}
		received.push(exchange.answer);
	}
}

/** The nearest entry of the same request: preflights may be listed before their requests or after. */
function find(
	{ kind, method, url, headers }: Pick<OutgoingRequest, "kind" | "method" | "url" | "headers">,
	start: number,
	unused: Unused,
) {
	const asked = kind === "preflight" ? (getHeader(headers, REQUEST_METHOD) ?? "") : "";
	const same = unused.asking(kind, method, url, asked);
	const at = firstFrom(same, start);
	return kind === "preflight" ? (same[at - 1] ?? same[at]) : same[at];
}

/**
 * Browsers record what they block without its status; and of a 304 only what came, while the headers that are kept from
 * before count.
 */
function isUnknown({ response }: Entry): boolean {
	if (response.status === 304) return getHeader(headersOf(response), ALLOW_ORIGIN) === null;
	return response.status === 0 && response.headers.length === 0;
}

function notRecorded({ kind, method, url, headers }: OutgoingRequest, match: Entry | undefined): Stop {
	const what = `${kind === "preflight" ? "preflight" : "request"} ${method} ${url}`;
	const error = match?.response._error;
	return {
		code: "not-recorded",
		message:
			match === undefined
				? `The recording has no ${what}, so it cannot be said how it ended. Record again with the developer tools open before the page is loaded, or ask the server itself with the URL in place of --har.`
				: match.response.status === 304
					? `The ${what} was answered with 304, so the headers that the browser kept from before count, and they are not in the recording. Record again with "Disable cache" turned on.`
					: `The recording has the ${what} without its answer${error ? ` (${error})` : ""}: ${unansweredWords(error)}`,
		next: { kind, method, url, headers },
	};
}

function consentTo({ url, headers }: OutgoingRequest, page: FetchCall): PreflightCache {
	const names = (getHeader(headers, "access-control-request-headers") ?? "").split(",").filter(Boolean);
	const method = getHeader(headers, REQUEST_METHOD) ?? "";
	const entry = {
		origin: page.origin,
		url,
		credentials: page.credentials === "include",
		expiresAtSeconds: Infinity,
	};
	return [
		{ ...entry, grant: { kind: "method", method } },
		...names.map((name) => ({ ...entry, grant: { kind: "header-name", name } as const })),
	];
}

function exchangeOf({ request, response }: Entry, outgoing: OutgoingRequest, number: number): Exchange {
	const { kind, method, url, headers, credentials, hasBody } = outgoing;
	const { text, encoding } = response.content ?? {};
	const body = encoding === "base64" ? Buffer.from(text ?? "", "base64").toString("utf8") : (text ?? "");
	const answer: WireAnswer = {
		status: response.status,
		headers: headersOf(response),
		body: response.status >= 400 ? body.slice(0, MAX_READ_BODY_BYTES) : "",
	};
	const sentHeaders = headersOf(request);
	return { purpose: kind, method, url, headers, credentials, hasBody, number, sentHeaders, answer };
}
