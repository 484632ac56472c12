/** Owns the question that is explained: a page's call, as people and machines write it, and as the browser model takes it. */

import type { Header } from "../browser/header-list.ts";
import type { PageRequest } from "../browser/page-request.ts";
import type { CredentialsMode } from "../browser/request.ts";
import { isSerializedOrigin } from "../cors/origin-set.ts";
import { isLookedUp } from "../tenants/keys.ts";

/** What a page wants to do. */
export interface Question {
	/** The page's origin, or `null`. */
	readonly origin: string;
	/** As the page writes it. Default GET. */
	readonly method?: string;
	/** What the page sets: a name, or `Name: value`. */
	readonly headers?: readonly string[];
	/** Begins with a slash; a query may follow. Default `/`. */
	readonly path?: string;
	/** Default `include`. */
	readonly credentials?: CredentialsMode;
	/** Whether something listens on `xhr.upload`. */
	readonly uploadProgress?: boolean;
	/** Of the call's URL; `wss` and `ws` are a WebSocket. Default `https`. */
	readonly scheme?: "https" | "http" | "wss" | "ws";
	/** Whether the URL carries a name and password, which no answer repeats. */
	readonly userInfo?: boolean;
	/** Where the API redirects this call to: the value of its Location, with a status before it or not: `308 /v1/items/`. Null: nowhere. */
	readonly redirectTo?: string | null;
}

/** An API's answer that leads elsewhere. */
export interface Redirect {
	readonly status: number;
	/** As the API writes it. */
	readonly location: string;
}

/** A question with everything in it. */
export interface PageCall {
	readonly origin: string;
	readonly method: string;
	/** Names, as the page spells them; their values are repeated nowhere. */
	readonly headers: readonly string[];
	readonly values: readonly Header[];
	readonly credentials: CredentialsMode;
	readonly uploadProgress: boolean;
	readonly webSocket: boolean;
	/** Absolute, http or https: of a WebSocket the one that its handshake is sent to. */
	readonly url: URL;
	/** As the page writes it. */
	readonly shownUrl: string;
	/** What the API answers in place of 200. */
	readonly redirect: Redirect | undefined;
}

/** Values for names alone: of a safelisted header a safe one, of Content-Type and Range one that needs consent. */
const VALUES_OF_NAMES: ReadonlyMap<string, string> = new Map([
	["accept", "*/*"],
	["accept-language", "en"],
	["content-language", "en"],
	["content-type", "application/json"],
	["range", "bytes=0-0,-1"],
]);

/** @param hostname with a port or not @returns undefined where no call could be made to it, or no document is looked up for it */
export function pageCall(hostname: string, question: Question): PageCall | undefined {
	const { path = "/", scheme = "https", headers = [], userInfo = false } = question;
	const webSocket = scheme === "wss" || scheme === "ws";
	// Put together as a text, not resolved: a path such as //x would otherwise be another host.
	const rest = `://${userInfo ? "user@" : ""}${hostname}${path.startsWith("/") ? path : `/${path}`}`;
	const url = URL.parse((scheme === "wss" ? "https" : scheme === "ws" ? "http" : scheme) + rest);
	if (url === null || !isLookedUp(url.hostname)) return undefined;
	url.hash = "";
	const values = webSocket ? [] : headers.map(readHeader);
	return {
		origin: question.origin,
		method: webSocket ? "GET" : normalized(question.method ?? "GET"),
		headers: values.map(([name]) => name),
		values,
		credentials: webSocket ? "include" : (question.credentials ?? "include"),
		uploadProgress: question.uploadProgress === true && !webSocket,
		webSocket,
		url,
		shownUrl: webSocket ? url.href.replace(/^http/, "ws") : url.href,
		redirect: question.redirectTo == null ? undefined : readRedirect(question.redirectTo),
	};
}

/**
 * Splits `308 /v1/items/`. Without a status it is 302, which frameworks send unless they are told otherwise.
 * Rejected alternative: a field of its own for the status, which says nothing alone.
 */
export function readRedirect(text: string): Redirect {
	const [, status = "302", location = ""] = /^(?:(30[12378]) )?(.*)$/su.exec(text) ?? [];
	return { status: Number(status), location };
}

/** Splits `Name: value`; a name alone gets a value. */
export function readHeader(text: string): Header {
	const colon = text.indexOf(":");
	const name = (colon === -1 ? text : text.slice(0, colon)).trim();
	if (colon !== -1) return [name, text.slice(colon + 1).trim()];
	return [name, VALUES_OF_NAMES.get(name.toLowerCase()) ?? "x"];
}

/** For what is told; the browser model does it by itself. https://fetch.spec.whatwg.org/#concept-method-normalize */
function normalized(method: string): string {
	const upper = method.toUpperCase();
	return ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"].includes(upper) ? upper : method;
}

/** The call as the browser model takes it. XMLHttpRequest cannot omit credentials: cross-origin, `same-origin` is the same. */
export function pageRequest(call: PageCall, credentials: CredentialsMode): PageRequest {
	const { origin, method, values, url } = call;
	const common = { origin, url: url.href, method, headers: values, body: null };
	return call.uploadProgress
		? { ...common, api: "xhr", withCredentials: credentials === "include", uploadListener: true }
		: { ...common, api: "fetch", credentials };
}

/** Schemes that pages are never of. */
const PAGELESS = /^(?:https?|wss?|ftp|file|data|about|blob|javascript|mailto|view-source|filesystem):/;

/** Whether a page can have this origin: what browsers never send is never let in, even where a list has it. */
export function isPageOrigin(origin: string): boolean {
	if (origin === "null") return true;
	if (isSerializedOrigin(origin)) return !/^(?:wss?|ftp|file):/.test(origin);
	// Of other schemes a host is taken as it is.
	return /^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/.test(origin) && !PAGELESS.test(origin);
}

/** The origin that a browser would send in place of what was given; undefined where it is that, or none. */
export function meantOrigin(given: string): string | undefined {
	const url = URL.parse(given);
	if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
	return url.origin === given || !isSerializedOrigin(url.origin) ? undefined : url.origin;
}
