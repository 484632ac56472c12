/** Owns the proof of the bounds of one document: each at N and N+1, and that no document is dear to check. */

import { describe, expect, test } from "vitest";
import { MAX_DIRECTORIES, MAX_EXACT_ORIGINS, MAX_WILDCARD_ORIGINS } from "../../src/cors/allowed-origins.ts";
import { MAX_FINDINGS } from "../../src/findings/collector.ts";
import { MAX_NAMES, MAX_ROUTES } from "../../src/tenants/schema.ts";
import {
	compileTenant,
	type LoadedTenant,
	loadTenant,
	parseTenant,
	type TenantResult,
} from "../../src/tenants/tenant.ts";

const times = <T>(count: number, make: (index: number) => T) =>
	Array.from({ length: count }, (_, i) => make(i));
const exact = (index: number) => `https://a${index}.example`;
const wildcard = (index: number) => `https://*.a${index}.example`;
const directory = (index: number) => ({ directory: `d${index}` });

function errorsOf(result: TenantResult | LoadedTenant): readonly string[] {
	return result.ok ? [] : result.errors.map(({ code, pointer }) => `${code} ${pointer}`);
}

/** A document whose own list has `first`, and whose second route has the rest. */
function spread(origins: readonly unknown[], first: number): unknown {
	return {
		cors: { origins: origins.slice(0, first) },
		routes: [
			{ path: "/a", cors: { origins: "*" } },
			{ path: "/b", cors: { origins: origins.slice(first) } },
		],
	};
}

describe("a document may have", () => {
	test("100,000 exact origins, all its lists together", () => {
		const origins = times(MAX_EXACT_ORIGINS, exact);
		expect(errorsOf(compileTenant({ cors: { origins } }))).toEqual([]);
		expect(errorsOf(compileTenant({ cors: { origins: [...origins, exact(0)] } }))).toEqual([
			"too-many-origins /cors/origins",
		]);
		expect(errorsOf(compileTenant(spread(origins, 60_000)))).toEqual([]);
		expect(errorsOf(compileTenant(spread([...origins, "https://one.more"], 60_000)))).toEqual([
			"too-many-origins /routes/1/cors/origins",
		]);
	});

	test("10,000 patterns with a wildcard, all its lists together, beside the exact ones", () => {
		const origins = times(MAX_WILDCARD_ORIGINS, wildcard);
		expect(errorsOf(compileTenant(spread([...origins, ...times(1000, exact)], 6000)))).toEqual([]);
		expect(errorsOf(compileTenant(spread([...origins, "http://localhost:*"], 6000)))).toEqual([
			"too-many-wildcards /routes/1/cors/origins",
		]);
	});

	test("8 directories in a policy, each counted once", () => {
		const directories = times(MAX_DIRECTORIES, directory);
		expect(errorsOf(compileTenant(spread([...directories, ...directories], MAX_DIRECTORIES)))).toEqual([]);
		expect(errorsOf(compileTenant({ cors: { origins: [...directories, directory(0)] } }))).toEqual([]);
		expect(errorsOf(compileTenant({ cors: { origins: [...directories, directory(8)] } }))).toEqual([
			"too-many-directories /cors/origins",
		]);
	});

	test("8 directories in all policies of one place together, each counted once; each place has its own", () => {
		const policies = (...counts: number[]) => {
			let next = 0;
			return counts.map((count) => ({ origins: times(count, () => directory(next++)) }));
		};
		expect(errorsOf(compileTenant({ cors: policies(4, 4) }))).toEqual([]);
		expect(errorsOf(compileTenant({ cors: [...policies(8), ...policies(8)] }))).toEqual([]);
		expect(errorsOf(compileTenant({ cors: policies(4, 4, 1, 1) }))).toEqual([
			"too-many-directories /cors/2/origins",
			"too-many-directories /cors/3/origins",
		]);
		const routes = times(20, (index) => ({ path: `/${index}`, cors: policies(8) }));
		expect(errorsOf(compileTenant({ cors: policies(8), routes }))).toEqual([]);
	});

	test("a mebibyte of readings of its routes, which are kept; a path that has one alone counts for nothing", () => {
		const cors = { origins: [] };
		const odd = (index: number) => ({ path: `/A;x/%42/${index}/${"p".repeat(1900)}/*`, cors });
		const plain = times(500, (index) => ({ path: `/${index}/${"p".repeat(2000)}`, cors }));
		const readable = times(40, odd);
		expect(errorsOf(compileTenant({ cors, routes: [...plain, ...readable] }))).toEqual([]);
		const errors = errorsOf(compileTenant({ cors, routes: [...plain, ...times(500, odd)] }));
		expect(errors.length).toBe(1);
		expect(errors[0]).toMatch(/^too-many-readings \/routes\/5\d\d\/path$/);
		// More than the readings of any path that an API has.
		const one = { path: `/A;x/%42%2561;%252e/%5C%2520//B;%3b/..;/%2e%2e/${"q".repeat(1900)}`, cors };
		expect(errorsOf(compileTenant({ cors, routes: [one] }))).toEqual(["too-many-readings /routes/0/path"]);
	});

	test.each(["methods", "requestHeaders", "exposedHeaders"])("1,000 names in %s", (key) => {
		const names = times(MAX_NAMES + 1, (index) => `X-${index}`);
		const documentWith = (list: readonly string[]) => ({ cors: { origins: [], [key]: list } });
		expect(errorsOf(compileTenant(documentWith(names.slice(1))))).toEqual([]);
		expect(errorsOf(compileTenant(documentWith(names)))).toEqual([`too-many-items /cors/${key}`]);
	});

	test("1,000 routes", () => {
		const routes = times(MAX_ROUTES + 1, (index) => ({ path: `/${index}`, cors: { origins: [] } }));
		const cors = { origins: [] };
		expect(errorsOf(compileTenant({ cors, routes: routes.slice(1) }))).toEqual([]);
		expect(errorsOf(compileTenant({ cors, routes }))).toEqual(["too-many-items /routes"]);
	});

	test("what is too much is said with what to do instead", () => {
		const messages = (value: unknown) => {
			const result = compileTenant(value);
			return result.ok ? "" : result.errors.map(({ message }) => message).join();
		};
		expect(messages({ cors: { origins: times(MAX_EXACT_ORIGINS + 1, exact) } })).toContain(
			'Keep them in an origin directory, {"directory": "customers"}',
		);
		expect(messages({ cors: { origins: times(MAX_WILDCARD_ORIGINS + 1, wildcard) } })).toContain(
			"origin directory",
		);
	});
});

