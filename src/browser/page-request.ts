/** Owns the way from what page code writes to the request that is fetched: what throws, what is dropped silently. */

import { isForbiddenMethod, isForbiddenRequestHeader, isToken } from "../cors/standard.ts";
import { getHeader, type Header, type HeaderList, normalizeValue, splitValue } from "./header-list.ts";
import type { BrowserRequest, CredentialsMode, PreflightFlag } from "./request.ts";
import { type Check, failed } from "./steps.ts";

interface CommonCall {
	/** The page's origin, serialized as browsers send it; `null` for a sandboxed frame. */
	readonly origin: string;
	/** Absolute, or relative to the page's origin. */
	readonly url: string;
	readonly method: string;
	/** Everything that page code sets, in its order. */
	readonly headers: HeaderList;
}

/** `fetch(url, { mode: "cors", redirect: "follow", … })` */
export interface FetchCall extends CommonCall {
	readonly api: "fetch";
	readonly credentials: CredentialsMode;
	/** A ReadableStream, or a body whose bytes are known, with the Content-Type that it brings along (null: none). */
	readonly body: "stream" | { readonly contentType: string | null } | null;
}

/** `XMLHttpRequest`; with `withCredentials` its credentials mode is `include`, without it `same-origin`. */
export interface XhrCall extends CommonCall {
	readonly api: "xhr";
	readonly withCredentials: boolean;
	readonly body: { readonly contentType: string | null } | null;
	/** Whether anything listens on `xhr.upload`. */
	readonly uploadListener: boolean;
}

/** A request as page code makes it. */
export type PageRequest = FetchCall | XhrCall;

/** The request that is fetched, or why page code gets an exception instead. */
export type CreatedRequest =
	| {
			readonly ok: true;
			readonly request: BrowserRequest;
			/** Forbidden request-headers that were left out. */
			readonly dropped: HeaderList;
	  }
	| { readonly ok: false; readonly check: Check };

/**
 * Makes the request, as https://fetch.spec.whatwg.org/#dom-request and
 * https://xhr.spec.whatwg.org/#the-send()-method do.
 */
export function createRequest(page: PageRequest): CreatedRequest {
	const url = URL.parse(page.url, page.origin === "null" ? undefined : page.origin);
	const fault = urlFault(page, url) ?? methodFault(page) ?? headerFault(page) ?? bodyFault(page);
	if (fault !== undefined) return { ok: false, check: fault };
	const method = normalizeMethod(page.method);
	const body = page.api === "xhr" && isBodiless(method) ? null : page.body;
	const kept: Header[] = [];
	const dropped: Header[] = [];
	for (const [name, value] of page.headers) {
		const header: Header = [name, normalizeValue(value)];
		(isForbidden(header) ? dropped : kept).push(header);
	}
	const written = page.api === "xhr" ? combine(kept) : kept;
	return {
		ok: true,
		dropped,
		request: {
			method,
			headers: withDefaults(written, body),
			origin: page.origin,
			urls: [url?.href ?? page.url],
			credentials: credentialsMode(page),
			preflightFlag: preflightFlag(page),
			body: body === null ? "none" : body === "stream" ? "streamed" : "buffered",
			tainting: "basic",
		},
	};
}

const NORMALIZED_METHODS: ReadonlySet<string> = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);

/** PATCH is not among them: `patch` stays what it is. https://fetch.spec.whatwg.org/#concept-method-normalize */
function normalizeMethod(method: string): string {
	const upper = method.toUpperCase();
	return NORMALIZED_METHODS.has(upper) ? upper : method;
}

const OVERRIDE_HEADERS: ReadonlySet<string> = new Set([
	"x-http-method",
	"x-http-method-override",
	"x-method-override",
]);

/** https://fetch.spec.whatwg.org/#forbidden-request-header */
function isForbidden([name, value]: Header): boolean {
	const lower = name.toLowerCase();
	if (isForbiddenRequestHeader(lower)) return true;
	return OVERRIDE_HEADERS.has(lower) && splitValue(value).some(isForbiddenMethod);
}

