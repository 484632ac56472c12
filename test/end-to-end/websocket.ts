/** Owns the end-to-end tests of WebSocket: the allowlist guards the handshake, the socket passes through. */

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Outgoing } from "./harness/client.ts";
import { NOT_SHARED, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import {
	APP,
	credentialedTenant,
	EVIL,
	gateway,
	only,
	tenantWith,
	upstream,
	withLines,
} from "./harness/stage.ts";
import type { Upgrade } from "./harness/upstream.ts";
import { BINARY, CLOSE, echo, shakeHands, TEXT } from "./harness/websocket.ts";

const guarded = credentialedTenant("socket.test", { originHeader: "strip" });
const timed = credentialedTenant("socket-timed.test", { upstreamTimeoutSeconds: 1 });
const open = tenantWith("socket-open.test", { origins: "*" });
const reporting = credentialedTenant("socket-reporting.test", { mode: "report" });
const routed = credentialedTenant("socket-routed.test", {
	routes: [{ path: "/public/*", cors: { origins: [EVIL] } }],
});
const baked = credentialedTenant("socket-cookies.test", { cookies: { sameSite: "None", partitioned: true } });
const certified = credentialedTenant("socket-certified.test", { clientCertificate: "require" });

/** Shakes hands through the gateway, with a case of its own. */
async function knock(outgoing: Outgoing, upgrade: Upgrade = echo()) {
	const { line, reached } = upstream.expect({}, upgrade);
	return { ...(await shakeHands(gateway.port(), withLines(outgoing, line))), reached };
}

describe("a WebSocket handshake", () => {
	test.each<[string, Outgoing]>([
		["an allowed origin", { host: guarded, origin: APP }],
		["an allowed origin, with a time-out set", { host: timed, origin: APP }],
		["no Origin, which no browser sends", { host: guarded }],
		["the request's own origin", { host: guarded, origin: `http://${guarded}` }],
		["the request's own origin on a port", { host: `${guarded}:8443`, origin: `http://${guarded}:8443` }],
		["any origin where any is allowed", { host: open, origin: EVIL }],
		["null where any origin is allowed", { host: open, origin: "null" }],
		["an origin that the route allows", { host: routed, origin: EVIL, path: "/public/feed" }],
		["a denied origin in report mode", { host: reporting, origin: EVIL }],
	])("from %s passes, and the socket echoes text and binary", async (_, outgoing) => {
		const { head, end, reached, close } = await knock(outgoing);
		expect(head.status).toBe(101);
		expect(only(reached).all("origin")).toEqual(outgoing.origin === undefined ? [] : [outgoing.origin]);
		end?.send(TEXT, "grüezi");
		expect(await end?.next()).toEqual({ opcode: TEXT, payload: Buffer.from("grüezi") });
		const bytes = randomBytes(70_000);
		end?.send(BINARY, bytes);
		const echoed = await end?.next();
		expect(echoed?.opcode).toBe(BINARY);
		expect(echoed?.payload.equals(bytes)).toBe(true);
		close();
	});

	test.each<[string, Outgoing]>([
		["a denied origin", { host: guarded, origin: EVIL }],
		["null", { host: guarded, origin: "null" }],
		["an origin that the route does not allow", { host: routed, origin: APP, path: "/public/feed" }],
	])("from %s is refused before the upstream", async (_, outgoing) => {
		const { head, end, reached, close } = await knock(outgoing);
		expect(head.status).toBe(403);
		expect(end).toBeUndefined();
		expect(reached).toEqual([]);
		expect(sharingOf(head)).toEqual(NOT_SHARED);
		expect(head.header("content-type")).toBe("application/problem+json");
		close();
	});

	test("passes the subprotocol and the upstream's headers, and both sides can close", async () => {
		const { head, end, reached, close } = await knock(
			{ host: guarded, origin: APP, headers: [["Sec-WebSocket-Protocol", "chat.v2, chat.v1"]] },
			echo("Sec-WebSocket-Protocol: chat.v2", "X-Served-By: one", "Set-Cookie: a=1", "Set-Cookie: b=2"),
		);
		expect(only(reached).all("sec-websocket-protocol")).toEqual(["chat.v2, chat.v1"]);
		expect(head.header("sec-websocket-protocol")).toBe("chat.v2");
		expect(head.header("x-served-by")).toBe("one");
		expect(head.all("set-cookie")).toEqual(["a=1", "b=2"]);
		// No CORS check follows a handshake, so there is nothing to add either.
		expect(sharingOf(head)).toEqual([]);
		end?.send(CLOSE, Buffer.from([0x03, 0xe8]));
		expect(await end?.next()).toEqual({ opcode: CLOSE, payload: Buffer.from([0x03, 0xe8]) });
		close();
	});

	test("has its cookies made fit for cross-site use where the tenant asks for it, and the socket still echoes", async () => {
		for (const origin of [APP, undefined]) {
			const { head, end, close } = await knock(
				{ host: baked, origin, headers: [["Sec-WebSocket-Protocol", "chat.v2"]] },
				echo(
					"Sec-WebSocket-Protocol: chat.v2",
					"X-Served-By: one",
					"Set-Cookie: a=1; SameSite=Lax",
					"Set-Cookie: b=2",
				),
			);
			expect(head.status).toBe(101);
			expect(head.all("set-cookie")).toEqual([
				"a=1; SameSite=None; Secure; Partitioned",
				"b=2; SameSite=None; Secure; Partitioned",
			]);
			expect(head.header("sec-websocket-protocol")).toBe("chat.v2");
			expect(head.header("x-served-by")).toBe("one");
			end?.send(TEXT, "still a socket");
			expect((await end?.next())?.payload.toString()).toBe("still a socket");
			close();
		}
	});

	test("outlives the upstream's time-out, which ends with the handshake", async () => {
		const { end, close } = await knock({ host: timed, origin: APP });
		await sleep(1500);
		end?.send(TEXT, "still here");
		expect((await end?.next())?.payload.toString()).toBe("still here");
		close();
	});

	test.each([
		[APP, sharedWithCredentials(APP)],
		[undefined, NOT_SHARED],
	])("that the upstream refuses is a response like any other, from %s", async (origin, sharing) => {
		const refuse: Upgrade = (_, socket) =>
			socket.end(
				"HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\nAccess-Control-Allow-Origin: *\r\nX-Why: no\r\n\r\nno...",
			);
		const { head, end, body, reached, close } = await knock({ host: guarded, origin }, refuse);
		expect(head.status).toBe(401);
		expect(end).toBeUndefined();
		expect(reached.length).toBe(1);
		expect(sharingOf(head)).toEqual(sharing);
		expect(head.header("x-why")).toBe("no");
		expect((await body()).toString()).toBe("no...");
		close();
	});

	test("without the client certificate that is wanted is refused", async () => {
		const { head, reached, close } = await knock({ host: certified, origin: APP });
		expect(head.status).toBe(403);
		expect(sharingOf(head)).toEqual(sharedWithCredentials(APP));
		expect(reached).toEqual([]);
		close();
	});
});
