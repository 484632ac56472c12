/** Owns the proof of the request path as a whole where no socket is needed: paths, faults, ways out. */

import { describe, expect, test } from "vitest";
import { API, setUp, sharing } from "./world.ts";

const APP = "https://app.example.com";
const ADMIN = "https://admin.example.com";

const PREFLIGHT = { method: "OPTIONS", headers: { "access-control-request-method": "PUT" } };

describe("a path that the API may read as another route's", () => {
	const document = {
		upstream: "https://api.internal",
		cors: { origins: [APP], credentials: true },
		routes: [
			{ path: "/admin/*", cors: { origins: [ADMIN], credentials: true } },
			{ path: "/public/*", cors: { origins: "*" } },
		],
	};

	test("is shared with nobody, and the API is asked all the same", async () => {
		const { ask, verdicts, reached } = setUp({ document });
		for (const origin of [APP, ADMIN]) {
			const response = await ask("/%61dmin/x", { origin });
			expect(response.status).toBe(200);
			expect(sharing(response)).toEqual(["vary: Origin"]);
		}
		expect(verdicts.map(({ allowed, reason, route }) => [allowed, reason, route])).toEqual([
			[false, "ambiguous-path", ""],
			[false, "ambiguous-path", ""],
		]);
		expect(reached.map(({ url }) => url)).toEqual(Array(2).fill("https://api.internal/%61dmin/x"));
	});

	test("is refused to preflights and handshakes", async () => {
		const { ask, reached } = setUp({ document });
		for (const init of [PREFLIGHT, { headers: { upgrade: "websocket" } }]) {
			const response = await ask("//admin/x", { ...init, origin: APP });
			expect(response.status).toBe(403);
			expect(await response.json()).toMatchObject({ code: "origin-not-allowed" });
			expect(response.headers.get("access-control-allow-origin")).toBeNull();
		}
		expect(reached).toEqual([]);
	});

	test("is not shared with a request without Origin, though the path as it stands is open to all", async () => {
		const { ask } = setUp({ document });
		expect(sharing(await ask("/public/..%2fadmin/x"))).toEqual(["vary: Origin"]);
		expect(sharing(await ask("/public/x"))).toEqual([
			"access-control-allow-origin: *",
			"timing-allow-origin: *",
		]);
		expect(sharing(await ask("/public/..%2fadmin/x", { origin: APP }))).toEqual(["vary: Origin"]);
	});

	test("is refused where denied requests are rejected, but never to the API's own pages", async () => {
		const { ask } = setUp({ document: { ...document, deniedRequests: "reject" } });
		expect((await ask("/ADMIN", { origin: APP })).status).toBe(403);
		expect((await ask("/ADMIN", { origin: ADMIN })).status).toBe(403);
		const own = await ask("/ADMIN", { origin: API });
		expect(own.status).toBe(200);
		expect(sharing(own)).toEqual(["vary: Origin"]);
		expect((await ask("/ADMIN")).status).toBe(200);
	});

	test("is recorded and left alone in report mode", async () => {
		const { ask, verdicts } = setUp({ document: { ...document, mode: "report" } });
		const response = await ask("/admin;x/y", { origin: APP });
		expect(sharing(response)).toEqual([
			"access-control-allow-credentials: true",
			`access-control-allow-origin: ${APP}`,
			"timing-allow-origin: *",
		]);
		expect(verdicts).toMatchObject([{ allowed: false, reason: "ambiguous-path", mode: "report" }]);
	});

	test("is its own where the document has no routes", async () => {
		const { ask } = setUp({ document: { ...document, routes: [] } });
		expect(sharing(await ask("/%61dmin/x", { origin: APP }))).toContain(
			`access-control-allow-origin: ${APP}`,
		);
	});
});

describe("a fault of Cordon's own", () => {
	const document = { upstream: "https://api.internal", cors: { origins: [APP], credentials: true } };
	const answer = async () => {
		const broken = new Response("body");
		Object.defineProperty(broken, "webSocket", {
			get() {
				throw new Error("broken at https://api.internal/v1/items?token=secret");
			},
		});
		return broken;
	};

	test("is a problem that an allowed page can read, and nobody else", async () => {
		const { ask } = setUp({ document, answer });
		const allowed = await ask("/v1", { origin: APP });
		expect(allowed.status).toBe(500);
		expect(await allowed.json()).toMatchObject({ code: "internal-error" });
		expect(sharing(allowed)).toEqual([
			"access-control-allow-credentials: true",
			`access-control-allow-origin: ${APP}`,
			"vary: Origin",
		]);
		expect(sharing(await ask("/v1", { origin: "https://evil.example" }))).toEqual(["vary: Origin"]);
	});

	test("is told to the operator with the request, without its query and without any URL", async () => {
		const { ask, faults } = setUp({ document, answer });
		await ask("/v1/items?token=secret", { method: "DELETE", headers: { "cf-ray": "8f3a2b1c4d5e6f70-FRA" } });
		expect(faults).toEqual([
			{
				event: "internal-error",
				code: "internal-error",
				hostname: "api.example.com",
				method: "DELETE",
				path: "/v1/items",
				ray: "8f3a2b1c4d5e6f70-FRA",
				reason: "broken at https://…",
				stack: expect.stringContaining("broken at https://…"),
			},
		]);
		expect(JSON.stringify(faults)).not.toContain("secret");
	});
});