describe("what a tenant holds is reckoned", () => {
	const weightOf = (value: unknown) => {
		const result = compileTenant(value);
		return result.ok ? result.tenant.weightBytes : Number.NaN;
	};
	const MEBIBYTE = 1024 * 1024;

	test("as `npm run bench -- weight` finds it in workerd's heap", () => {
		expect(weightOf({ closed: true })).toBeLessThan(1024);
		expect(weightOf({ cors: { origins: [exact(0)] } })).toBeLessThan(2048);
		const hundredThousand = weightOf({ cors: { origins: times(MAX_EXACT_ORIGINS, exact) } });
		expect(hundredThousand / MEBIBYTE).toBeGreaterThan(4);
		expect(hundredThousand / MEBIBYTE).toBeLessThan(6);
		const names = times(MAX_NAMES, (index) => `X-${index}-${"n".repeat(1000)}`);
		expect(weightOf({ cors: { origins: [], requestHeaders: names } })).toBeGreaterThan(2_000_000);
	});

	test("of a repeated origin once", () => {
		const repeated = weightOf({ cors: { origins: times(MAX_EXACT_ORIGINS, () => exact(0)) } });
		expect(repeated).toBe(weightOf({ cors: { origins: [exact(0)] } }));
	});

	test("and even the heaviest document stays far below 64 MB", () => {
		const chain = times(58, (index) => `https://${"a".repeat(index + 1)}*zzzz.e.example`);
		const leaves = times(MAX_WILDCARD_ORIGINS - 58, (index) => {
			const suffix = index.toString(36).padStart(4, "0");
			return `https://${"a".repeat(58)}*${suffix}.e.example`;
		});
		const origins = [...chain, ...leaves, ...times(90_000, exact)];
		const routes = times(MAX_ROUTES, (index) => ({ path: `/${index}`, cors: { origins: "*" } }));
		const text = JSON.stringify({ cors: { origins }, routes });
		const result = parseTenant(text);
		expect(result.ok && result.tenant.weightBytes / MEBIBYTE).toBeLessThan(32);
		expect(result.ok && result.tenant.weightBytes / MEBIBYTE).toBeGreaterThan(16);
	});
});

