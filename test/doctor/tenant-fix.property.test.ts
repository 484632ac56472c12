/** Owns the proof that the doctor's advice about tenant files holds for any document: it is accepted, and lets the call in. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PageRequest } from "../../src/browser/page-request.ts";
import type { CredentialsMode } from "../../src/browser/request.ts";
import { tenantFix } from "../../src/doctor/tenant-fix.ts";
import { explain } from "../../src/explain/explain.ts";
import type { Question } from "../../src/explain/question.ts";
import { applyPatches } from "../../src/findings/patch.ts";
import { compileTenant } from "../../src/tenants/tenant.ts";
import { document as documents, near } from "../fuzz/arbitraries.ts";

const HOST = "api.example.com";
const NO_DIRECTORIES = { askDirectories: async () => new Map<string, string>() };
const anyOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const pages = fc.record({
	origin: fc.oneof(
		near,
		anyOf(
			"https://evil.example",
			"null",
			"http://192.168.1.5:3000",
			"http://plain.example",
			"chrome-extension://x",
		),
	),
	method: anyOf("GET", "post", "PUT", "PATCH", "patch", "DELETE", "QUERY", "HEAD"),
	headers: fc.subarray(
		[
			["Content-Type", "application/json"],
			["Content-Type", "text/plain"],
			["X-Own", "1"],
			["Authorization", "Bearer 1"],
			["Range", "bytes=-9"],
			["Access-Control-Allow-Origin", "*"],
		] as const,
		{ maxLength: 4 },
	),
	path: anyOf("/", "/v1/items", "/public/x", "/login?a=1"),
	credentials: fc.constantFrom<CredentialsMode>("include", "same-origin", "omit"),
});

describe("for any valid document that refuses a call", { timeout: 120_000 }, () => {
	test("the policy that the doctor gives is accepted in front of those that are there, and lets the call in", async () => {
		const seen = { given: 0, notGiven: 0 };
		await fc.assert(
			fc.asyncProperty(documents, pages, async (fuzzed, { path, ...call }) => {
				const document = {
					...fuzzed,
					mode: "enforce",
					routes: fuzzed.routes.map(({ mode: _, ...route }) => route),
				};
				const compiled = compileTenant(document);
				fc.pre(compiled.ok);
				const question: Question = {
					...call,
					headers: call.headers.map((header) => header.join(": ")),
					path,
				};
				const before = await explain(document, HOST, question, NO_DIRECTORIES);
				fc.pre(
					"origin" in before && before.origin.entry === null && before.origin.reason !== "ambiguous-path",
				);
				if (!("origin" in before)) return;
				const page: PageRequest = { ...call, api: "fetch", url: `https://${HOST}${path}`, body: null };
				const fix = await tenantFix(page);
				if (!fix.accepted) {
					seen.notGiven++;
					return;
				}
				seen.given++;
				const patched = applyPatches(document, [
					[{ op: "add", path: before.policy.replace(/\d+$/, "0"), value: fix.policy }],
				]);
				const changed = compileTenant(patched);
				if (!changed.ok) throw new Error(JSON.stringify(changed.errors));
				const asked = Object.assign({}, question, ...fix.page.map(({ change }) => change));
				const after = await explain(patched, HOST, asked, NO_DIRECTORIES);
				expect(after.allowed, JSON.stringify({ document, page, fix })).toBe(true);
			}),
			{ numRuns: 300 },
		);
		expect(Math.min(seen.given, seen.notGiven)).toBeGreaterThan(10);
	});
});

test("what no tenant file can allow is not advised, and the reason is said", async () => {
	for (const origin of ["null", "https://*.example"]) {
		const page = {
			api: "fetch",
			origin,
			url: `https://${HOST}/`,
			method: "GET",
			headers: [],
			body: null,
		} as const;
		expect(await tenantFix({ ...page, credentials: "include" })).toMatchObject({
			accepted: false,
			why: expect.stringMatching(/./),
		});
	}
});