describe("a problem", () => {
	const document = { upstream: "https://api.internal", cors: { origins: [APP] } };

	test("has a page that a person can open, and the edge's id of the request", async () => {
		const { ask } = setUp({ document });
		const response = await ask("/", { ...PREFLIGHT, origin: "https://evil.example" });
		expect(await response.json()).toEqual({
			type: "https://unpkg.com/cordon/docs/errors.md#origin-not-allowed",
			title: "Origin not allowed",
			status: 403,
			code: "origin-not-allowed",
			detail: expect.stringMatching(
				/ npx cordon doctor https:\/\/api\.example\.com\/ --origin https:\/\/evil\.example --method PUT$/,
			),
		});
		const headers = { ...PREFLIGHT.headers, "cf-ray": "8f3a2b1c4d5e6f70" };
		const known = await ask("/", { ...PREFLIGHT, headers, origin: "https://evil.example" });
		expect(await known.json()).toMatchObject({ instance: "urn:ray:8f3a2b1c4d5e6f70" });
	});

	test.each([
		["/a?token=secret", "https://evil.example", "https://api.example.com/a --origin https://evil.example"],
		["/a$(id)';x", "null", "'https://api.example.com/a$(id)%27;x' --origin '<origin>'"],
		["/a", "https://evil.example';id'", "https://api.example.com/a --origin '<origin>'"],
		[`/${"a".repeat(400)}`, "https://evil.example", "https://api.example.com/ --origin https://evil.example"],
	])("of %j for %j tells a command that is safe to paste", async (target, origin, command) => {
		const { ask } = setUp({ document });
		const { detail } = await (await ask(target, { ...PREFLIGHT, origin })).json<{ detail: string }>();
		expect(detail.slice(detail.indexOf("doctor ") + 7)).toBe(`${command} --method PUT`);
	});

	test("has no id where a client made one up", async () => {
		const { ask } = setUp({ document });
		const headers = { "cf-ray": '"><script>' };
		const response = await ask("https://other.example/", { headers });
		expect(await response.json()).not.toHaveProperty("instance");
	});
});

describe("a way out", () => {
	const cors = { origins: [APP] };

	test("through a service binding has the request's own URL", async () => {
		const { ask, reached } = setUp({ document: { upstream: { service: "API" }, cors }, services: ["API"] });
		expect((await ask("/a?b", { origin: APP })).status).toBe(200);
		expect(reached.map(({ url }) => url)).toEqual(["https://api.example.com/a?b"]);
	});

	test("through a service binding that is not there is unreachable, and its name is logged", async () => {
		const { ask, faults } = setUp({ document: { upstream: { service: "API" }, cors }, services: ["OTHER"] });
		const response = await ask("/", { origin: APP });
		expect(response.status).toBe(502);
		expect(await response.json()).toMatchObject({ code: "upstream-unreachable" });
		expect(sharing(response)).toEqual([`access-control-allow-origin: ${APP}`, "vary: Origin"]);
		expect(faults).toMatchObject([{ event: "upstream-failed", reason: expect.stringContaining("API") }]);
	});

	test("tells the API the public host, with an upstream, without one, and where it is the public host itself", async () => {
		for (const upstream of ["https://api.internal", undefined, API]) {
			const { ask, reached } = setUp({ document: { upstream, cors } });
			await ask("/", { headers: { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" } });
			const [request] = reached;
			expect(request?.headers.get("x-forwarded-host")).toBe("api.example.com");
			expect(request?.headers.get("x-forwarded-proto")).toBe("https");
			expect(request?.headers.get("forwarded")).toBeNull();
		}
	});
});

describe("an unknown host that is let through", () => {
	const world = { document: undefined, forwardUnknownHosts: true };
	const OTHER = "https://other.example/a?b";

	test("reaches its own route with nothing changed but CDN-Loop", async () => {
		const { ask, reached } = setUp(world);
		const response = await ask(OTHER, { origin: APP, headers: { "x-forwarded-host": "x", "cdn-loop": "a" } });
		expect(response.headers.get("access-control-allow-origin")).toBe(APP);
		const [request] = reached;
		expect(request?.url).toBe(OTHER);
		expect(request?.headers.get("cdn-loop")).toBe("a, cordon");
		expect(request?.headers.get("x-forwarded-host")).toBe("x");
	});

	test.each(["cordon", 'x; p="'])("is a loop where CDN-Loop says so: %s", async (cdnLoop) => {
		const { ask, reached, faults } = setUp(world);
		const response = await ask(OTHER, { headers: { "cdn-loop": cdnLoop } });
		expect(response.status).toBe(508);
		expect(reached).toEqual([]);
		expect(faults).toMatchObject([{ event: "loop-detected", hostname: "other.example", path: "/a" }]);
	});

	test("is unreachable where it cannot be reached, and that is told", async () => {
		const { ask, faults } = setUp({ ...world, answer: () => Promise.reject(new Error("refused")) });
		const response = await ask(OTHER, { origin: APP });
		expect(response.status).toBe(502);
		expect(await response.json()).toMatchObject({ code: "upstream-unreachable" });
		expect(faults).toMatchObject([
			{ event: "upstream-failed", hostname: "other.example", reason: "refused" },
		]);
	});
});

test("a hostname without a tenant is named in its 404, so that a wrong Host shows", async () => {
	const { ask } = setUp({ document: { cors: { origins: [] } } });
	const response = await ask("https://other.example.com/");
	expect(await response.json()).toMatchObject({
		code: "unknown-tenant",
		detail: expect.stringContaining('"other.example.com"'),
	});
});

test("a request whose tenant cannot be read is counted", async () => {
	const { ask, unavailable } = setUp({ document: { cors: { origins: [] } }, broken: ["tenant:"] });
	await ask("/", { origin: "https://app.example.com" });
	expect(unavailable).toEqual([
		{ hostname: "api.example.com", origin: "https://app.example.com", method: "GET", status: 503 },
	]);
});
