/** Owns the proof that whoever agrees to a change has been told what of it decides who may read. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { accessChanges } from "../../src/cli/changes/access-changes.ts";
import { MAX_SHOWN_HOSTS, MAX_SHOWN_ORIGINS } from "../../src/cli/changes/change-words.ts";
import type { TenantFolder } from "../../src/cli/files/folder.ts";
import { readTenantFile } from "../../src/cli/files/tenant-file.ts";
import { readServices } from "../../src/cli/kv/config.ts";
import { withPushWarnings } from "../../src/cli/push/push-warnings.ts";
import { createTerminal } from "../../src/cli/shell/terminal.ts";
import { cordon, folder, memoryKv, streamsOf } from "./harness.ts";

const EVIL = "https://evil.example";
const many = (count: number) => Array.from({ length: count }, (_, index) => `https://a${index}.example`);
const kvOf = (document: unknown) =>
	memoryKv(new Map(document === undefined ? [] : [["tenant:a.com", JSON.stringify(document)]]));
const folderOf = (document: object) => folder({ "a.json": { hosts: ["a.com"], ...document } });

describe.each(["diff", "push"])("%s names", (command) => {
	const show = async (before: unknown, after: object) => {
		const flags = command === "push" ? ["--yes"] : [];
		const { out, err } = await cordon([command, folderOf(after), "--local", ...flags], { kv: kvOf(before) });
		expect(err.replaceAll(/Writing .*\n?/g, "")).toBe("");
		return out.split("\n").slice(1);
	};

	test("an origin that comes with a change of thousands of lines, before it", async () => {
		const before = { cors: { origins: ["https://a.example"], exposedHeaders: [] } };
		const noise = Array.from({ length: 900 }, (_, index) => `X-Noise-${index}`);
		const lines = await show(before, {
			cors: { exposedHeaders: noise, origins: ["https://a.example", EVIL] },
		});
		expect(lines.slice(0, 2)).toEqual(["    allows:", `      + ${EVIL}`]);
		expect(lines.some((line) => line.startsWith("    … and "))).toBe(true);
	});

	test("every origin of a tenant that is new, however long its document is", async () => {
		const lines = await show(undefined, {
			cors: {
				exposedHeaders: Array.from({ length: 200 }, (_, i) => `X-${i}`),
				origins: ["https://a.example", EVIL],
			},
		});
		expect(lines.slice(0, 3)).toEqual(["    allows:", "      + https://a.example", `      + ${EVIL}`]);
	});

	test("the widest of a hundred thousand new origins, some hundred, and how many more there are", async () => {
		const origins = [...many(99_997), "https://*.z.example", { directory: "customers" }];
		const lines = await show({ cors: { origins: [] } }, { cors: { origins } });
		expect(lines.slice(0, 4)).toEqual([
			"    allows:",
			"      + https://*.z.example",
			"      + directory customers",
			"      + https://a0.example",
		]);
		expect(lines[MAX_SHOWN_ORIGINS + 1]).toBe("      … and 99,699 more; cordon diff --json has them all");
	});

	test("settings that let more in, routes and policies", async () => {
		const before = {
			upstream: "https://old.example",
			cors: { origins: ["https://a.example"] },
			routes: [{ path: "/gone", cors: { origins: [EVIL] } }],
			mode: "report",
		};
		const lines = await show(before, {
			upstream: "https://new.example",
			cors: { origins: ["http://a.example"], credentials: true, dangerouslyAllowInsecureOrigins: true },
			routes: [{ path: "/public/*", cors: { origins: "*" } }],
		});
		expect(lines.slice(0, 11)).toEqual([
			"    upstream: https://old.example → https://new.example",
			"    mode: report → enforce",
			"    credentials: false → true",
			"    dangerouslyAllowInsecureOrigins: false → true",
			"    allows:",
			"      + http://a.example",
			"    no longer allows:",
			"      - https://a.example",
			"    route /public/*: allows:",
			'      + "*": every origin',
			"    route /gone: no longer allows:",
		]);
	});

	test("what a tenant that is new has set, without what it was before", async () => {
		const lines = await show(undefined, { cors: { origins: [], credentials: true }, mode: "report" });
		expect(lines.slice(0, 2)).toEqual(["    mode: report", "    credentials: true"]);
	});

	test("that a tenant was closed", async () => {
		const lines = await show({ closed: true }, { cors: { origins: ["https://a.example"] } });
		expect(lines.slice(0, 3)).toEqual([
			"    closed: true → false",
			"    allows:",
			"      + https://a.example",
		]);
	});
});

test("push names the origins of a tenant that is deleted", async () => {
	const kv = memoryKv(new Map([["tenant:old.com", JSON.stringify({ cors: { origins: [EVIL] } })]]));
	const { out } = await cordon(["push", folderOf({ cors: { origins: [] } }), "--local", "--yes", "--prune"], {
		kv,
	});
	expect(out).toContain(`- only in KV old.com (to be deleted)\n    no longer allows:\n      - ${EVIL}\n`);
});

test("hosts with the same change are named up to a bound, with how many more there are", async () => {
	const hosts = Array.from({ length: MAX_SHOWN_HOSTS + 5 }, (_, index) => `h${1000 + index}.com`);
	const directory = folder({ "a.json": { hosts, cors: { origins: [] } } });
	const { out } = await cordon(["diff", directory, "--local"], { kv: kvOf(undefined) });
	expect(out).toContain(", h1099.com and 5 other hosts (cordon diff --json has them all) (");
});

describe("what decides who may read", () => {
	test("is found in every form of a document", () => {
		const list = [{ origins: ["https://a.example"], credentials: true }, { origins: "*" }];
		expect(accessChanges({ cors: { origins: ["https://a.example"] } }, { cors: list })).toEqual([
			{ kind: "setting", place: "policy 1", name: "credentials", before: "false", after: "true" },
			{ kind: "allowed", place: "policy 2", entries: ['"*": every origin'] },
		]);
		expect(accessChanges({ cors: { origins: [] }, upstream: { service: "API" } }, { closed: true })).toEqual([
			{ kind: "setting", place: "", name: "closed", before: "false", after: "true" },
			{ kind: "setting", place: "", name: "upstream", before: "service API", after: "along its own route" },
		]);
		const route = (mode: string) => ({ routes: [{ path: "/x", mode, cors: { origins: [] } }] });
		expect(accessChanges(route("enforce"), route("report"))).toEqual([
			{ kind: "setting", place: "route /x", name: "mode", before: "enforce", after: "report" },
		]);
	});

	test("is found in what was never checked, and nothing of it is passed over", () => {
		const odd = { cors: { origins: [1, null, { directory: 2 }, EVIL] }, routes: [1, { cors: 2 }, null] };
		expect(accessChanges(undefined, odd)).toEqual([
			{ kind: "allowed", place: "", entries: ["1", "null", '{"directory":2}', EVIL] },
		]);
		const twice = {
			routes: [
				{ path: "/x", cors: { origins: ["https://a.example"] } },
				{ path: "/x", cors: { origins: [EVIL] } },
			],
		};
		expect(accessChanges(undefined, twice)).toEqual([
			{ kind: "allowed", place: "route /x", entries: ["https://a.example", EVIL] },
		]);
		for (const value of [null, 1, "x", [], [[]]]) expect(accessChanges(value, value)).toEqual([]);
	});
});

describe("push warns", () => {
	const folderWith = (value: unknown): TenantFolder => ({
		tenants: new Map(),
		files: [{ ...readTenantFile("a.json", JSON.stringify(value)), value }],
	});
	const warnings = async (value: unknown, services: readonly string[] | undefined = []) => {
		const { files } = await withPushWarnings(folderWith(value), async () => services && new Set(services));
		return files.flatMap((file) => file.warnings.map(({ finding }) => `${finding.code} ${finding.pointer}`));
	};

	test("of a document that closes its tenant", async () => {
		expect(await warnings({ closed: true })).toEqual(["closes-tenant /closed"]);
		expect(await warnings({ closed: false })).toEqual([]);
	});

	test("of a service that nothing binds, and of nothing where that cannot be told", async () => {
		const document = { upstream: { service: "API" } };
		expect(await warnings(document)).toEqual(["unbound-service /upstream/service"]);
		expect(await warnings(document, ["OTHER"])).toEqual(["unbound-service /upstream/service"]);
		expect(await warnings(document, ["OTHER", "API"])).toEqual([]);
		const { files } = await withPushWarnings(folderWith(document), async () => undefined);
		expect(files.flatMap(({ warnings }) => warnings)).toEqual([]);
	});

	test("of a cookie domain that does not cover a host of the file", async () => {
		const tell = (domain: string, ...hosts: string[]) =>
			warnings({ cors: { origins: [] }, cookies: { domain }, hosts });
		const code = "cookie-domain-of-other-hosts /cookies/domain";
		expect(await tell("acme.com", "acme.com", "api.acme.com", "*.acme.com")).toEqual([]);
		expect(await tell("remove", "api.other.com")).toEqual([]);
		expect(await tell("acme.com", "api.acme.com", "api.other.com")).toEqual([code]);
		expect(await tell("api.acme.com", "*.acme.com")).toEqual([code]);
		expect(await tell("acme.com", "evilacme.com")).toEqual([code]);
	});

	test("by what the configuration says, section by section", async () => {
		const bound = (section: string) => `[[${section}kv_namespaces]]\nbinding = "TENANTS"\n`;
		const directory = folder({
			"wrangler.toml": `name = "x"\n${bound("")}[[services]]\nbinding = "API"\nservice = "api"\n[env.staging]\n${bound("env.staging.")}[[env.staging.services]]\nbinding = "STAGING"\nservice = "s"\n`,
			"bad.toml": "[[[",
		});
		const terminal = createTerminal(streamsOf("").streams);
		const config = join(directory, "wrangler.toml");
		expect(await readServices({ config, environment: undefined }, terminal)).toEqual(new Set(["API"]));
		expect(await readServices({ config, environment: "staging" }, terminal)).toEqual(new Set(["STAGING"]));
		const bad = { config: join(directory, "bad.toml"), environment: undefined };
		expect(await readServices(bad, terminal)).toBe(undefined);
	});
});
