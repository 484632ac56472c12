/** Owns the proof of matching: by table, and against a plain and slow reference. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type AllowedOrigins,
	checkOrigin,
	checkOrigins,
	combineOrigins,
	createOriginQuota,
	type OriginsConfig,
} from "../../src/cors/allowed-origins.ts";
import { mendOrigin } from "../../src/cors/origin-mend.ts";
import { parseOriginPattern } from "../../src/cors/origin-pattern.ts";
import { createOriginSet, isSerializedOrigin } from "../../src/cors/origin-set.ts";
import { MAX_ORIGIN_BYTES } from "../../src/cors/origin-syntax.ts";
import { STRICTEST } from "../../src/cors/origin-words.ts";
import { judgeOriginPattern } from "../../src/cors/pattern-safety.ts";
import { createFindings } from "../../src/findings/collector.ts";
import { referenceMatches } from "./reference.ts";

function setOf(...texts: readonly string[]) {
	return setOfAll([texts]);
}

function setOfAll(policies: readonly (readonly string[])[]) {
	const set = createOriginSet(
		policies.map((texts) =>
			texts.map((text) => {
				const result = parseOriginPattern(text);
				if (!result.ok) throw new Error(result.refusal.code);
				return result.pattern;
			}),
		),
	);
	return {
		match: (origin: string) => set.match(origin)?.text,
		policyOf: (origin: string) => set.match(origin)?.policy,
	};
}

function listOf(...policies: readonly OriginsConfig[]): AllowedOrigins {
	return combineOrigins(
		policies.map((origins) => checkOrigins(origins, SAFETY, "", createFindings(), createOriginQuota())),
	);
}

const LABEL_63 = "a".repeat(63);

describe("an origin matches an entry, or does not", () => {
	test.each<[pattern: string, origin: string, matches: boolean]>([
		["https://app.example.com", "https://app.example.com", true],
		["moz-extension://*", "moz-extension://0a1b2c3d-0000-4000-8000-000000000000", true],
		["moz-extension://*", "moz-extension://", false],
		["moz-extension://*", "moz-extension://a/b", false],
		["moz-extension://*", "safari-web-extension://0a1b2c3d", false],
		["safari-web-extension://*", "safari-web-extension://0A1B-2C3D", true],
		["vscode-webview://*", "vscode-webview://1a2b3c", true],
		["vscode-webview://*", "https://vscode-webview", false],
		["app://.", "app://.", true],
		["app://.", "app://", false],
		["app://Foo.", "app://Foo.", true],
		["app://Foo.", "app://foo.", false],
		["https://app.example.com", "https://app.example.com:443", false],
		["https://app.example.com", "http://app.example.com", false],
		["https://app.example.com", "https://App.example.com", false],
		["https://app.example.com", "https://app.example.com/", false],
		["https://app.example.com", "https://app.example.com.", false],
		["https://app.example.com", "https://app.example.com.evil.example", false],
		["https://app.example.com", "https://evil-app.example.com", false],
		["https://app.example.com", "https://app.example.com@evil.example", false],
		["https://app.example.com", " https://app.example.com", false],
		["https://app.example.com", "https://app.example.com, https://evil.example", false],
		["https://app.example.com", "null", false],
		["https://app.example.com", "", false],
		["https://app.example.com:8443", "https://app.example.com:8443", true],
		["https://app.example.com:8443", "https://app.example.com", false],
		["https://app.example.com:8443", "https://app.example.com:84430", false],
		["https://*.example.com", "https://a.example.com", true],
		["https://*.example.com", "https://a.b.c.example.com", true],
		["https://*.example.com", "https://a_b.example.com", true],
		["https://*.example.com", "https://example.com", false],
		["https://*.example.com", "https://evilexample.com", false],
		["https://*.example.com", "https://.example.com", false],
		["https://*.example.com", "https://a..example.com", false],
		["https://*.example.com", "https://A.example.com", false],
		["https://*.example.com", "https://a.example.com.", false],
		["https://*.example.com", "https://a.example.com:8443", false],
		["https://*.example.com", "https://a.example.com:443", false],
		["https://*.example.com", "http://a.example.com", false],
		["https://*.example.com", "https://evil.example/.example.com", false],
		["https://*.example.com", "https://evil.example#.example.com", false],
		["https://*.example.com", "https://evil.example?.example.com", false],
		["https://*.example.com", "https://evil@a.example.com", false],
		["https://*.example.com", "https://evil%00.example.com", false],
		["https://*.example.com", "https://a.example.com.evil.example", false],
		["https://*.example.com", `https://${LABEL_63}.example.com`, true],
		["https://*.example.com", `https://${LABEL_63}a.example.com`, false],
		["https://*.example.com:8443", "https://a.example.com:8443", true],
		["https://*.example.com:8443", "https://a.example.com", false],
		["https://*.example.com:*", "https://a.example.com", true],
		["https://*.example.com:*", "https://a.example.com:1", true],
		["https://*.example.com:*", "https://a.example.com:443", false],
		["https://pr-*.example.com", "https://pr-12.example.com", true],
		["https://pr-*.example.com", "https://pr--.example.com", true],
		["https://pr-*.example.com", "https://pr-.example.com", false],
		["https://pr-*.example.com", "https://pr-a_b.example.com", false],
		["https://pr-*.example.com", "https://pr-a.b.example.com", false],
		["https://pr-*.example.com", "https://x.pr-a.example.com", false],
		["https://pr-*.example.com", "https://pr-A.example.com", false],
		["https://a*a.example.com", "https://aba.example.com", true],
		["https://a*a.example.com", "https://aa.example.com", false],
		["https://a*a.example.com", "https://a.example.com", false],
		["https://*-x.example.com", "https://y-x.example.com", true],
		["https://a_*.example.com", "https://a_b.example.com", true],
		["http://localhost:*", "http://localhost", true],
		["http://localhost:*", "http://localhost:3000", true],
		["http://localhost:*", "http://localhost:65535", true],
		["http://localhost:*", "http://localhost:65536", false],
		["http://localhost:*", "http://localhost:0", false],
		["http://localhost:*", "http://localhost:03000", false],
		["http://localhost:*", "http://localhost:80", false],
		["http://localhost:*", "http://localhost:", false],
		["http://localhost:*", "http://localhost:3000:1", false],
		["http://localhost:*", "http://localhost:3000.evil.example", false],
		["http://localhost:*", "http://localhost.evil.example:3000", false],
		["http://localhost:*", "http://localhost:evil@x", false],
		["http://[::1]:*", "http://[::1]", true],
		["http://[::1]:*", "http://[::1]:3000", true],
		["http://[::1]:*", "http://[::1]3000", false],
		["http://[::1]:*", "http://[::2]:3000", false],
		["app://host:*", "app://host:80", true],
	])("%s and %j: %s", (pattern, origin, matches) => {
		expect(setOf(pattern).match(origin)).toBe(
			matches ? (pattern.includes("*") ? pattern : origin) : undefined,
		);
	});

	test("of domains of any length, in any order, the broadest is reported", () => {
		const texts = [
			"https://*.a.long.example.com",
			"https://*.b.com",
			"https://*.long.example.com",
			"https://*.c",
		];
		for (const list of [texts, texts.toReversed()]) {
			const set = setOf(...list);
			expect(set.match("https://x.a.long.example.com")).toBe("https://*.long.example.com");
			expect(set.match("https://x.b.com")).toBe("https://*.b.com");
			expect(set.match("https://x.y.c")).toBe("https://*.c");
			expect(set.match("https://example.com")).toBeUndefined();
		}
		const [longest = ""] = texts;
		expect(setOf("https://*.b.com", longest, "https://*.c").match("https://x.a.long.example.com")).toBe(
			longest,
		);
	});

	test("the bound is 326 bytes, to the byte", () => {
		const host = `${LABEL_63}.${LABEL_63}.${LABEL_63}.${"b".repeat(61)}`;
		const scheme = "s".repeat(64);
		const longest = `${scheme}://${host}:65535`;
		expect(longest.length).toBe(MAX_ORIGIN_BYTES);
		const list = listOf([`${scheme}://${host}:*`]);
		expect(checkOrigin(list, longest)).toMatchObject({ verdict: { allowed: true } });
		expect(checkOrigin(list, `${longest}0`)).toEqual({
			kind: "decided",
			verdict: { allowed: false, reason: "origin-too-long" },
		});
	});

	test("a directory is never asked about null or what is not a serialized origin", () => {
		const list = listOf([{ directory: "customers" }]);
		expect(checkOrigin(list, "https://shop.example").kind).toBe("ask");
		expect(checkOrigin(list, "http://localhost:3000").kind).toBe("ask");
		expect(checkOrigin(list, "null")).toMatchObject({ verdict: { reason: "origin-null" } });
		expect(checkOrigin(list, "https://a, https://b")).toMatchObject({
			verdict: { reason: "origin-malformed" },
		});
		expect(checkOrigin(list, "http://shop.example")).toMatchObject({
			verdict: { reason: "origin-insecure" },
		});
	});
});

const SAFETY = {
	credentials: true,
	dangerouslyAllowAnyExtension: false,
	dangerouslyAllowInsecureOrigins: false,
	dangerouslyAllowPublicSuffixSubdomains: false,
};

const scheme = fc.constantFrom("https", "http", "app");
const label = fc.oneof(
	fc.constantFrom("a", "b", "pr", "pr-1", "x_y", "-", "example", "com"),
	fc.stringMatching(/^[a-z0-9_-]{1,5}$/),
);
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const port = fc.constantFrom("", ":*", ":8443", ":1", ":80", ":443", ":65535");
const patternText = fc
	.tuple(
		scheme,
		fc.oneof(
			host,
			host.map((parent) => `*.${parent}`),
			fc.tuple(label, host).map(([prefix, parent]) => `${prefix}*.${parent}`),
			fc.tuple(label, label, host).map(([prefix, suffix, parent]) => `${prefix}*${suffix}.${parent}`),
		),
		port,
	)
	.map(([s, h, p]) => `${s}://${h}${p}`)
	.filter((text) => parseOriginPattern(text).ok);

/** Origins that lie close to a pattern, where mistakes would be. */
const originNear = (text: string) =>
	fc
		.tuple(
			fc.stringMatching(/^[a-zA-Z0-9_.-]{0,4}$/),
			fc.constantFrom("", ":8443", ":1", ":80", ":443", ":65535", ":99999", ":01", ":"),
			fc.constantFrom("", ".", "x", "/", ".evil.example", "@evil.example", "\u0000"),
			fc.constantFrom("", "x", " ", "evil"),
		)
		.map(([star, portText, tail, head]) => {
			const anyPort = text.endsWith(":*");
			const filled = (anyPort ? text.slice(0, -2) : text).replace("*", star);
			return head + filled + tail + (anyPort ? portText : "");
		});

