/** Owns the proof of the pattern language: what is accepted, what is refused, why, and what is suggested. */

import { describe, expect, test } from "vitest";
import { mendOrigin } from "../../src/cors/origin-mend.ts";
import { parseOriginPattern } from "../../src/cors/origin-pattern.ts";
import { originMessage, STRICTEST } from "../../src/cors/origin-words.ts";
import { judgeOriginPattern, type PatternSafety } from "../../src/cors/pattern-safety.ts";

const LABEL_63 = "a".repeat(63);
/** 253 bytes: three labels of 63, one of 61. */
const HOST_253 = `${LABEL_63}.${LABEL_63}.${LABEL_63}.${"b".repeat(61)}`;

describe("a pattern is accepted", () => {
	test.each([
		["https://app.example.com"],
		["https://app.example.com:8443"],
		["https://a_b.example.com"],
		["https://-a-.example"],
		["https://xn--bcher-kva.example"],
		["chrome-extension://abcdefghijklmnopabcdefghijklmnop"],
		["moz-extension://0a1b2c3d-0000-4000-8000-000000000000"],
		["capacitor://localhost"],
		["app://."],
		["app://-"],
		["app://.."],
		["app://Index.html"],
		["app://1.2"],
		["moz-extension://*"],
		["safari-web-extension://*"],
		["vscode-webview://*"],
		["app+v1.0-x://host"],
		["https://*.example.com"],
		["https://*.example.com:8443"],
		["https://*.example.com:*"],
		["https://pr-*.example.com"],
		["https://*-pr.example.com"],
		["https://a*b.example.com:8443"],
		["http://localhost:*"],
		["http://localhost"],
		["http://127.0.0.1:3000"],
		["http://[::1]:3000"],
		["http://[::1]:*"],
		["https://[2001:db8::1]"],
		["https://1.2.3.4"],
		["https://example.com:1"],
		["https://example.com:65535"],
		["http://example.com:443"],
		["https://example.com:80"],
		[`https://${HOST_253}`],
		[`https://*.${HOST_253.slice(2)}`],
		[`https://${LABEL_63}.example.com`],
		[`https://${"a".repeat(62)}*.example.com`],
		[`${"s".repeat(64)}://host`],
	])("%s", (text) => {
		const result = parseOriginPattern(text);
		expect(result.ok && result.pattern.text).toBe(text);
	});
});

