/** Owns the proof that recordings are read as Chromium and Firefox write them, with all that is strange in them. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { cordon, folder } from "../cli/harness.ts";
import { PAGE } from "./rows.ts";

const API = "https://api.example.com";
const SHARED = { "access-control-allow-origin": PAGE, "access-control-allow-credentials": "true" };
const list = (headers: Readonly<Record<string, string>>) =>
	Object.entries(headers).map(([name, value]) => ({ name, value }));

/** An entry as Chromium exports it. */
function chromium(
	method: string,
	url: string,
	sent: Readonly<Record<string, string>>,
	status: number,
	came: Readonly<Record<string, string>>,
	more = {},
) {
	return {
		_initiator: { type: "script", stack: { callFrames: [] } },
		_priority: "High",
		_resourceType: "fetch",
		cache: {},
		connection: "443",
		request: {
			...{ method, url, httpVersion: "h2", queryString: [], cookies: [], headersSize: -1, bodySize: 0 },
			headers: [
				{ name: ":authority", value: "api.example.com" },
				...list({ origin: PAGE, "sec-fetch-mode": "cors", ...sent }),
			],
		},
		response: {
			...{ status, statusText: "", httpVersion: status === 0 ? "" : "h2", cookies: [], redirectURL: "" },
			...{ headersSize: -1, bodySize: -1, _transferSize: 0, _error: status === 0 ? "net::ERR_FAILED" : null },
			content: { size: 0, mimeType: "x-unknown" },
			headers: list(came),
		},
		serverIPAddress: "[2001:db8::1]",
		startedDateTime: "2026-11-26T20:00:00.000Z",
		...{
			time: 12,
			timings: {
				blocked: 1,
				dns: -1,
				ssl: -1,
				connect: -1,
				send: 0,
				wait: 1,
				receive: 1,
				_blocked_queueing: 1,
			},
		},
		...more,
	};
}

/** An entry as Firefox exports it. */
function firefox(
	method: string,
	url: string,
	sent: Readonly<Record<string, string>>,
	status: number,
	came: Readonly<Record<string, string>> | undefined,
) {
	return {
		...{
			startedDateTime: "2026-11-26T21:00:00.000+01:00",
			_securityState: "secure",
			pageref: "page_1",
			time: 3,
		},
		request: {
			...{ method, url, httpVersion: "HTTP/2", bodySize: 0, cookies: [], queryString: [], headersSize: 1 },
			headers: list({ Host: "api.example.com", Origin: PAGE, ...sent }),
		},
		response:
			came === undefined
				? {
						status: 0,
						statusText: "",
						httpVersion: "",
						cookies: [],
						content: { size: 0, mimeType: "text/html" },
						redirectURL: "",
						bodySize: -1,
					}
				: {
						...{
							status,
							statusText: "",
							httpVersion: "HTTP/2",
							cookies: [],
							content: null,
							redirectURL: "",
							headersSize: 1,
							bodySize: 1,
						},
						headers: list(came),
					},
		...{ cache: {}, timings: { blocked: 0, dns: 0, connect: 0, ssl: 0, send: 0, wait: 1, receive: 0 } },
	};
}

async function judge(entries: readonly unknown[], ...argv: readonly string[]) {
	const file = join(
		folder({
			"session.har": { log: { version: "1.2", creator: { name: "x", version: "1" }, pages: [], entries } },
		}),
		"session.har",
	);
	const { code, out, err } = await cordon(["doctor", "--har", file, "--json", ...argv]);
	return { code, out: out + err, calls: JSON.parse(out).calls };
}

test("Chromium: blocked calls by their preflight, navigations and WebSockets left out, caches as caches", async () => {
	const { code, calls, out } = await judge([
		chromium("GET", `${API}/good`, { cookie: "sid=s3cret-one" }, 200, SHARED),
		chromium("GET", `${API}/cached`, {}, 200, SHARED, { _fromCache: "disk" }),
		chromium("GET", `${API}/fresh`, { "if-none-match": '"1"' }, 304, {}),
		chromium(
			"PUT",
			`${API}/put`,
			{ authorization: "Bearer s3cret-two", "content-type": "application/json" },
			0,
			{},
		),
		chromium(
			"OPTIONS",
			`${API}/put`,
			{
				"access-control-request-method": "PUT",
				"access-control-request-headers": "authorization,content-type",
			},
			204,
			{ ...SHARED, "access-control-allow-methods": "GET" },
			{ _resourceType: "preflight" },
		),
		chromium("GET", `${API}/gone?api_key=s3cret-three`, {}, 0, {}),
		chromium("POST", `${API}/form`, { "sec-fetch-mode": "navigate" }, 200, {}, { _resourceType: "document" }),
		chromium(
			"GET",
			"wss://api.example.com/live",
			{ "sec-fetch-mode": "websocket" },
			101,
			{},
			{
				_resourceType: "websocket",
				_webSocketMessages: [{ type: "send", time: 1, opcode: 1, data: "s3cret-four" }],
			},
		),
		chromium("GET", `${PAGE}/own`, {}, 200, {}),
	]);
	expect(code).toBe(1);
	expect(
		calls.map(({ url, readable, failedStep }: Record<string, { readonly code: string }>) => [
			url,
			readable,
			failedStep?.code,
		]),
	).toEqual([
		[`${API}/good`, true, undefined],
		[`${API}/cached`, true, undefined],
		[`${API}/fresh`, null, undefined],
		[`${API}/put`, false, "preflight-allow-methods"],
		[`${API}/gone?api_key=…`, null, undefined],
	]);
	expect(out).not.toContain("s3cret");
});

