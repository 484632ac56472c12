/** Owns the end-to-end tests of Cordon's own errors: a clear problem each, readable by an allowed page. */

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { beginRequest, type Incoming, type Line, responseTo, sendBytes } from "./harness/client.ts";
import { NOT_SHARED, SHARED_WITH_ALL, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import {
	APP,
	credentialedTenant,
	EVIL,
	exchange,
	gateway,
	only,
	tenantWith,
	upstream,
} from "./harness/stage.ts";
import type { UpstreamAnswer } from "./harness/upstream.ts";

const healthy = credentialedTenant("healthy.test");
/** Fails once only, so that its line is within what a host may have in the log. */
const told = credentialedTenant("told.test");
const impatient = credentialedTenant("impatient.test", { upstreamTimeoutSeconds: 1 });
const patient = credentialedTenant("patient.test", { upstreamTimeoutSeconds: 60 });
const certified = credentialedTenant("certificate-wanted.test", { clientCertificate: "require" });
const refused = credentialedTenant("refused.test", { upstream: `http://127.0.0.1:${await closedPort()}` });
const nowhere = credentialedTenant("nowhere.test", { upstream: "http://nowhere.invalid" });
const noTls = credentialedTenant("no-tls.test", { upstream: `https://127.0.0.1:${upstream.port}` });
const anyOrigin = tenantWith(
	"refused-any-origin.test",
	{ origins: "*" },
	{ upstream: `http://127.0.0.1:${await closedPort()}` },
);

const VALID = { upstream: upstream.origin, cors: { origins: [APP], credentials: true } };
const unavailable = {
	"no JSON": gateway.tenant("no-json.test", "cors: yes, please"),
	"an empty text": gateway.tenant("empty.test", ""),
	"a list": gateway.tenant("list.test", [VALID]),
	null: gateway.tenant("null.test", null),
	"a document of 5 MB": gateway.tenant("large.test", { ...VALID, $schema: "x".repeat(5_000_000) }),
	"a misspelt key": gateway.tenant("misspelt.test", { ...VALID, deniedRequest: "reject" }),
	"any origin with credentials": gateway.tenant("any-with-credentials.test", {
		...VALID,
		cors: { origins: "*", credentials: true },
	}),
	"a prototype": gateway.tenant("prototype.test", `{"__proto__":${JSON.stringify(VALID)}}`),
	"no cors": gateway.tenant("no-cors.test", { upstream: upstream.origin }),
};

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	return port;
}

/** Expects the one form that all problems have. */
function expectProblem(response: Incoming, status: number, code: string): void {
	expect(response.status).toBe(status);
	expect(response.header("content-type")).toBe("application/problem+json");
	expect(response.header("cache-control")).toBe("no-store");
	expect(JSON.parse(response.body.toString())).toEqual({
		type: `https://unpkg.com/cordon/docs/errors.md#${code}`,
		title: expect.stringMatching(/^[A-Z]/),
		status,
		detail: expect.stringMatching(/\.$/),
		code,
	});
}

describe("a hostname", () => {
	test.each([
		["without a document", "unknown.test"],
		["that is a label below a tenant's", `a.${healthy}`],
		["that only ends like a tenant's", `x${healthy}`],
	])("%s is an unknown tenant", async (_, host) => {
		for (const origin of [APP, EVIL, undefined]) {
			const { response, reached } = await exchange({ host, origin });
			expectProblem(response, 404, "unknown-tenant");
			expect(sharingOf(response)).toEqual([]);
			expect(reached).toEqual([]);
		}
	});

	test.each(Object.entries(unavailable))(
		"whose document is %s is unavailable, and nothing of it is shared",
		async (_, host) => {
			for (const [origin, method] of [
				[APP, "GET"],
				[EVIL, "GET"],
				[undefined, "GET"],
				[APP, "OPTIONS"],
			]) {
				const headers: Line[] = [["Access-Control-Request-Method", "PUT"]];
				const { response, reached } = await exchange({ host, origin, method, headers });
				expectProblem(response, 503, "tenant-unavailable");
				expect(sharingOf(response)).toEqual([]);
				expect(reached).toEqual([]);
			}
			const after = await exchange({ host: healthy, origin: APP });
			expect(after.response.status).toBe(200);
		},
	);
});