describe("a pattern is refused, with a code and the obvious fix", () => {
	const WITHOUT_CREDENTIALS: PatternSafety = { ...STRICTEST, credentials: false };

	test.each<[text: string, code: string, ...suggestions: string[]]>([
		["", "invalid-origin-no-scheme"],
		["app.example.com", "invalid-origin-no-scheme", "https://app.example.com"],
		["//app.example.com", "invalid-origin-no-scheme", "https://app.example.com"],
		["*", "invalid-origin-any-in-list"],
		["null", "prohibited-origin-null"],
		["file:", "prohibited-origin-file"],
		["file://", "prohibited-origin-file"],
		["file:///home/me/page.html", "prohibited-origin-file"],
		["file://host", "prohibited-origin-file"],
		["https://app.example.com/", "invalid-origin-trailing-slash", "https://app.example.com"],
		["https://app.example.com/app", "invalid-origin-path", "https://app.example.com"],
		["https://app.example.com//", "invalid-origin-path", "https://app.example.com"],
		["https://app.example.com\\", "invalid-origin-trailing-slash", "https://app.example.com"],
		["https://app.example.com?x=1", "invalid-origin-query", "https://app.example.com"],
		["https://app.example.com#top", "invalid-origin-fragment", "https://app.example.com"],
		["https://user@app.example.com", "invalid-origin-user-info", "https://app.example.com"],
		["https://user:secret@app.example.com", "invalid-origin-user-info", "https://app.example.com"],
		[" https://app.example.com", "invalid-origin-white-space", "https://app.example.com"],
		["https://app.example.com\n", "invalid-origin-white-space", "https://app.example.com"],
		["https://app. example.com", "invalid-origin-white-space"],
		["https://app.example.com\u0000", "invalid-origin-white-space"],
		["https://App.example.com", "invalid-origin-upper-case", "https://app.example.com"],
		["HTTPS://APP.EXAMPLE.COM/", "invalid-origin-trailing-slash", "https://app.example.com"],
		["https://bücher.example", "invalid-origin-not-ascii", "https://xn--bcher-kva.example"],
		["https://*.bücher.example:*", "invalid-origin-not-ascii", "https://*.xn--bcher-kva.example:*"],
		["https://ex\u212aample.com", "invalid-origin-not-ascii", "https://exkample.com"],
		["1https://example.com", "invalid-origin-scheme"],
		["chrome-extension://*", "invalid-origin-wildcard"],
		["app://*", "invalid-origin-wildcard"],
		["moz-extension://*:*", "invalid-origin-wildcard"],
		["moz-extension://abc*", "invalid-origin-wildcard"],
		["app://a,b", "invalid-origin-several", "app://a", "https://b"],
		["app://(x)", "invalid-origin-regular-expression", "app://x"],
		["/^https:.*acme.com$/", "invalid-origin-regular-expression", "https://*.acme.com"],
		["/acme/i", "invalid-origin-regular-expression"],
		["https:.*acme.com", "invalid-origin-regular-expression", "https://*.acme.com"],
		["~^https://a\\.example$", "invalid-origin-regular-expression", "https://a.example"],
		["App://x", "invalid-origin-upper-case", "app://x"],
		["ws:", "invalid-origin-scheme-without-pages"],
		["WSS://a.example", "invalid-origin-scheme-without-pages", "https://a.example"],
		["sftp://a.example", "invalid-origin-scheme-without-pages"],
		["git:3000", "invalid-origin-no-scheme", "https://git:3000"],
		["*://example.com", "invalid-origin-scheme"],
		["://example.com", "invalid-origin-scheme"],
		["ht_tps://example.com", "invalid-origin-scheme"],
		[`${"s".repeat(65)}://host`, "invalid-origin-scheme"],
		["https://", "invalid-origin-no-host"],
		["https://:8443", "invalid-origin-no-host"],
		["https://example.com.", "invalid-origin-trailing-dot", "https://example.com"],
		["https://*.example.com.", "invalid-origin-trailing-dot", "https://*.example.com"],
		["https://a..example.com", "invalid-origin-host"],
		["https://.example.com", "invalid-origin-host"],
		["https://exa~mple.com", "invalid-origin-host"],
		["https://exa%6dple.com", "invalid-origin-host"],
		[`https://${LABEL_63}a.example.com`, "invalid-origin-host"],
		[`https://${HOST_253}c`, "invalid-origin-host-too-long"],
		[`https://*.${HOST_253.slice(1)}`, "invalid-origin-host-too-long"],
		[`https://${"a".repeat(63)}*.example.com`, "invalid-origin-host"],
		["https://*", "invalid-origin-wildcard"],
		["https://*:8443", "invalid-origin-wildcard"],
		["https://**.example.com", "invalid-origin-wildcard"],
		["https://*.*.example.com", "invalid-origin-wildcard"],
		["https://app.*.com", "invalid-origin-wildcard"],
		["https://example.*", "invalid-origin-wildcard"],
		["https://pr-*-*.example.com", "invalid-origin-wildcard"],
		["https://pr-*", "invalid-origin-wildcard"],
		["https://a.b-*.example.com", "invalid-origin-wildcard"],
		["https://*.1.2.3.4", "invalid-origin-wildcard-ip", "https://1.2.3.4"],
		["https://*.[::1]", "invalid-origin-wildcard-ip", "https://[::1]"],
		["https://example.com:", "invalid-origin-port", "https://example.com"],
		["https://example.com:0", "invalid-origin-port"],
		["https://example.com:08443", "invalid-origin-port", "https://example.com:8443"],
		["https://example.com:65536", "invalid-origin-port"],
		["https://example.com:http", "invalid-origin-port"],
		["https://example.com:8*", "invalid-origin-port"],
		["https://example.com:**", "invalid-origin-port"],
		["https://example.com:-1", "invalid-origin-port"],
		["https://example.com:443", "prohibited-origin-default-port", "https://example.com"],
		["http://localhost:80", "prohibited-origin-default-port", "http://localhost"],
		["https://*.example.com:443", "prohibited-origin-default-port", "https://*.example.com"],
		["https://1.2.3", "invalid-origin-ipv4", "https://1.2.0.3"],
		["https://127.1", "invalid-origin-ipv4", "https://127.0.0.1"],
		["https://01.2.3.4", "invalid-origin-ipv4", "https://1.2.3.4"],
		["https://1.2.3.256", "invalid-origin-ipv4"],
		["https://example.123", "invalid-origin-ipv4"],
		["https://example.0x1f", "invalid-origin-ipv4"],
		["https://*.example.123", "invalid-origin-ipv4"],
		["https://[::1", "invalid-origin-ipv6"],
		["https://[::g]", "invalid-origin-ipv6"],
		["https://[*]", "invalid-origin-ipv6"],
		["https://::1", "invalid-origin-ipv6", "https://[::1]"],
		["https://[::1]x", "invalid-origin-ipv6"],
		["https://[fe80::1%eth0]", "invalid-origin-ipv6-zone", "https://[fe80::1]"],
		["https://[0:0:0:0:0:0:0:1]", "prohibited-origin-ipv6-not-canonical", "https://[::1]"],
		["https://[2001:db8:0:0::1]:8443", "prohibited-origin-ipv6-not-canonical", "https://[2001:db8::1]:8443"],
		["https://[::ffff:1.2.3.4]", "prohibited-origin-ipv6-not-canonical", "https://[::ffff:102:304]"],
		["http:/example.com", "invalid-origin-no-scheme", "http://example.com"],
		["https:example.com", "invalid-origin-no-scheme", "https://example.com"],
	])("%j is %s", (text, code, ...suggestions) => {
		const result = parseOriginPattern(text);
		expect(result.ok).toBe(false);
		if (result.ok) return;
		expect(result.refusal.code).toBe(code);
		expect(mendOrigin(text, WITHOUT_CREDENTIALS)?.patterns ?? []).toEqual(suggestions);
		expect(originMessage(result.refusal.code, text).length).toBeGreaterThan(40);
	});
});