describe("of a document's findings", () => {
	test("the first 1,000 are reported, and then how many more there are", () => {
		const bad = (count: number) => ({ cors: { origins: times(count, () => "null") } });
		const exactly = errorsOf(compileTenant(bad(MAX_FINDINGS)));
		expect([exactly.length, exactly.at(-1)]).toEqual([1000, "prohibited-origin-null /cors/origins/999"]);
		for (const [more, words] of [
			[1, "There is one more finding that is not listed."],
			[5, "There are 5 more findings that are not listed."],
		] as const) {
			const result = compileTenant(bad(MAX_FINDINGS + more));
			const errors = result.ok ? [] : result.errors;
			expect(errors.length).toBe(1001);
			expect(errors[999]?.pointer).toBe("/cors/origins/999");
			expect(errors[1000]).toMatchObject({ code: "more-findings", pointer: "" });
			expect(errors[1000]?.message).toContain(words);
		}
	});

	test("those of every kind count", () => {
		const unknown = Object.fromEntries(times(700, (index) => [`key${index}`, 1]));
		const result = compileTenant({ ...unknown, cors: { origins: times(700, () => 5) } });
		expect(result.ok || result.errors.at(-1)?.message).toContain("There are 400 more findings");
	});

	test("the gateway wants the first alone", () => {
		const result = loadTenant(
			'{"mode": 1, "cors": {"origins": ["null", 5]}, "nope": 1, "routes": 1, "upstream": "x"}',
		);
		expect(errorsOf(result)).toEqual(["unknown-key /nope"]);
		expect(errorsOf(loadTenant('{"cors": {"origins": ["null", "file:"]}}'))).toEqual([
			"prohibited-origin-null /cors/origins/0",
		]);
	});
});

describe("a repeated key is an error", () => {
	test.each([
		['{"cors": {"origins": []}, "cors": {"origins": []}}', ["repeated-key /cors"]],
		['{"cors": {"origins": [], "\\u006frigins": "*"}}', ["repeated-key /cors/origins"]],
		[
			'{"cors": {"origins": [{"directory": "a", "directory": "b"}]}}',
			["repeated-key /cors/origins/0/directory"],
		],
		['{"closed": true, "closed": true}', ["repeated-key /closed"]],
		[
			'{"cors": {"origins": ["null"]}, "cors": {"origins": ["file:"]}, "x": {"y": 1, "y": 2}}',
			["repeated-key /cors", "repeated-key /x/y", "unknown-key /x", "prohibited-origin-file /cors/origins/0"],
		],
		['{"cors": {"origins": []}, "cors": {', ["invalid-json "]],
	])("%s", (text, errors) => {
		expect(errorsOf(parseTenant(text))).toEqual(errors);
	});
});

describe("nesting", () => {
	test.each([20_000, 1_000_000])("%d levels deep is a finding", (levels) => {
		for (const [open, close] of [
			["[", "]"],
			['{"a":', "}"],
		] as const) {
			if (open.length * levels + levels > 4_000_000) continue;
			const value = `${open.repeat(levels)}1${close.repeat(levels)}`;
			expect(errorsOf(parseTenant(value))).toEqual(["nested-too-deeply "]);
			expect(errorsOf(parseTenant(`{"cors": {"origins": []}, "mode": ${value}}`))).toEqual([
				"nested-too-deeply ",
			]);
		}
	});

	test("of a document that is parsed already is never walked", () => {
		let deep: unknown = 1;
		for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { cors: deep };
		expect(errorsOf(compileTenant({ cors: { origins: [deep], credentials: deep }, x: deep }))).toEqual([
			"unknown-key /x",
			"unknown-key /cors/origins/0/cors",
			"missing-key /cors/origins/0/directory",
			"invalid-type /cors/credentials",
		]);
	});
});
