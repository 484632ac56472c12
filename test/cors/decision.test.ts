/** Owns the proof of the table "what happens to a request". */

import { describe, expect, test } from "vitest";
import {
	type Circumstances,
	decide,
	type RequestFacts,
	type RequestKind,
	requestKind,
} from "../../src/cors/decision.ts";

describe("a request is told apart", () => {
	const facts: RequestFacts = {
		method: "GET",
		origin: "https://a.example",
		requestMethod: null,
		upgrade: null,
	};
	test.each<[string, Partial<RequestFacts>, RequestKind]>([
		["without Origin", { origin: null }, "no-origin"],
		[
			"OPTIONS with Origin and Access-Control-Request-Method",
			{ method: "OPTIONS", requestMethod: "PUT" },
			"preflight",
		],
		["OPTIONS with Origin alone", { method: "OPTIONS" }, "actual"],
		[
			"OPTIONS with Access-Control-Request-Method alone",
			{ method: "OPTIONS", origin: null, requestMethod: "PUT" },
			"no-origin",
		],
		["GET with Access-Control-Request-Method", { requestMethod: "PUT" }, "actual"],
		["a WebSocket handshake, in any case", { upgrade: "WebSocket" }, "websocket"],
		["another upgrade", { upgrade: "h2c" }, "actual"],
		["POST with an upgrade", { method: "POST", upgrade: "websocket" }, "actual"],
	])("%s", (_, change, kind) => {
		expect(requestKind({ ...facts, ...change })).toBe(kind);
	});
});

describe("what is done", () => {
	const ALLOWED = { allowed: true, reason: "listed", entry: "https://a.example", policy: 0 } as const;
	const DENIED = { allowed: false, reason: "not-listed" } as const;
	const none: Circumstances = { anyOrigin: false, ownOrigin: false, rejectDenied: false };
	test.each<
		[RequestKind, typeof ALLOWED | typeof DENIED | undefined, Partial<Circumstances>, string, boolean]
	>([
		["preflight", ALLOWED, {}, "answer-preflight", true],
		["preflight", DENIED, {}, "refuse", false],
		["preflight", DENIED, { ownOrigin: true }, "refuse", false],
		["actual", ALLOWED, { rejectDenied: true }, "forward", true],
		["actual", DENIED, {}, "forward", false],
		["actual", DENIED, { rejectDenied: true }, "refuse", false],
		["actual", DENIED, { rejectDenied: true, ownOrigin: true }, "forward", false],
		["websocket", ALLOWED, {}, "forward", true],
		["websocket", DENIED, {}, "refuse", false],
		["websocket", DENIED, { ownOrigin: true }, "forward", false],
		["no-origin", undefined, { rejectDenied: true }, "forward", false],
		["no-origin", undefined, { anyOrigin: true }, "forward", true],
		["no-origin", DENIED, {}, "refuse", false],
	])("%s, %j, %j: %s, shared %s", (kind, origin, circumstances, action, share) => {
		expect(decide(kind, origin, { ...none, ...circumstances })).toEqual({ action, share });
	});
});