test("Firefox: blocked calls have no headers, and no body", async () => {
	const { code, calls } = await judge([
		firefox("GET", `${API}/good`, { Cookie: "sid=1" }, 200, SHARED),
		firefox("GET", `${API}/bad`, { Cookie: "sid=1" }, 403, {}),
		firefox("GET", `${API}/blocked`, {}, 0, undefined),
	]);
	expect(code).toBe(1);
	expect(calls.map(({ readable }: { readonly readable: boolean | null }) => readable)).toEqual([
		true,
		false,
		null,
	]);
});

/** As Chromium has what it never sent: without Origin and Sec-Fetch-*, by the page's Referer alone. */
function unsent(
	method: string,
	url: string,
	sent: Readonly<Record<string, string>>,
	error = "net::ERR_FAILED",
) {
	const entry = chromium(method, url, {}, 0, {});
	return {
		...entry,
		request: { ...entry.request, headers: list({ Referer: `${PAGE}/`, "User-Agent": "M", ...sent }) },
		response: { ...entry.response, _error: error },
	};
}

function preflight(method: string, url: string, status: number, names = "", came = {}) {
	const asks = { "access-control-request-method": method, "access-control-request-headers": names };
	return chromium("OPTIONS", url, asks, status, came, { _resourceType: "preflight" });
}

const outcomes = (calls: readonly { readonly [key: string]: unknown }[]) =>
	calls.map(({ method, readable, cause }) => [method, readable, cause]);

test("Chromium: a call that was never sent has no Origin, and is judged all the same", async () => {
	const { calls } = await judge([
		unsent("PUT", `${API}/refused`, { "Content-Type": "application/json" }),
		preflight("PUT", `${API}/refused`, 403, "content-type"),
		preflight("DELETE", `${API}/items`, 204, "", { ...SHARED, "access-control-allow-methods": "PUT" }),
		unsent("DELETE", `${API}/items`, {}),
		unsent("GET", "https://api.example.com:6000/", {}, "net::ERR_UNSAFE_PORT"),
		{ ...unsent("GET", `${API}/picture`, {}, "net::ERR_FAILED"), _resourceType: "image" },
		unsent("GET", `${API}/tracker`, {}, "net::ERR_BLOCKED_BY_CLIENT"),
		unsent("GET", `${API}/down`, {}, "net::ERR_CONNECTION_REFUSED"),
	]);
	expect(outcomes(calls)).toEqual([
		["PUT", false, "preflight-status"],
		["DELETE", false, "preflight-allow-methods"],
		["GET", false, "port"],
		["GET", null, undefined],
		["GET", null, undefined],
	]);
	expect(calls[1].credentials).toBe("include");
	expect(calls[3].stopped.message).toContain("has blocked it, and CORS has no part in that");
	expect(calls[4].stopped.message).toContain("was not reached, and CORS has no part in that");
});

test("Chromium: an export without cookies and Authorization, as it is by default, is seen through", async () => {
	const failed = { _error: "net::ERR_FAILED" };
	const star = chromium("GET", `${API}/star`, {}, 200, { "access-control-allow-origin": "*" });
	const named = chromium("GET", `${API}/named`, {}, 200, { "access-control-allow-origin": PAGE });
	const { calls } = await judge([
		{ ...star, response: { ...star.response, ...failed } },
		star,
		{ ...named, response: { ...named.response, ...failed } },
		chromium("GET", `${API}/token`, {}, 200, SHARED),
		preflight("GET", `${API}/token`, 204, "authorization", SHARED),
	]);
	expect(outcomes(calls)).toEqual([
		["GET", false, "allow-origin"],
		["GET", true, undefined],
		["GET", false, "allow-credentials"],
		["GET", false, "preflight-allow-authorization"],
	]);
});

test("a preflight whose call was not recorded is judged as the call that it asks for", async () => {
	const { calls } = await judge([
		preflight("PUT", `${API}/refused`, 403, "content-type"),
		preflight("PUT", `${API}/good`, 204, "x-a", {
			...SHARED,
			"access-control-allow-methods": "PUT",
			"access-control-allow-headers": "x-a",
		}),
	]);
	expect(outcomes(calls)).toEqual([
		["PUT", false, "preflight-status"],
		["PUT", null, undefined],
	]);
	expect(calls[1].stopped.message).toContain("The recording has no request PUT");
});

test("of a recording nothing is said to have been sent", async () => {
	const file = join(folder({ "a.har": { log: { entries: [unsent("GET", `${API}/x`, {})] } } }), "a.har");
	for (const flags of [[], ["--markdown"]]) {
		const { out } = await cordon(["doctor", "--har", file, ...flags]);
		expect(out).toContain("0 recorded answers");
		expect(out).not.toMatch(/requests? sent/);
	}
});
