/** Owns what may be told of a visit: reports are passed around, so no key, token or cookie is in any of them. */

import type { Header, HeaderList } from "../browser/header-list.ts";

/** What stands in place of a secret. */
export const HIDDEN = "…";

/** Request headers whose values say nothing of anybody; of every other one only the name is told. */
const TOLD_REQUEST_HEADERS: ReadonlySet<string> = new Set([
	...["accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-language"],
	...["content-type", "host", "if-modified-since", "origin", "pragma", "range", "referer", "upgrade"],
	...["access-control-request-method", "access-control-request-headers", "sec-websocket-version"],
	...["sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "user-agent", "x-requested-with"],
]);

/** Response headers that hand out what is worth stealing, whoever invented their names. */
const SECRET_RESPONSE_HEADER =
	/^(authorization|proxy-authorization|authentication-info|set-cookie2?|cookie)$|token|secret|api-?key|password|session|csrf|xsrf|jwt|credential$|signature/i;

/** Parameters of a query that hold no secret; of every other one only the name is told. */
const TOLD_PARAMETERS: ReadonlySet<string> = new Set([
	...["page", "per_page", "perpage", "page_size", "pagesize", "limit", "offset", "size", "count"],
	...["sort", "sortby", "order", "orderby", "dir", "fields", "include", "exclude", "expand", "format"],
	...["lang", "language", "locale", "v", "version", "api-version", "type", "view", "cordon-doctor"],
	...["response_type", "scope", "prompt"],
]);

/** Shorter ones are words, and would take half of a report away. */
const MIN_SECRET_CHARACTERS = 6;

/** Takes out of a text what must not be told. */
export type Discretion = (text: string) => string;

/** What is known to be secret in a call. */
export interface Secrets {
	readonly url: string;
	readonly headers: HeaderList;
	readonly cookie: string | undefined;
}

/**
 * Makes the one function that every text of a report goes through: it takes out the secrets of this call wherever they come
 * up again (a server may echo them), and the values of queries, fragments and user information of every URL.
 */
export function createDiscretion({ url, headers, cookie }: Secrets): Discretion {
	const host = URL.parse(url)?.host ?? "";
	const secrets = [
		...headers.filter(([name]) => !TOLD_REQUEST_HEADERS.has(name.toLowerCase())).flatMap(partsOf),
		...(cookie ?? "").split(";").flatMap((pair) => pair.slice(pair.indexOf("=") + 1).trim()),
		...secretsOfUrl(url),
	]
		.filter((secret) => secret.length >= MIN_SECRET_CHARACTERS && !host.includes(secret))
		.sort((a, b) => b.length - a.length);
	return (text) => hideInUrls(secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text));
}

/** `Bearer abc`: the whole, and the part that is the secret. */
function partsOf([, value]: Header): readonly string[] {
	const [, ...rest] = value.split(" ");
	return [value, ...rest];
}

function secretsOfUrl(text: string): readonly string[] {
	const url = URL.parse(text);
	if (url === null) return [];
	const parameters = [...url.searchParams].filter(([name]) => !TOLD_PARAMETERS.has(name.toLowerCase()));
	return [
		url.password,
		...parameters.flatMap(([, value]) => [value, encodeURIComponent(value)]),
		...url.hash.slice(1).split("&"),
	];
}

/** In any text: `?name=value`, `&name=value`, `#name=value`, `//user:password@`. */
function hideInUrls(text: string): string {
	return text
		.replaceAll(
			/([?&#]|%3F|%26)([A-Za-z0-9_.~%[\]-]{1,64})(=|%3D)([^&#\s"'<>]+)/gi,
			(whole, mark, name, equals) =>
				TOLD_PARAMETERS.has(String(name).toLowerCase()) ? whole : `${mark}${name}${equals}${HIDDEN}`,
		)
		.replaceAll(/(:\/\/)[^\s/?#@"'<>]+@/g, `$1${HIDDEN}@`);
}

/** The headers of a request as they may be told. */
export function toldRequestHeaders(headers: HeaderList): HeaderList {
	return headers.map((header) =>
		TOLD_REQUEST_HEADERS.has(header[0].toLowerCase()) ? header : [header[0], HIDDEN],
	);
}

/** The headers of a response as they may be told: of a cookie that is set, the name and the attributes stay. */
export function toldResponseHeaders(headers: HeaderList): HeaderList {
	return headers.map(([name, value]) => {
		if (/^set-cookie2?$/i.test(name)) return [name, withoutCookieValue(value)];
		return [name, SECRET_RESPONSE_HEADER.test(name) && !/^access-control-/i.test(name) ? HIDDEN : value];
	});
}

function withoutCookieValue(line: string): string {
	const [pair = "", ...attributes] = line.split(";");
	const cookie = pair.includes("=") ? `${pair.slice(0, pair.indexOf("="))}=${HIDDEN}` : HIDDEN;
	return [cookie, ...attributes].join(";");
}

/** A value with every text in it made discreet: lists and objects are gone through, all else stays. */
export function discreet<T>(value: T, hide: Discretion): T {
	if (typeof value === "string") return hide(value) as T;
	if (Array.isArray(value)) return value.map((item) => discreet(item, hide)) as T;
	if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
		return value;
	}
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, discreet(item, hide)])) as T;
}
