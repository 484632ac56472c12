/** Owns the bounds on what a visit sends: to whom, how often, and with which cookie. */

import type { HeaderList } from "../../browser/header-list.ts";
import type { PageRequest } from "../../browser/page-request.ts";
import { isLoopback } from "../../cors/origin-syntax.ts";
import { isSameSite } from "../site.ts";
import type { Reach } from "./route.ts";
import { exchangeOnce, type WireAnswer } from "./wire.ts";

/** Most requests that one visit sends, the browser's own and all probes together. */
export const MAX_REQUESTS = 20;

/** Most that the browser's own conversation may take of them: a preflighted call with two redirects. */
export const MAX_CONVERSATION_REQUESTS = 6;

/** After so many requests without an answer in time, no probe is waited for any more. */
export const MAX_TIME_OUTS = 2;

/** What somebody wants to know: a page's call, and how far its answer may be sought. */
export interface Visit {
	readonly page: PageRequest;
	/** The body's text; undefined where there is none. */
	readonly body: string | undefined;
	/** The value of `Cookie`, for the page's URL's own host alone. */
	readonly cookie: string | undefined;
	/** Hosts that may be contacted, with their ports where those are not the scheme's default. */
	readonly hosts: ReadonlySet<string>;
	readonly timeoutSeconds: number;
	/** Whether a request that changes data is really sent. */
	readonly sendsWrites: boolean;
	readonly reach: Reach;
}

/** Why a request is sent: by the browser itself, in place of a write that is not sent, or to see what the server does. */
export type Purpose = "preflight" | "actual" | "stand-in" | "probe";

/** Methods that change nothing by what they mean. RFC 9110, section 9.2.1; RFC 4918; RFC 5323; RFC 3253; RFC 10008 */
const SAFE_METHODS: ReadonlySet<string> = new Set([
	...["GET", "HEAD", "OPTIONS", "PROPFIND", "SEARCH", "REPORT", "QUERY"],
]);

/** Whether a request of this method, as it is sent, may change data. */
export function isWrite(method: string): boolean {
	return !SAFE_METHODS.has(method);
}

/** A request before what every browser adds to it. */
export interface RequestDraft {
	readonly purpose: Purpose;
	/** Of a probe: what it is after, in a word. */
	readonly probe?: string;
	readonly method: string;
	readonly url: string;
	/** With or without `Origin`. */
	readonly headers: HeaderList;
	readonly credentials: boolean;
	readonly hasBody: boolean;
	/** Whether it is a WebSocket's handshake. */
	readonly isHandshake?: boolean;
	/** In place of the visit's own cookie. */
	readonly cookie?: string;
}

/** A request that was sent, and what came. */
export interface Exchange extends RequestDraft {
	/** From 1. */
	readonly number: number;
	/** Everything that was sent, cookies too. */
	readonly sentHeaders: HeaderList;
	readonly answer: WireAnswer;
}

/** The way out, and what has gone it. */
export interface Network {
	readonly exchanges: readonly Exchange[];
	/** How many requests may still be sent. */
	left(): number;
	/** @throws RangeError where the host was not named or no request is left: to be asked before */
	send(draft: RequestDraft): Promise<Exchange>;
}

export function createNetwork(visit: Visit, onSend: (exchange: RequestDraft) => void): Network {
	const exchanges: Exchange[] = [];
	return {
		exchanges,
		left: () => MAX_REQUESTS - exchanges.length,
		async send(draft) {
			if (!isNamed(visit, draft.url)) throw new RangeError(`${draft.url} is not to be contacted`);
			if (exchanges.length >= MAX_REQUESTS) throw new RangeError("too many requests");
			onSend(draft);
			const sentHeaders = [...draft.headers, ...browserHeaders(visit, draft)];
			const body = draft.hasBody ? visit.body : undefined;
			const { method, url } = draft;
			const request = { method, url, headers: sentHeaders, body, isHandshake: draft.isHandshake ?? false };
			const answer = await exchangeOnce(request, visit.reach, visit.timeoutSeconds);
			const done = { ...draft, number: exchanges.length + 1, sentHeaders, answer };
			exchanges.push(done);
			return done;
		},
	};
}

/** Whether the host of `url` may be contacted. */
export function isNamed({ hosts }: Visit, url: string): boolean {
	return hosts.has(new URL(url).host);
}

/** What a browser adds to what the standard and the page have put there. */
function browserHeaders(
	visit: Visit,
	{ purpose, url, credentials, headers, cookie: own, isHandshake }: RequestDraft,
): HeaderList {
	const origin = headers.find(([name]) => name === "Origin")?.[1] ?? visit.page.origin;
	const { protocol, hostname } = new URL(url);
	const isTrustworthy = protocol === "https:" || isLoopback(hostname);
	const cookie = purpose !== "preflight" && credentials ? (own ?? cookieFor(visit, url)) : undefined;
	return [
		["Accept-Encoding", "gzip, deflate, br"],
		["Accept-Language", "en"],
		["User-Agent", "Mozilla/5.0 (compatible; cordon-doctor)"],
		...(isTrustworthy
			? ([
					["Sec-Fetch-Dest", isHandshake ? "websocket" : "empty"],
					["Sec-Fetch-Mode", isHandshake ? "websocket" : "cors"],
					["Sec-Fetch-Site", fetchSite(origin, url)],
				] as const)
			: []),
		...(cookie === undefined ? [] : [["Cookie", cookie] as const]),
	].filter(([name]) => !headers.some(([other]) => other.toLowerCase() === name.toLowerCase())) as HeaderList;
}

/** It belongs to the host on the command line; what came there over https does not go back over http. */
function cookieFor({ page, cookie }: Visit, url: string): string | undefined {
	const own = new URL(page.url);
	const target = new URL(url);
	const isWeaker = own.protocol === "https:" && target.protocol === "http:";
	return own.host === target.host && !isWeaker ? cookie : undefined;
}

/** https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header */
function fetchSite(origin: string, url: string): "same-origin" | "same-site" | "cross-site" {
	if (new URL(url).origin === origin) return "same-origin";
	return isSameSite(origin, url) ? "same-site" : "cross-site";
}