describe("a request that has been through Cordon", () => {
	test.each([
		["cordon"],
		["Cordon"],
		["cordon;v=1"],
		["other.example, cordon"],
		['other.example; p="a, b", cordon ;x'],
		["cordon, other.example"],
	])("is a loop: %s", async (cdnLoop) => {
		const headers: Line[] = [["CDN-Loop", cdnLoop]];
		const { response, reached } = await exchange({ host: healthy, origin: APP, headers });
		expectProblem(response, 508, "loop-detected");
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
		expect(reached).toEqual([]);
	});

	test("is a loop in the second of two lines too", async () => {
		const headers: Line[] = [
			["CDN-Loop", "other.example"],
			["CDN-Loop", "cordon"],
		];
		expectProblem((await exchange({ host: healthy, headers })).response, 508, "loop-detected");
	});

	test.each(["cordonbleu", "not-cordon", 'other.example; by="cordon"', 'other.example; p=", cordon,"', ""])(
		"is told from one that has not: %s",
		async (cdnLoop) => {
			const { response } = await exchange({ host: healthy, headers: [["CDN-Loop", cdnLoop]] });
			expect(response.status).toBe(200);
		},
	);
});

const close: UpstreamAnswer = (request) => request.socket.destroy();
const garbage: UpstreamAnswer = (request) => request.socket.end("220 mail.example ESMTP\r\n\r\n");
const halfHead: UpstreamAnswer = (request) => request.socket.end("HTTP/1.1 200 OK\r\nContent-Le");
const noStatus: UpstreamAnswer = (request) =>
	request.socket.end("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n");
