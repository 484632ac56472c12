/** Owns the proof of what `cordon doctor` sends: what a browser would, to whom it may, and no more than that. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { MAX_REQUESTS } from "../../src/doctor/network/network.ts";
import { api, examine, onActual, onPreflight, PAGE, PUT, set, status } from "./api-server.ts";
import { cordon } from "./harness.ts";

const OMIT = ["--credentials", "omit"];

describe("redirects", () => {
	test("on the same host are followed, with the cookie", async () => {
		const server = await api((answer, { url, method }) => {
			if (url !== "/items" || method === "OPTIONS") return;
			answer.status = 307;
			answer.headers["location"] = "/items/all";
		});
		const { code, failed, found } = await examine(server, "--cookie", "sid=1", ...PUT, "--send");
		expect({ code, failed, found }).toEqual({ code: 0, failed: [], found: [] });
		expect(server.seen.slice(0, 4)).toEqual([
			...["OPTIONS", "PUT"].map((method) => `${method} /items ${PAGE}`),
			// The write was sent already, and is not sent a second time.
			...["OPTIONS", "GET"].map((method) => `${method} /items/all ${PAGE}`),
		]);
		const cookies = server.requests.slice(0, 4).map(({ headers }) => headers.cookie);
		expect(cookies).toEqual([undefined, "sid=1", undefined, "sid=1"]);
		expect(server.requests.length).toBeLessThanOrEqual(MAX_REQUESTS);
	});

	test("to another host are not followed unless it is named, and turn the origin to null", async () => {
		const other = await api();
		const server = await api((answer) => {
			answer.status = 302;
			answer.headers["location"] = other.url;
		});
		const { code, failed, found, report } = await examine(server, "--cookie", "sid=1");
		expect({ code, failed, found }).toEqual({ code: 1, failed: [], found: ["redirect-origin-null"] });
		expect(report).toMatchObject({ readable: null, stopped: { code: "host-not-named", url: other.url } });
		expect(other.seen).toEqual([]);

		const followed = await examine(server, "--cookie", "sid=1", "--follow-to", other.host);
		expect(followed).toMatchObject({ code: 1, failed: ["allow-origin", "allow-credentials"] });
		expect(followed.found).toEqual(["redirect-origin-null"]);
		expect(other.seen).toEqual(["GET /items null"]);
		expect(other.requests[0]?.headers.cookie).toBeUndefined();
	});

	test("without an end are left after a few requests", async () => {
		const server = await api((answer, { url }) => {
			answer.status = 302;
			answer.headers["location"] = `${url}x`;
		});
		const { code, report } = await examine(server);
		expect([code, report["stopped"]]).toMatchObject([1, { code: "too-many-requests" }]);
		expect(server.requests.length).toBeLessThanOrEqual(MAX_REQUESTS);
	});
});

describe("what is sent", () => {
	test("is what the browser sends, the write once, and only where its preflight lets it", async () => {
		const server = await api();
		await examine(server, ...PUT, "--cookie", "sid=1", "--send");
		const [preflight, put] = server.requests;
		expect(preflight?.headers).toMatchObject({
			origin: PAGE,
			accept: "*/*",
			"access-control-request-method": "PUT",
			"access-control-request-headers": "content-type",
			"sec-fetch-site": "cross-site",
		});
		expect(put?.headers).toMatchObject({ "content-type": "application/json", "content-length": "2" });
		expect(server.seen.filter((line) => line.startsWith("PUT"))).toEqual([`PUT /items ${PAGE}`]);
		const preflights = server.requests.filter(({ method }) => method === "OPTIONS");
		expect(preflights.filter(({ headers }) => headers.cookie !== undefined)).toEqual([]);
		const refusing = await api(onPreflight(status(403)));
		await examine(refusing, ...PUT, "--send");
		expect(refusing.seen.filter((line) => line.startsWith("PUT"))).toEqual([]);
	});

	test("without credentials has no cookie, and a method keeps its case", async () => {
		const server = await api(
			set({
				"access-control-allow-methods": "patch",
				"access-control-allow-origin": "*",
				"access-control-allow-credentials": undefined,
				vary: undefined,
			}),
		);
		const { report } = await examine(server, ...OMIT, "--cookie", "sid=1", "--method", "patch", "--send");
		expect(server.requests[0]?.headers["access-control-request-method"]).toBe("patch");
		expect(report["requests"]).toHaveProperty([1, "method"], "patch");
		// Node's own server does not know the method, so that it never gets as far as the API.
		expect(server.seen.filter((line) => line.startsWith("PATCH"))).toEqual([]);
		const get = await api();
		await examine(get, ...OMIT, "--cookie", "sid=1");
		expect(get.requests[0]?.headers.cookie).toBeUndefined();
	});

	test("is reported without its secrets", async () => {
		const server = await api(set({ "set-cookie": "sid=secret3; SameSite=None; Secure; Partitioned" }));
		const argv = ["--cookie", "sid=secret1", "--header", "Authorization: Bearer secret2"];
		const { report } = await examine(server, ...argv);
		expect(JSON.stringify(report)).not.toMatch(/secret/);
		const { out } = await cordon(["doctor", server.url, "--origin", PAGE, ...argv]);
		expect(out).not.toMatch(/secret/);
		expect(out).toContain("WebKit    blocked");
	});
});