/** XMLHttpRequest joins what is set twice. https://fetch.spec.whatwg.org/#concept-header-list-combine */
function combine(headers: HeaderList): HeaderList {
	const combined: Header[] = [];
	for (const [name, value] of headers) {
		const index = combined.findIndex(([other]) => other.toLowerCase() === name.toLowerCase());
		const first = combined[index];
		if (first === undefined) combined.push([name, value]);
		else combined[index] = [first[0], `${first[1]}, ${value}`];
	}
	return combined;
}

/**
 * What goes along unless the page says otherwise: the body's Content-Type, and `Accept` (https://fetch.spec.whatwg.org/#fetching).
 * `Accept-Language` is the user's and not known here; it is safelisted with any value.
 */
function withDefaults(headers: HeaderList, body: PageRequest["body"]): HeaderList {
	const type = body === null || body === "stream" ? null : body.contentType;
	const typed: HeaderList =
		type === null || getHeader(headers, "content-type") !== null
			? headers
			: [...headers, ["Content-Type", normalizeValue(type)]];
	return getHeader(typed, "accept") === null ? [...typed, ["Accept", "*/*"]] : typed;
}

/** The credentials mode of a page's call: fetch() says it, XMLHttpRequest by withCredentials. */
export function credentialsMode(page: PageRequest): CredentialsMode {
	if (page.api === "fetch") return page.credentials;
	return page.withCredentials ? "include" : "same-origin";
}

function preflightFlag(page: PageRequest): PreflightFlag | undefined {
	if (page.api === "xhr") return page.uploadListener ? "upload-listener" : undefined;
	return page.body === "stream" ? "streamed-body" : undefined;
}

function isBodiless(method: string): boolean {
	return method === "GET" || method === "HEAD";
}

function urlFault({ api, url }: PageRequest, parsed: URL | null): Check | undefined {
	if (parsed === null) {
		return failed(
			"request-url",
			url,
			"a URL",
			"This is not a URL, so the call throws: write https://host/path.",
		);
	}
	if (api === "fetch" && (parsed.username !== "" || parsed.password !== "")) {
		return failed(
			"request-url",
			url,
			"a URL without user information",
			"A name and password in the URL make fetch() throw: send an Authorization header instead.",
		);
	}
	return undefined;
}

function methodFault({ method }: PageRequest): Check | undefined {
	if (!isToken(method)) {
		return failed(
			"request-method",
			method,
			"one word",
			"This is not a method, so the call throws: write one word, such as PUT.",
		);
	}
	if (isForbiddenMethod(method)) {
		return failed(
			"request-method",
			method,
			"a method that is not forbidden",
			`No browser lets a page send ${method}, so the call throws: use another method.`,
		);
	}
	return undefined;
}

/** https://fetch.spec.whatwg.org/#headers-validate */
function headerFault({ headers }: PageRequest): Check | undefined {
	for (const [name, value] of headers) {
		if (!isToken(name)) {
			return failed(
				"request-header",
				name,
				"a header name",
				"This is not a header name, so the call throws: write one without blanks or colons.",
			);
		}
		if (!isHeaderValue(normalizeValue(value))) {
			return failed(
				"request-header",
				`${name}: ${JSON.stringify(value)}`,
				"a value of bytes, without line breaks",
				"This value cannot be sent, so the call throws: encode what is outside Latin-1, and remove line breaks.",
			);
		}
	}
	return undefined;
}

function isHeaderValue(value: string): boolean {
	for (let i = 0; i < value.length; i++) {
		const code = value.charCodeAt(i);
		if (code === 0x00 || code === 0x0a || code === 0x0d || code > 0xff) return false;
	}
	return true;
}

function bodyFault({ api, method, body }: PageRequest): Check | undefined {
	if (api === "fetch" && body !== null && isBodiless(normalizeMethod(method))) {
		return failed(
			"request-body",
			`${method} with a body`,
			"no body",
			"A GET or HEAD with a body makes fetch() throw: use POST, or drop the body.",
		);
	}
	return undefined;
}