const noUpgrade: UpstreamAnswer = (request) =>
	request.socket.end("HTTP/1.1 101 Why Not\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
const nothing: UpstreamAnswer = () => {};

describe("an upstream that fails is a problem that an allowed page can read", () => {
	test.each<[string, string, UpstreamAnswer, number, string]>([
		["refuses the connection", refused, {}, 502, "upstream-unreachable"],
		["has no address", nowhere, {}, 502, "upstream-unreachable"],
		["speaks no TLS", noTls, {}, 502, "upstream-unreachable"],
		["closes before it answers", healthy, close, 502, "upstream-unreachable"],
		["answers in no HTTP", healthy, garbage, 502, "upstream-unreachable"],
		["breaks off in its headers", healthy, halfHead, 502, "upstream-unreachable"],
		["answers with a status that is none", healthy, noStatus, 502, "upstream-unreachable"],
		["answers with an upgrade that nobody asked for", healthy, noUpgrade, 502, "upstream-unreachable"],
		["closes before it answers, with a time-out set", patient, close, 502, "upstream-unreachable"],
		["does not answer in time", impatient, nothing, 504, "upstream-timeout"],
	])("%s", async (_, host, answer, status, code) => {
		const ask = async (origin?: string, method?: string) => {
			const { response } = await exchange({ host, origin, method }, answer);
			if (method !== "HEAD") expectProblem(response, status, code);
			expect(response.status).toBe(status);
			return sharingOf(response);
		};
		const [allowed, denied, without, posted, head] = await Promise.all([
			ask(APP),
			ask(EVIL),
			ask(),
			ask(APP, "POST"),
			ask(APP, "HEAD"),
		]);
		expect(allowed).toEqual(sharedWithCredentials(APP));
		expect(denied).toEqual(NOT_SHARED);
		expect(without).toEqual(NOT_SHARED);
		expect(posted).toEqual(sharedWithCredentials(APP));
		expect(head).toEqual(sharedWithCredentials(APP));
	});

	test("where any origin may read, so may it the problem", async () => {
		const { response } = await exchange({ host: anyOrigin, origin: EVIL });
		expectProblem(response, 502, "upstream-unreachable");
		expect(sharingOf(response)).toEqual(SHARED_WITH_ALL);
	});

	test("a time-out is kept: not earlier, and not much later", async () => {
		const begun = performance.now();
		await exchange({ host: impatient }, nothing);
		const seconds = (performance.now() - begun) / 1000;
		expect(seconds).toBeGreaterThan(0.9);
		expect(seconds).toBeLessThan(10);
	});

	test("a time-out counts until the headers, not for the body", async () => {
		const { response } = await exchange({ host: impatient, origin: APP }, (_, response) => {
			response.write("first ");
			setTimeout(() => response.end("second"), 1500);
		});
		expect(response.status).toBe(200);
		expect(response.body.toString()).toBe("first second");
	});

	test("a time-out counts from the end of the request's body: a slow upload is the client's own time", async () => {
		for (const headers of [[["Content-Length", "10"]], []] satisfies Line[][]) {
			const { line, reached } = upstream.expect(async (request, response) => {
				response.end(await text(request));
			});
			const outgoing = { host: impatient, origin: APP, method: "PUT", headers: [...headers, line] };
			const upload = beginRequest(gateway.port(), outgoing);
			upload.write("first");
			await sleep(1600);
			upload.end("after");
			const { status, stream } = await responseTo(upload);
			expect([status, await text(stream)]).toEqual([200, "firstafter"]);
			expect(only(reached).all("content-length")).toEqual(headers.length > 0 ? ["10"] : []);
		}
	});

	test("a time-out is kept behind an upload too", async () => {
		const { response } = await exchange({ host: impatient, origin: APP, method: "PUT", body: "x" }, nothing);
		expectProblem(response, 504, "upstream-timeout");
	});

	test("an upload that is answered before its end is not cut by the time-out", async () => {
		const { line } = upstream.expect(async (request, response) => {
			response.write("early ");
			await text(request);
			setTimeout(() => response.end("late"), 1300);
		});
		const headers: Line[] = [["Content-Length", "2"], line];
		const upload = beginRequest(gateway.port(), { host: impatient, method: "PUT", headers });
		upload.write("a");
		const { stream } = await responseTo(upload);
		upload.end("b");
		expect(await text(stream)).toBe("early late");
	});

	test("each is one line of the log, with its reason and without a query", async () => {
		await exchange({ host: told, path: "/v1/odd?token=secret" }, noStatus);
		const logged = () => gateway.output().includes('"path":"/v1/odd"');
		await expect.poll(logged).toBe(true);
		const line = /^\{"event":"upstream-failed".*"path":"\/v1\/odd".*\}$/m.exec(gateway.output())?.[0] ?? "";
		expect(JSON.parse(line)).toEqual({
			event: "upstream-failed",
			code: "upstream-unreachable",
			hostname: told,
			method: "GET",
			path: "/v1/odd",
			ray: "",
			reason: "it answered with the status 999, which cannot be passed on",
		});
		expect(gateway.output()).not.toContain("secret");
	});

	test("a time-out ends the request to the upstream", async () => {
		const closed = Promise.withResolvers<void>();
		await exchange({ host: impatient }, (request) => request.socket.on("close", closed.resolve));
		await closed.promise;
	});

	test("the next request finds the upstream well again", async () => {
		await exchange({ host: healthy }, garbage);
		const { response } = await exchange({ host: healthy, origin: APP });
		expect(response.body.toString()).toBe("hello");
	});
});

test("a request without the client certificate that is wanted is a problem", async () => {
	const { response, reached } = await exchange({ host: certified, origin: APP });
	expectProblem(response, 403, "client-certificate-required");
	expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	expect(reached).toEqual([]);
	const denied = await exchange({ host: certified, origin: EVIL });
	expectProblem(denied.response, 403, "client-certificate-required");
	expect(sharingOf(denied.response)).toEqual(NOT_SHARED);
});

test.each([
	["unknown-tenant", "unknown.test", 404],
	["tenant-unavailable", "no-json.test", 503],
	["upstream-unreachable", refused, 502],
	["client-certificate-required", certified, 403],
])("the problem %s has no body for HEAD", async (_, host, status) => {
	const answer = await sendBytes(
		gateway.port(),
		`HEAD / HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${APP}\r\nConnection: close\r\n\r\n`,
	);
	expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
	expect(answer.split("\r\n\r\n").slice(1)).toEqual([""]);
});