describe("what cannot be run ends with 2", () => {
	test("a refused connection", async () => {
		const { host } = await api();
		const ran = await cordon(["doctor", "http://127.0.0.1:49151/", "--origin", PAGE]);
		expect([ran.code, ran.out]).toEqual([2, ""]);
		expect(ran.err).toContain("127.0.0.1:49151 refuses the connection");
		const tls = await cordon(["doctor", `https://${host}/`, "--origin", PAGE, "--json"]);
		expect([tls.code, JSON.parse(tls.out).error.code]).toEqual([2, "tls-failed"]);
	});

	test("a server that never answers, at the request or only after the preflight", async () => {
		const silent = createServer(() => {}).listen(0, "127.0.0.1");
		await once(silent, "listening");
		onTestFinished(() => void silent.close());
		const { port } = silent.address() as AddressInfo;
		const url = `http://127.0.0.1:${port}/`;
		const ran = await cordon(["doctor", url, "--origin", PAGE, "--timeout", "0.2", "--json"]);
		expect([ran.code, JSON.parse(ran.out).error.code]).toEqual([2, "timed-out"]);
		const half = await api(onActual((_, request) => void request.socket.destroy()));
		const { code, report } = await examine(half, ...PUT);
		expect([code, report.readable, report["error"]]).toMatchObject([2, null, { code: "connection-lost" }]);
	});

	test.each<[string, string]>([
		["", "needs URL"],
		["http://a.example", "needs --origin ORIGIN"],
		["ftp://a.example --origin https://b.example", "is not an http or https URL"],
		["http://a.example --origin https://b.example/", "Browsers send https://b.example."],
		["http://a.example --origin b.example", "is not an origin as browsers send it"],
		["http://a.example --origin https://b.example --method A(B", "is not a method"],
		["http://a.example --origin https://b.example --header X", "is not a header"],
		["http://a.example --origin https://b.example --credentials yes", "is include, same-origin or omit"],
		["http://a.example --origin https://b.example --timeout x", "is a number of seconds"],
		["http://a.example --origin https://b.example --follow-to :", "is not a host"],
	])("wrong usage: doctor %s", async (line, words) => {
		const { code, out, err } = await cordon(["doctor", ...line.split(" ").filter(Boolean)]);
		expect([code, out]).toEqual([2, ""]);
		expect(err).toContain(words);
	});

	test("what no browser would send is blocked, and nothing is sent", async () => {
		const server = await api();
		const { code, failed } = await examine(server, "--method", "TRACE");
		expect([code, failed, server.seen]).toEqual([1, ["request-method"], []]);
	});
});
