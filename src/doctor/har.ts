/** Owns the judging of a recorded session: every cross-origin call in it, by what was recorded. Nothing is sent. */

import * as v from "valibot";
import { getHeader, type Header, type HeaderList } from "../browser/header-list.ts";
import { nextStep, type Received } from "../browser/next-step.ts";
import type { OutgoingRequest } from "../browser/outgoing.ts";
import type { FetchCall } from "../browser/page-request.ts";
import type { PreflightCache } from "../browser/preflight-cache.ts";
import type { CredentialsMode } from "../browser/request.ts";
import { ALLOW_CREDENTIALS, ALLOW_ORIGIN, ORIGIN, REQUEST_METHOD } from "../cors/standard.ts";
import type { Conversation, Stop, Turn } from "./conversation.ts";
import { type Diagnosis, diagnosisOf } from "./diagnosis.ts";
import { createDiscretion, discreet } from "./discretion.ts";
import { MAX_READ_BODY_BYTES } from "./network/body.ts";
import type { Exchange, Visit } from "./network/network.ts";
import { DIRECT } from "./network/route.ts";
import type { WireAnswer } from "./network/wire.ts";
import { NO_PROBES } from "./probes.ts";
import { pageHeaders } from "./recorded-headers.ts";

/** Of what a browser blocked, it may leave the headers out. */
const headersSchema = v.optional(v.array(v.looseObject({ name: v.string(), value: v.string() })), []);

const entrySchema = v.looseObject({
	request: v.looseObject({
		method: v.string(),
		url: v.string(),
		headers: headersSchema,
		postData: v.nullish(v.looseObject({})),
	}),
	response: v.looseObject({
		status: v.number(),
		headers: headersSchema,
		content: v.nullish(v.looseObject({ text: v.nullish(v.string()), encoding: v.nullish(v.string()) })),
		_error: v.nullish(v.string()),
	}),
});

/** http://www.softwareishard.com/blog/har-12-spec/, what of it is needed */
const harSchema = v.looseObject({ log: v.looseObject({ entries: v.array(entrySchema) }) });

type Entry = v.InferOutput<typeof entrySchema>;

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
	const { entries } = parsed.output.log;
	const unused = createUnused(entries);
	const diagnoses: Diagnosis[] = [];
	for (const [index, entry] of entries.entries()) {
		if (unused.isUsed(index) || isPreflight(entry)) continue;
		const page = pageOf(entry, options);
		if (page === undefined || (options.origin !== undefined && page.origin !== options.origin)) continue;
		if (diagnoses.length === MAX_CALLS) return { ok: false, reason: TOO_MANY_CALLS };
		diagnoses.push(await judge(page, index, unused));
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

function headersOf({ headers }: { readonly headers: Entry["request"]["headers"] }): HeaderList {
	return headers
		.filter(({ name }) => !name.startsWith(":"))
		.map(({ name, value }): Header => [name, value.replaceAll("\n", ", ")]);
}

function isPreflight({ request }: Entry): boolean {
	return request.method === "OPTIONS" && getHeader(headersOf(request), REQUEST_METHOD) !== null;
}

/** The page's call, where the entry is one across origins: a request with an `Origin` that is not the URL's own. */
function pageOf({ request, response }: Entry, { credentials }: HarOptions): FetchCall | undefined {
	const headers = headersOf(request);
	const origin = getHeader(headers, ORIGIN);
	const url = URL.parse(request.url);
	if (origin === null || url === null || url.origin === origin) return undefined;
	// Forms that navigate, and WebSockets, have an Origin as well, and no CORS check follows them.
	if ((getHeader(headers, "sec-fetch-mode") ?? "cors") !== "cors") return undefined;
	if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
	url.hash = "";
	return {
		api: "fetch",
		origin,
		url: url.href,
		method: request.method,
		headers: pageHeaders(headers),
		credentials: credentials ?? recordedCredentials(headers, headersOf(response)),
		body: request.postData && request.method !== "GET" ? { contentType: null } : null,
	};
}

/** A recording does not say the mode: a cookie that went along, or an answer made for credentials, shows `include`. */
function recordedCredentials(request: HeaderList, response: HeaderList): CredentialsMode {
	const isCredentialed =
		getHeader(request, "cookie") !== null || getHeader(response, ALLOW_CREDENTIALS) === "true";
	const isOpen = getHeader(response, ALLOW_ORIGIN) === "*" && getHeader(request, "cookie") === null;
	return isCredentialed && !isOpen ? "include" : "same-origin";
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
		const place = received.length === 0 && request.kind === "actual" ? start : find(request, start, unused);
		const match = place === undefined ? undefined : unused.at(place);
		const isLost = match === undefined && request.kind === "preflight" && entry.response.status > 0;
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
function find({ kind, method, url, headers }: OutgoingRequest, start: number, unused: Unused) {
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
	const what = kind === "preflight" ? "preflight" : "request";
	const error = match?.response._error;
	return {
		code: "not-recorded",
		message:
			match === undefined
				? `The recording has no ${what} ${method} ${url}, so it cannot be said how it ended. Record again with the developer tools open before the page is loaded, or ask the server itself with the URL in place of --har.`
				: match.response.status === 304
					? `The ${what} ${method} ${url} was answered with 304, so the headers that the browser kept from before count, and they are not in the recording. Record again with "Disable cache" turned on.`
					: `The recording has the ${what} ${method} ${url} without its answer${error ? ` (${error})` : ""}: browsers leave out what they block. Ask the server itself, with the URL in place of --har.`,
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
