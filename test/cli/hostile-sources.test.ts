/** Owns the proof that files which somebody else wrote end in bounded time and memory: in findings, or in a plain refusal. */

import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createJsonStream } from "../../src/cli/learn/json-stream.ts";
import { createVisitors, deniedBy } from "../../src/cli/learn/visitors.ts";
import { domainsOf, kindOf } from "../../src/cli/learn/what-it-is.ts";
import { judgeHar } from "../../src/doctor/har.ts";
import { parseTenant } from "../../src/tenants/tenant.ts";
import { cordon, folder } from "./harness.ts";

const times = <T>(count: number, make: (index: number) => T) =>
	Array.from({ length: count }, (_, i) => make(i));
/** For a machine with much other work; what was worse than linear took minutes, or ended in a stack. */
const ENOUGH_MILLISECONDS = 60_000;

function file(name: string, content: unknown): string {
	const path = join(folder(), name);
	writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
	return path;
}

async function within<T>(work: () => T | Promise<T>): Promise<T> {
	const begun = performance.now();
	const result = await work();
	expect(performance.now() - begun).toBeLessThan(ENOUGH_MILLISECONDS);
	return result;
}

describe("an entry or a path that is a thicket", () => {
	const origins = (...list: string[]) => JSON.stringify({ cors: { origins: list } });

	test.each([
		["of groups", origins(`^${"(a)".repeat(20_000)}$`)],
		["of open brackets, a thousand times", origins(...times(1000, (i) => `^${i}${"[".repeat(3000)}`))],
		["of alternatives", origins(`^${"(a|b)".repeat(20_000)}$`)],
		[
			"of stars",
			JSON.stringify({
				cors: { origins: [] },
				routes: times(1000, (i) => ({ path: `/${i}${"/*".repeat(1000)}x`, cors: { origins: [] } })),
			}),
		],
	])("%s is a finding", async (_, text) => {
		const result = await within(() => parseTenant(text));
		expect(result.ok).toBe(false);
	});
});

describe("validate", { timeout: 4 * ENOUGH_MILLISECONDS }, () => {
	test("names the whole document where a place would be megabytes, and 2,000 keys stand twice there", async () => {
		const text = `{"${"k".repeat(3_000_000)}":{${times(2000, () => '"a":1').join()}},"cors":{"origins":[]}}`;
		const { code, out } = await within(() => cordon(["validate", file("a.json", text), "--json"]));
		expect(code).toBe(1);
		expect(out.length).toBeLessThan(10_000_000);
		expect(JSON.parse(out).errors[0]).toMatchObject({ code: "repeated-key", pointer: "" });
	});

	test("--fix corrects thousands of entries of one long line, and says what is left", async () => {
		const path = file("a.json", {
			hosts: ["a.example"],
			cors: { origins: times(3000, (i) => `https://A${i}.example/`) },
		});
		expect((await within(() => cordon(["validate", path, "--fix"]))).code).toBe(0);
		expect(JSON.parse(readFileSync(path, "utf8")).cors.origins[2999]).toBe("https://a2999.example");
	});
});