describe("of several policies", () => {
	const A = "https://a.example.com";
	test.each<[string, readonly (readonly string[])[], origin: string, policy: number | undefined]>([
		["the exact entry of the first counts, even before a wildcard", [[A], ["https://*.example.com"]], A, 0],
		["the wildcard of the first counts, even before an exact entry", [["https://*.example.com"], [A]], A, 0],
		[
			"the narrower wildcard counts where it is the earlier one",
			[["https://a*.example.com"], ["https://*.example.com"]],
			"https://ab.example.com",
			0,
		],
		[
			"the broader wildcard counts where it is the earlier one",
			[["https://*.example.com"], ["https://a*.example.com"]],
			"https://ab.example.com",
			0,
		],
		[
			"the domain nearer to the host counts where it is the earlier one",
			[["https://*.b.example.com"], ["https://*.example.com"]],
			"https://a.b.example.com",
			0,
		],
		[
			"an exact port counts where it is earlier than any port",
			[["https://*.example.com:8443"], ["https://*.example.com:*"]],
			`${A}:8443`,
			0,
		],
		[
			"any port of one host counts where it is the later one, and alone",
			[["https://b.example.com"], ["https://a.example.com:*"]],
			`${A}:8443`,
			1,
		],
		[
			"any port of one host gives way to an earlier wildcard",
			[["https://*.example.com:8443"], ["https://a.example.com:*"]],
			`${A}:8443`,
			0,
		],
		["an entry that stands twice is of the first", [["https://b.example.com", A], [A]], A, 0],
		["a policy without entries is passed over", [[], [A]], A, 1],
		["nobody's origin is nobody's", [[A], ["https://*.example.com"]], "https://example.com", undefined],
	])("%s", (_, policies, origin, policy) => {
		expect(setOfAll(policies).policyOf(origin)).toBe(policy);
	});

	test("directories are asked where no earlier policy, and no list of the same one, has decided", () => {
		const list = listOf(
			["https://listed.example"],
			["https://second.example", { directory: "one" }],
			["https://third.example"],
			[{ directory: "two" }, { directory: "three" }],
		);
		const asked = (origin: string) => {
			const check = checkOrigin(list, origin);
			return check.kind === "ask"
				? [check.policies.map(({ directories }) => directories), check.otherwise]
				: check.verdict;
		};
		const denied = (reason: string) => ({ allowed: false, reason });
		const listed = (entry: string, policy: number) => ({ allowed: true, reason: "listed", entry, policy });
		expect(asked("https://listed.example")).toEqual(listed("https://listed.example", 0));
		expect(asked("https://second.example")).toEqual(listed("https://second.example", 1));
		expect(asked("https://third.example")).toEqual([[["one"]], listed("https://third.example", 2)]);
		expect(asked("https://other.example")).toEqual([[["one"], ["two", "three"]], denied("not-in-directory")]);
		expect(asked("null")).toEqual(denied("origin-null"));
		expect(asked("http://insecure.example")).toEqual(denied("origin-insecure"));
	});

	test("any origin in the last place has what no policy before it has, null and the malformed too", () => {
		const list = listOf(["https://listed.example", { directory: "one" }], "*");
		const any = { kind: "decided", verdict: { allowed: true, reason: "any-origin", entry: "*", policy: 1 } };
		for (const origin of ["null", "https://a, https://b", "http://plain.example", "x".repeat(400)])
			expect(checkOrigin(list, origin)).toEqual(any);
		expect(checkOrigin(list, "https://other.example")).toMatchObject({ kind: "ask", otherwise: any.verdict });
		expect(checkOrigin(list, "https://listed.example")).toMatchObject({ verdict: { policy: 0 } });
	});
});

