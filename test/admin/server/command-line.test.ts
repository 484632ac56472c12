/** Owns the proof that the command line goes through the control plane, and overwrites nobody's edit. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { openControlPlane } from "../../../src/cli/kv/control-plane.ts";
import { cordon, folder } from "../../cli/harness.ts";
import { type Plane, startPlane, TOKENS } from "../../console/plane.ts";

const DOCUMENT = { cors: { origins: ["https://app.acme.com"], credentials: true } };
let plane: Plane;

beforeAll(async () => {
	plane = await startPlane();
	process.env["CORDON_TOKEN"] = TOKENS.writer;
});
afterAll(async () => {
	delete process.env["CORDON_TOKEN"];
	await plane?.stop();
});

const run = (...argv: readonly string[]) =>
	cordon([...argv, "--api", plane.address], { kv: openControlPlane(plane.address) });

test("push, diff, pull, history and rollback go through it", async () => {
	const directory = folder({ "a.json": { hosts: ["api.acme.com", "*.acme.com"], ...DOCUMENT } });
	expect(await run("push", directory, "--yes")).toMatchObject({ code: 0 });
	expect(await (await plane.ask("tenants/api.acme.com")).json()).toEqual(DOCUMENT);
	expect(await run("diff", directory)).toMatchObject({ code: 0 });
	const changed = folder({ "a.json": { hosts: ["api.acme.com"], cors: { origins: [] } } });
	expect(await run("diff", changed)).toMatchObject({ code: 1 });
	expect(await run("push", changed, "--yes")).toMatchObject({ code: 0 });
	const { code, out } = await run("history", "api.acme.com");
	expect(code).toBe(0);
	expect(out.split("\n")).toHaveLength(2);
	expect(out).toContain("by writer");
	expect(await run("rollback", "api.acme.com", "1", "--yes")).toMatchObject({ code: 0 });
	expect(await (await plane.ask("tenants/api.acme.com")).json()).toEqual(DOCUMENT);
	const pulled = folder();
	expect(await run("pull", pulled, "--yes")).toMatchObject({ code: 0 });
	expect(await run("diff", pulled)).toMatchObject({ code: 0 });
});

test("what somebody else has written since it was read is left as it is", async () => {
	await plane.put("edited.acme.com", DOCUMENT);
	const kv = openControlPlane(plane.address);
	await kv.get(["tenant:edited.acme.com"]);
	const etag = (await plane.ask("tenants/edited.acme.com")).headers.get("etag") ?? "";
	const theirs = { cors: { origins: ["https://theirs.acme.com"] } };
	await plane.ask("tenants/edited.acme.com", {
		method: "PUT",
		body: JSON.stringify(theirs),
		headers: { "if-match": etag },
		token: TOKENS.colleague,
	});
	const mine = kv.put([{ key: "tenant:edited.acme.com", value: JSON.stringify({ cors: { origins: [] } }) }]);
	await expect(mine).rejects.toThrow("edited.acme.com was changed by somebody else");
	expect(await (await plane.ask("tenants/edited.acme.com")).json()).toEqual(theirs);
});

test("origin directories go through it", async () => {
	const origins = Array.from({ length: 30 }, (_, index) => `https://shop-${index}.example`);
	expect(await run("origins", "add", "customers", ...origins)).toMatchObject({ code: 0 });
	expect(await run("origins", "remove", "customers", origins[0] ?? "")).toMatchObject({ code: 0 });
	const { out } = await run("origins", "list", "customers");
	expect(out).not.toContain("https://shop-0.example");
	expect(out).toContain("https://shop-29.example");
});

test.each([
	["a token that is not known", "nonsense", "401"],
	["no token", "", "CORDON_TOKEN"],
])("with %s nothing is done, and it says why", async (_, token, words) => {
	process.env["CORDON_TOKEN"] = token;
	const { code, err } = await cordon(["history", "api.acme.com", "--api", plane.address]);
	expect([code, err.includes(words)]).toEqual([2, true]);
	process.env["CORDON_TOKEN"] = TOKENS.writer;
});

test("a token is not sent in the clear over the network", async () => {
	const { code, err } = await cordon(["history", "api.acme.com", "--api", "http://admin.acme.com"]);
	expect(code).toBe(2);
	expect(err).toContain("https://");
});