describe("import", { timeout: 4 * ENOUGH_MILLISECONDS }, () => {
	test.each([
		[
			"a list of 100,000 in TOML",
			"a.toml",
			`[http.middlewares.m.headers]\naccessControlAllowOriginList=[${times(100_000, (i) => `"https://a${i}.example"`).join()}]`,
			2,
		],
		[
			"TOML with its texts in the other order",
			"a.toml",
			`${times(30_000, (i) => `k${i}="v${30_000 - i}"`).join("\n")}\n[http.middlewares.m.headers]\naccessControlAllowOriginList=["https://a.example"]`,
			0,
		],
		[
			"a mapping of 50,000 keys",
			"a.yml",
			`plugins:\n- {name: cors, config: {origins: [https://a.example]}}\n${times(50_000, (i) => `k${i}: v`).join("\n")}`,
			0,
		],
		[
			"4,000 plugins, each for one of 4,000 routes",
			"a.yml",
			`routes:\n${times(4000, (i) => `- {name: r${i}, hosts: [h${i}.example]}`).join("\n")}\nplugins:\n${times(4000, (i) => `- {name: cors, route: r${i}, config: {origins: [https://a.example]}}`).join("\n")}`,
			0,
		],
		[
			"4,000 services of APISIX, each for one of 4,000 routes",
			"a.yml",
			`routes:\n${times(4000, (i) => `- {uri: /r${i}, service_id: s${i}}`).join("\n")}\nservices:\n${times(4000, (i) => `- {id: s${i}, plugins: {cors: {allow_origins: "https://a.example"}}}`).join("\n")}`,
			2,
		],
		[
			"10,000 origins for each of 10,000 hosts",
			"a.yml",
			`routes:\n- {name: r, hosts: [${times(10_000, (i) => `h${i}.example`).join()}]}\nplugins:\n- {name: cors, config: {origins: [${times(10_000, (i) => `https://a${i}.example`).join()}]}}`,
			2,
		],
		["an expression of open brackets", "a.json", { origin: [`/${"(".repeat(4000)}/`] }, 1],
		["brackets that no YAML has", "a.yml", '"'.repeat(100_000), 2],
		["brackets in each other", "a.yml", "[".repeat(100_000), 2],
		["commas of Spring", "a.yml", `allowed-origins: "${"a,".repeat(200_000)}"`, 2],
		["ports of Spring that never end", "a.yml", `allowed-origins: "${":[".repeat(200_000)}"`, 1],
	])("%s", async (_, name, content, code) => {
		const ran = await within(() => cordon(["import", file(name, content), "--dry-run"]));
		expect(ran.err).not.toContain("Cordon failed");
		expect(ran.code).toBe(code);
	});

	test("parts Spring's ports from its entries", async () => {
		const spring = `allowed-origins: "https://a.example:[8080, 8081],https://b.example"`;
		const { out } = await cordon(["import", file("a.yml", spring), "--dry-run", "--json"]);
		expect(JSON.parse(out).files[0].document.cors.origins).toEqual([
			"https://a.example:8080",
			"https://a.example:8081",
			"https://b.example",
		]);
	});
});

describe("learn", { timeout: 4 * ENOUGH_MILLISECONDS }, () => {
	const verdict = (origin: string, more = {}) => ({
		...{ hostname: "api.example", origin, allowed: false, kind: "preflight", method: "DELETE" },
		...{ requestHeaders: [], reason: "not-listed", route: "", mode: "report", count: 1 },
		...{ atMilliseconds: undefined, ...more },
	});

	test("joins what 20,000 origins asked for", async () => {
		const visitors = createVisitors(() => true);
		for (let i = 0; i < 20_000; i++) visitors.add(verdict(`https://p${i}.preview.acme.com`));
		const document = { cors: { origins: ["https://*.preview.acme.com"] } };
		const denied = await within(() => deniedBy(document, visitors.groups()));
		expect(denied.map(({ what, name, count, origins }) => [what, name, count, origins.length])).toEqual([
			["method", "DELETE", 20_000, 20_000],
		]);
	});

	test("holds 20,000 strangers against the domains of 100,000 origins", async () => {
		const own = domainsOf(
			["api.acme.com"],
			times(100_000, (i) => `https://s${i}.customer${i}.com`),
		);
		const kinds = await within(() => times(20_000, (i) => kindOf(`https://evil${i}.com`, own)));
		expect(new Set(kinds)).toEqual(new Set(["other-site"]));
		expect(kindOf("https://x.customer99999.com", own)).toBe("own-subdomain");
		expect(kindOf("https://acme-login.com", own)).toBe("look-alike");
	});

	test.each([1e30, 8.7e22, -1, Number.MAX_VALUE])(
		"takes no time from a record of the time %d",
		async (timestamp) => {
			const tenant = file("t.json", { hosts: ["api.example"], cors: { origins: [] } });
			const record = { timestamp, log: { event: "cors-verdict", ...verdict("https://a.example") } };
			const ran = await cordon(["learn", tenant, "--from", file("log", record)]);
			expect([ran.code, ran.err]).toEqual([1, ""]);
			const watched = await cordon(["watch", "api.example", "--from", "-", "--json"], {
				input: JSON.stringify(record),
			});
			expect(watched.code).toBe(0);
			expect(JSON.parse(watched.out).at).toBeNull();
		},
	);

	test("refuses a value that never ends, in place of passing over what comes after it", () => {
		const stream = createJsonStream();
		stream.take("{");
		const piece = "x".repeat(16 * 1024 * 1024);
		expect(() => {
			for (let i = 0; i < 10; i++) stream.take(piece);
		}).toThrow("its brackets never close");
	});
});

describe("a recording", { timeout: 4 * ENOUGH_MILLISECONDS }, () => {
	const OPTIONS = { origin: undefined, credentials: undefined };
	const entry = (method: string, status = 200, asked?: string) => ({
		request: {
			method,
			url: "https://api.example/x",
			headers: [
				{ name: "Origin", value: "https://app.example" },
				...(asked === undefined ? [] : [{ name: "Access-Control-Request-Method", value: asked }]),
			],
		},
		response: { status, headers: [] },
	});
	const har = (entries: readonly unknown[]) => JSON.stringify({ log: { entries } });

	test("of thousands of calls of one address is judged, each with a preflight of its own", async () => {
		const calls = 2000;
		const text = har([
			...times(calls, () => entry("OPTIONS", 204, "PUT")),
			...times(calls, () => entry("PUT")),
		]);
		const result = await within(() => judgeHar(text, OPTIONS));
		expect(result.ok && result.diagnoses.length).toBe(calls);
		expect(
			result.ok && result.diagnoses.every(({ exchanges }) => exchanges[0]?.purpose === "preflight"),
		).toBe(true);
	});

	test("of more calls than are told is refused", async () => {
		const result = await within(() => judgeHar(har(times(10_001, () => entry("GET"))), OPTIONS));
		expect(result).toMatchObject({ ok: false, reason: expect.stringContaining("more than 10,000") });
	});

	test("of a million things that are no calls is told of by the first", async () => {
		const result = await within(() => judgeHar(har(times(1_000_000, () => 1)), OPTIONS));
		expect(result).toMatchObject({ ok: false, reason: expect.stringContaining("log.entries.0") });
	});
});

test("test --junit follows no link that a pull request has put there", async () => {
	const tenant = file("t.json", {
		hosts: ["api.example"],
		cors: { origins: [] },
		expect: [{ origin: "https://a.example", request: "GET /", readable: false }],
	});
	const secret = file("secret", "stays");
	const link = join(folder(), "results.xml");
	symlinkSync(secret, link);
	const ran = await cordon(["test", tenant, "--junit", link]);
	expect([ran.code, readFileSync(secret, "utf8")]).toEqual([2, "stays"]);
	expect(ran.err).toContain("is a symbolic link and not a regular file");
	const results = join(folder(), "results.xml");
	expect((await cordon(["test", tenant, "--junit", results])).code).toBe(0);
	expect(readFileSync(results, "utf8")).toContain("<testsuite");
});