describe("properties", () => {
	test("an origin is of the first policy that has an entry by whose definition it matches", () => {
		const policies = fc.array(fc.array(patternText, { maxLength: 5 }), { minLength: 1, maxLength: 4 });
		fc.assert(
			fc.property(
				policies.chain((lists) => {
					const texts = lists.flat();
					const origins = texts.length === 0 ? fc.string() : fc.constantFrom(...texts).chain(originNear);
					return fc.tuple(fc.constant(lists), origins);
				}),
				([lists, origin]) => {
					const first = lists.findIndex((texts) => texts.some((text) => referenceMatches(text, origin)));
					expect(setOfAll(lists).policyOf(origin)).toBe(first === -1 ? undefined : first);
				},
			),
			{ numRuns: 3000 },
		);
	});

	test("an origin matches a list if and only if the definition of one of its entries says so", () => {
		fc.assert(
			fc.property(
				fc.array(patternText, { minLength: 1, maxLength: 6 }).chain((texts) =>
					fc.tuple(
						fc.constant(texts),
						fc.oneof(
							fc.constantFrom(...texts).chain(originNear),
							fc.tuple(scheme, host, port).map(([s, h, p]) => `${s}://${h}${p}`),
							fc.string(),
						),
					),
				),
				([texts, origin]) => {
					const expected = texts.some((text) => referenceMatches(text, origin));
					const entry = setOf(...texts).match(origin);
					expect(entry !== undefined).toBe(expected);
					if (entry !== undefined) expect(referenceMatches(entry, origin)).toBe(true);
				},
			),
			{ numRuns: 3000 },
		);
	});

	test("for any bytes as Origin, nothing throws and the answer is yes or no", () => {
		const list = listOf([
			"https://*.example.com",
			"https://pr-*.example.com",
			"http://localhost:*",
			{ directory: "x" },
		]);
		fc.assert(
			fc.property(
				fc.oneof(fc.string({ maxLength: 400 }), fc.string({ unit: "binary", maxLength: 400 })),
				(origin) => {
					expect(["decided", "ask"]).toContain(checkOrigin(list, origin).kind);
					isSerializedOrigin(origin);
				},
			),
			{ numRuns: 2000 },
		);
	});

	test("the suggestion for any refused text is accepted", () => {
		fc.assert(
			fc.property(
				fc.oneof(patternText, fc.webUrl(), fc.string()),
				fc.constantFrom(
					"",
					"/",
					" ",
					".",
					":443",
					":",
					"?q",
					"A",
					",http://b.example",
					"|https://*example.com",
				),
				fc.boolean(),
				(text, tail, credentials) => {
					const safety = { ...STRICTEST, credentials };
					for (const pattern of mendOrigin(text + tail, safety)?.patterns ?? []) {
						const result = parseOriginPattern(pattern);
						expect(result.ok && judgeOriginPattern(result.pattern, safety)).toBeUndefined();
					}
				},
			),
			{ numRuns: 2000 },
		);
	});
});