describe("with credentials, a pattern that lets strangers in is prohibited", () => {
	const CREDENTIALS = STRICTEST;

	function judge(text: string, safety: PatternSafety): string | undefined {
		const result = parseOriginPattern(text);
		if (!result.ok) throw new Error(`${text} is not a pattern`);
		return judgeOriginPattern(result.pattern, safety)?.code;
	}

	test.each([
		["http://example.com", "prohibited-origin-insecure"],
		["http://*.example.com", "prohibited-origin-insecure"],
		["http://example.com:*", "prohibited-origin-insecure"],
		["http://128.0.0.1", "prohibited-origin-insecure"],
		["http://[::2]", "prohibited-origin-insecure"],
		["http://localhost.example", "prohibited-origin-insecure"],
		["https://*.com", "prohibited-origin-public-suffix"],
		["https://*.co.uk", "prohibited-origin-public-suffix"],
		["https://*.github.io", "prohibited-origin-public-suffix"],
		["https://app-*.vercel.app", "prohibited-origin-public-suffix"],
		["https://*.vercel.app:8443", "prohibited-origin-public-suffix"],
		["https://*.internal", "prohibited-origin-public-suffix"],
		["https://pr-*.corp", "prohibited-origin-public-suffix"],
		["https://*.compute.amazonaws.com", "prohibited-origin-public-suffix"],
		["https://*.ck", "prohibited-origin-public-suffix"],
		["https://*.kawasaki.jp", "prohibited-origin-public-suffix"],
		["https://*.amazonaws.com", "prohibited-origin-public-suffix"],
		["https://*.amazonaws.com:*", "prohibited-origin-public-suffix"],
		["https://*.eu-west-1.amazonaws.com", "prohibited-origin-public-suffix"],
		["https://*.rds.amazonaws.com", "prohibited-origin-public-suffix"],
		["https://*.windows.net", "prohibited-origin-public-suffix"],
		["https://*.core.windows.net", "prohibited-origin-public-suffix"],
		["https://*.on.aws", "prohibited-origin-public-suffix"],
		["https://*.eu-west-1.on.aws", "prohibited-origin-public-suffix"],
		["https://*.railway.app", "prohibited-origin-public-suffix"],
		["https://*.amazoncognito.com", "prohibited-origin-public-suffix"],
		["https://*.fastly.net", "prohibited-origin-public-suffix"],
		["https://*.render.com", "prohibited-origin-public-suffix"],
		["https://*.akershus.no", "prohibited-origin-public-suffix"],
		["https://*.xn--stfold-9xa.no", "prohibited-origin-public-suffix"],
	])("%s", (text, code) => {
		expect(judge(text, CREDENTIALS)).toBe(code);
		expect(judge(text, { ...CREDENTIALS, credentials: false })).toBeUndefined();
		const hatch =
			code === "prohibited-origin-insecure"
				? { dangerouslyAllowInsecureOrigins: true }
				: { dangerouslyAllowPublicSuffixSubdomains: true };
		expect(judge(text, { ...CREDENTIALS, ...hatch })).toBeUndefined();
	});

	test.each([
		["https://*.example.com"],
		["https://*.acme.github.io"],
		["https://github.io"],
		["https://app.vercel.app"],
		["https://*.city.kawasaki.jp"],
		["https://*.www.ck"],
		["https://*.bucket.s3.amazonaws.com"],
		["https://app-*.amazonaws.com"],
		["https://s*.amazonaws.com"],
		["https://amazonaws.com"],
		["https://windows.net:8443"],
		["https://*.example.amazonaws.com"],
		["https://*.amazonaws.example.com"],
		["https://*.acme.internal"],
		["http://localhost:3000"],
		["http://*.localhost:*"],
		["http://app.localhost"],
		["http://127.0.0.1:*"],
		["http://127.255.0.1"],
		["http://[::1]:3000"],
		["chrome-extension://abc"],
	])("%s is not", (text) => {
		expect(judge(text, CREDENTIALS)).toBeUndefined();
	});

	test.each(["moz-extension://*", "safari-web-extension://*", "vscode-webview://*"])(
		"%s is, but for its own hatch",
		(text) => {
			expect(judge(text, CREDENTIALS)).toBe("prohibited-origin-any-extension");
			expect(judge(text, { ...CREDENTIALS, credentials: false })).toBeUndefined();
			expect(judge(text, { ...CREDENTIALS, dangerouslyAllowAnyExtension: true })).toBeUndefined();
			expect(judge(text, { ...CREDENTIALS, dangerouslyAllowPublicSuffixSubdomains: true })).toBeDefined();
		},
	);

	test("a wildcard above a public suffix is told one below it", () => {
		const message = originMessage("prohibited-origin-public-suffix", "https://*.amazonaws.com", CREDENTIALS);
		expect(message).toBe(
			`"https://*.amazonaws.com" allows names under public suffixes below "amazonaws.com", such as "s3.amazonaws.com", where anybody can get one and read the API with the user's cookies: "*." stands for several labels. Name the domain that is yours, or set "dangerouslyAllowPublicSuffixSubdomains": true in cors.`,
		);
	});

	test.each<[text: string, suggestion?: string]>([
		["https://*example.com", "https://*.example.com"],
		["https://*-example.co.uk", "https://*.example.co.uk"],
		["https://*example.com:8443", "https://*.example.com:8443"],
		["https://pr-*.com"],
		["https://my*shop.dev"],
		["https://*-.com"],
		["app://*example.com", "app://*.example.com"],
	])("in-label glob %s lets in look-alikes, with credentials or without", (text, suggestion) => {
		for (const credentials of [true, false]) {
			const safety = { ...CREDENTIALS, credentials };
			expect(judge(text, safety)).toBe("prohibited-origin-public-suffix");
			expect(mendOrigin(text, safety)?.patterns).toEqual(suggestion === undefined ? undefined : [suggestion]);
			expect(judge(text, { ...safety, dangerouslyAllowPublicSuffixSubdomains: true })).toBe(
				"prohibited-origin-public-suffix",
			);
		}
	});

	test("what is suggested for a look-alike is safe itself, or not suggested", () => {
		const suggestion = (text: string, credentials: boolean) =>
			mendOrigin(text, { ...CREDENTIALS, credentials })?.patterns[0];
		expect(suggestion("https://*amazonaws.com", false)).toBe("https://*.amazonaws.com");
		expect(suggestion("https://*amazonaws.com", true)).toBeUndefined();
		expect(suggestion("https://*example.ck", true)).toBeUndefined();
		expect(suggestion("http://*example.com", false)).toBe("http://*.example.com");
	});

	test.each(["https://pr-*.internal", "https://app-*.vercel.app", "http://pr-*.localhost", "https://*.com"])(
		"%s is for nobody's look-alikes: without credentials it is fine",
		(text) => {
			expect(judge(text, { ...CREDENTIALS, credentials: false })).toBeUndefined();
		},
	);

	test("the fix for http is https, with the port only where it is needed", () => {
		const suggestion = (text: string) => mendOrigin(text, CREDENTIALS)?.patterns[0];
		expect(suggestion("http://example.com")).toBe("https://example.com");
		expect(suggestion("http://example.com:8080")).toBe("https://example.com:8080");
		expect(suggestion("http://example.com:443")).toBe("https://example.com");
	});
});
