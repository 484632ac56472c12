/** Owns the work that every contender does: the requests that they all get. */

import { type Wire, wire } from "../harness/client.ts";
import { LARGE_BODY_BYTES } from "../harness/upstream.ts";
import { ALLOWED_ORIGIN, DENIED_ORIGIN, HOSTNAME } from "./policy.ts";

/** What a browser sends along with a credentialed call. */
export const BROWSER_HEADERS = {
	Accept: "application/json, text/plain, */*",
	"Accept-Encoding": "gzip, deflate, br, zstd",
	"Accept-Language": "en-GB,en;q=0.9,de;q=0.8",
	Authorization: "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.2yVn2c1hXzRkPjz0J9yqXw0Yw1n2k3l4m5n6o7p8q9r",
	Connection: "keep-alive",
	Cookie: "session=0123456789abcdef0123456789abcdef; theme=dark; _ga=GA1.1.123456789.1700000000",
	Referer: "https://app.example.com/",
	"Sec-Fetch-Dest": "empty",
	"Sec-Fetch-Mode": "cors",
	"Sec-Fetch-Site": "cross-site",
	"User-Agent":
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
} as const;

/** One kind of request. */
export interface Work {
	readonly name: string;
	readonly title: string;
	/** What it is measured against. */
	readonly limit: "bare" | "static";
	readonly request: Wire;
	/** The status of the right answer. */
	readonly status: number;
	/** Requests in a turn: fewer of the heavy ones. */
	readonly requestsPerTurn: number;
}

const PREFLIGHT_HEADERS = {
	"Access-Control-Request-Method": "PUT",
	"Access-Control-Request-Headers": "authorization,content-type",
};

/** Serializes a browser's request. */
export function browserRequest(
	method: string,
	path: string,
	more: Readonly<Record<string, string>>,
	{ host = HOSTNAME, body }: { readonly host?: string; readonly body?: Buffer } = {},
): Wire {
	return wire(method, path, { Host: host, ...BROWSER_HEADERS, ...more }, body);
}

/** A preflight carries no credentials. */
export function preflightRequest(origin: string, host = HOSTNAME): Wire {
	const { Authorization: _, Cookie: __, ...headers } = BROWSER_HEADERS;
	return wire("OPTIONS", "/data?page=2", { Host: host, ...headers, Origin: origin, ...PREFLIGHT_HEADERS });
}

const ALLOWED = { Origin: ALLOWED_ORIGIN };
const SMALL_TURN = 60;
const LARGE_TURN = 8;

/** Everything that is measured, in the order of the table. */
export const WORKS: readonly Work[] = [
	{
		name: "allowed",
		title: "allowed",
		limit: "bare",
		request: browserRequest("GET", "/data?page=2", ALLOWED),
		status: 200,
		requestsPerTurn: SMALL_TURN,
	},
	{
		name: "denied",
		title: "denied",
		limit: "bare",
		request: browserRequest("GET", "/data?page=2", { Origin: DENIED_ORIGIN }),
		status: 200,
		requestsPerTurn: SMALL_TURN,
	},
	{
		name: "no-origin",
		title: "no Origin",
		limit: "bare",
		request: browserRequest("GET", "/data?page=2", {}),
		status: 200,
		requestsPerTurn: SMALL_TURN,
	},
	{
		name: "preflight",
		title: "preflight",
		limit: "static",
		request: preflightRequest(ALLOWED_ORIGIN),
		status: 204,
		requestsPerTurn: SMALL_TURN,
	},
	{
		name: "many-headers",
		title: "100 headers",
		limit: "bare",
		request: browserRequest("GET", "/many-headers", ALLOWED),
		status: 200,
		requestsPerTurn: SMALL_TURN,
	},
	{
		name: "download",
		title: "1 MB down",
		limit: "bare",
		request: browserRequest("GET", "/large", ALLOWED),
		status: 200,
		requestsPerTurn: LARGE_TURN,
	},
	{
		name: "upload",
		title: "1 MB up",
		limit: "bare",
		request: browserRequest(
			"POST",
			"/upload",
			{ ...ALLOWED, "Content-Type": "application/octet-stream" },
			{ body: Buffer.alloc(LARGE_BODY_BYTES, "x") },
		),
		status: 200,
		requestsPerTurn: LARGE_TURN,
	},
];
