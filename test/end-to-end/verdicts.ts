/** Owns the end-to-end tests of the log: one line for each verdict that matters, and nothing secret in it. */

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Outgoing, send } from "./harness/client.ts";
import { APP, EVIL, forwardingGateway, upstream, withLines } from "./harness/stage.ts";
import type { UpstreamAnswer } from "./harness/upstream.ts";

/** A gateway that other parts ask little: a log of a busy one leaves lines out. */
const gateway = forwardingGateway;
const document = { upstream: upstream.origin, cors: { origins: [APP], credentials: true, methods: ["PUT"] } };
const enforcing = gateway.tenant("verdict.test", {
	...document,
	routes: [{ path: "/admin/*", cors: { origins: [] } }],
});
const reporting = gateway.tenant("verdict-report.test", { ...document, mode: "report" });

const OWN = `http://${enforcing}`;
const TO_LOGIN: UpstreamAnswer = { status: 302, headers: [["Location", "https://login.example/"]] };
const TO_NEXT: UpstreamAnswer = { status: 302, headers: [["Location", `${upstream.origin}/next`]] };
const SECRET = "s3cr3t";
const WAIT_SECONDS = 10;

/** The log's verdicts so far. */
function verdicts(): readonly Readonly<Record<string, unknown>>[] {
	return gateway
		.output()
		.split("\n")
		.filter((line) => line.startsWith('{"event":"cors-verdict"'))
		.map((line) => JSON.parse(line));
}

/** Sends a request full of secrets and gives the verdicts that it leaves; waits until `expected` of them are there. */
async function verdictsOf(outgoing: Outgoing, expected: number, answer: UpstreamAnswer = { status: 201 }) {
	const before = verdicts().length;
	const { line } = upstream.expect(answer);
	await send(
		gateway.port(),
		withLines(
			{ ...outgoing, path: `${outgoing.path ?? "/"}?token=${SECRET}` },
			["Cookie", `session=${SECRET}`],
			["Authorization", `Bearer ${SECRET}`],
			line,
		),
	);
	for (let i = 0; i < WAIT_SECONDS * 20 && verdicts().length < before + expected; i++) await sleep(50);
	return verdicts().slice(before);
}

describe("the log has one line", () => {
	test.each<[string, Outgoing, Readonly<Record<string, unknown>>]>([
		[
			"for a denied request",
			{ host: enforcing, origin: EVIL, method: "POST" },
			{
				hostname: enforcing,
				kind: "actual",
				mode: "enforce",
				allowed: false,
				origin: EVIL,
				method: "POST",
				status: 201,
			},
		],
		[
			"for a denied preflight, with the method that it asks for",
			{
				host: enforcing,
				origin: EVIL,
				method: "OPTIONS",
				headers: [["Access-Control-Request-Method", "PUT"]],
			},
			{ kind: "preflight", allowed: false, method: "PUT", status: 403, problem: "origin-not-allowed" },
		],
		[
			"for a request that a route denies",
			{ host: enforcing, origin: APP, path: "/admin/x" },
			{ allowed: false, route: "/admin/*", origin: APP },
		],
		[
			"for a request that report mode allows",
			{ host: reporting, origin: APP },
			{ hostname: reporting, mode: "report", allowed: true, entry: APP },
		],
		[
			"for a request that report mode would deny",
			{ host: reporting, origin: EVIL },
			{ mode: "report", allowed: false, origin: EVIL, status: 201, problem: "" },
		],
	])("%s", async (_, outgoing, verdict) => {
		const lines = await verdictsOf(outgoing, 1);
		expect(lines).toEqual([expect.objectContaining(verdict)]);
	});

	test("for an allowed request whose redirect makes the browser's origin null", async () => {
		const lines = await verdictsOf({ host: enforcing, origin: APP }, 1, TO_LOGIN);
		expect(lines).toEqual([
			expect.objectContaining({ allowed: true, status: 302, redirectTaintsOrigin: true }),
		]);
	});

	test("for a request whose answer was none, with the problem", async () => {
		const lines = await verdictsOf({ host: reporting, origin: APP }, 1, (request) =>
			request.socket.end("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"),
		);
		expect(lines).toEqual([expect.objectContaining({ status: 502, problem: "upstream-unreachable" })]);
	});

	test.each<[string, Outgoing, UpstreamAnswer?]>([
		["an allowed request whose redirect stays", { host: enforcing, origin: APP }, TO_NEXT],
		["the request's own origin, redirected anywhere", { host: enforcing, origin: OWN }, TO_LOGIN],
		["an allowed request", { host: enforcing, origin: APP }],
		["a request without Origin", { host: enforcing }],
	])("and none for %s", async (_, outgoing, answer) => {
		expect(await verdictsOf(outgoing, 0, answer)).toEqual([]);
		// A line that came late would stand before the next one.
		const next = await verdictsOf({ host: enforcing, origin: "https://next.example" }, 1);
		expect(next.map(({ origin }) => origin)).toEqual(["https://next.example"]);
	});

	test("and never a cookie, an authorization or a query string", () => {
		expect(verdicts().length).toBeGreaterThan(0);
		expect(JSON.stringify(verdicts())).not.toContain(SECRET);
	});
});
