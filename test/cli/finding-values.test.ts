/** Owns the proof that a finding carries the offending value beside its sentence, whichever code it has. */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PROJECT } from "../../dev/wrangler.ts";
import { claimHosts } from "../../src/cli/files/folder.ts";
import { readTenantFile } from "../../src/cli/files/tenant-file.ts";
import type { Finding } from "../../src/findings/finding.ts";

const origin = (text: unknown, more = {}) => ({ cors: { origins: [text], ...more } });
const credentialed = (text: string) => origin(text, { credentials: true });
const cors = (more: object) => ({ cors: { origins: ["https://app.example.com"], ...more } });
const beside = (more: object) => ({ ...cors({}), ...more });
const route = (path: string, more = {}) => ({ path, cors: { origins: [], ...more } });

/** By code: a document that has the finding, and the value that it is about. */
const OFFENDING: Readonly<Record<string, readonly [document: object, value: unknown]>> = {
	"invalid-origin-any-in-list": [origin("*"), "*"],
	"invalid-origin-fragment": [origin("https://a.example#x"), "https://a.example#x"],
	"invalid-origin-host": [origin("https://a..example"), "https://a..example"],
	"invalid-origin-host-too-long": [
		origin(`https://${"a.".repeat(140)}example`),
		`${`https://${"a.".repeat(140)}example`.slice(0, 256)}…`,
	],
	"invalid-origin-ipv4": [origin("https://1.2.3"), "https://1.2.3"],
	"invalid-origin-ipv6": [origin("http://[::z]"), "http://[::z]"],
	"invalid-origin-ipv6-zone": [origin("http://[fe80::1%eth0]"), "http://[fe80::1%eth0]"],
	"invalid-origin-no-host": [origin("https://"), "https://"],
	"invalid-origin-no-scheme": [origin("a.example"), "a.example"],
	"invalid-origin-not-ascii": [origin("https://bücher.example"), "https://bücher.example"],
	"invalid-origin-path": [origin("https://a.example/x"), "https://a.example/x"],
	"invalid-origin-port": [origin("https://a.example:99999"), "https://a.example:99999"],
	"invalid-origin-query": [origin("https://a.example?x"), "https://a.example?x"],
	"invalid-origin-regular-expression": [origin("^https://.*\\.a\\.example$"), "^https://.*\\.a\\.example$"],
	"invalid-origin-scheme": [origin("*://a.example"), "*://a.example"],
	"invalid-origin-scheme-without-pages": [origin("wss://a.example"), "wss://a.example"],
	"invalid-origin-several": [
		origin("https://a.example,https://b.example"),
		"https://a.example,https://b.example",
	],
	"invalid-origin-trailing-dot": [origin("https://a.example."), "https://a.example."],
	"invalid-origin-trailing-slash": [origin("https://a.example/"), "https://a.example/"],
	"invalid-origin-upper-case": [origin("https://A.example"), "https://A.example"],
	"invalid-origin-user-info": [origin("https://u@a.example"), "https://u@a.example"],
	"invalid-origin-white-space": [origin("https://a.exa mple"), "https://a.exa mple"],
	"invalid-origin-wildcard": [origin("https://a.*.example"), "https://a.*.example"],
	"invalid-origin-wildcard-ip": [origin("https://*.1.2.3.4"), "https://*.1.2.3.4"],
	"prohibited-origin-any-extension": [credentialed("moz-extension://*"), "moz-extension://*"],
	"prohibited-origin-any-with-credentials": [{ cors: { origins: "*", credentials: true } }, "*"],
	"prohibited-origin-default-port": [origin("https://a.example:443"), "https://a.example:443"],
	"prohibited-origin-file": [origin("file://"), "file://"],
	"prohibited-origin-insecure": [credentialed("http://a.example"), "http://a.example"],
	"prohibited-origin-ipv6-not-canonical": [origin("http://[0:0:0:0:0:0:0:1]"), "http://[0:0:0:0:0:0:0:1]"],
	"prohibited-origin-null": [origin("null"), "null"],
	"prohibited-origin-public-suffix": [credentialed("https://*.github.io"), "https://*.github.io"],
	"invalid-any-in-list": [cors({ methods: ["*"] }), "*"],
	"invalid-method": [cors({ methods: ["P T"] }), "P T"],
	"invalid-method-case": [cors({ methods: ["patch"] }), "patch"],
	"forbidden-method": [cors({ methods: ["TRACE"] }), "TRACE"],
	"unreachable-method": [cors({ methods: ["BREW"] }), "BREW"],
	"invalid-request-header": [cors({ requestHeaders: ["x:"] }), "x:"],
	"forbidden-request-header": [cors({ requestHeaders: ["Cookie"] }), "Cookie"],
	"prohibited-request-header": [
		cors({ requestHeaders: ["Access-Control-Allow-Origin"] }),
		"Access-Control-Allow-Origin",
	],
	"asterisk-in-name": [cors({ requestHeaders: ["X-*"] }), "X-*"],
	"invalid-exposed-header": [cors({ exposedHeaders: ["x:"] }), "x:"],
	"forbidden-exposed-header": [cors({ exposedHeaders: ["Set-Cookie"] }), "Set-Cookie"],
	"prohibited-exposed-header": [cors({ exposedHeaders: ["Cookie"] }), "Cookie"],
	"repeated-entry": [cors({ methods: ["PUT", "PUT"] }), "PUT"],
	"invalid-directory-name": [origin({ directory: "A" }), "A"],
	"covered-origin": [
		{ cors: { origins: ["https://*.a.example", "https://x.a.example"] } },
		"https://x.a.example",
	],
	"any-port-on-public-host": [origin("https://a.example:*"), "https://a.example:*"],
	"shared-host": [credentialed("https://*.gitpod.io"), "https://*.gitpod.io"],
	"max-age-above-caps": [cors({ preflightMaxAgeSeconds: 80_000 }), 80_000],
	"invalid-type": [cors({ credentials: "yes" }), "yes"],
	"invalid-value": [cors({ preflightMaxAgeSeconds: -1 }), -1],
	"unknown-key": [beside({ upstraem: "https://a.example" }), "https://a.example"],
	"closed-not-alone": [{ closed: true, mode: "report" }, true],
	"repeated-path": [beside({ routes: [route("/a"), route("/a")] }), "/a"],
	"invalid-path": [beside({ routes: [route("a")] }), "a"],
	"unreachable-route": [beside({ routes: [route("/a/../b")] }), "/a/../b"],
	"unreachable-policy": [{ cors: [{ origins: "*" }, { origins: [] }] }, "*"],
	"origin-in-two-policies": [
		{ cors: [{ origins: ["https://a.example"], credentials: true }, { origins: ["https://a.example"] }] },
		"https://a.example",
	],
	"origin-of-earlier-policy": [
		{ cors: [{ origins: ["https://*.a.example"], credentials: true }, { origins: ["https://b.a.example"] }] },
		"https://b.a.example",
	],
	"route-drops-rights": [
		{
			...cors({ methods: ["PUT"] }),
			routes: [{ path: "/a", cors: { origins: ["https://app.example.com"] } }],
		},
		{ origins: ["https://app.example.com"] },
	],
	"invalid-upstream": [beside({ upstream: "api" }), "api"],
	"invalid-upstream-host": [beside({ upstream: "https://a..example" }), "https://a..example"],
	"invalid-upstream-form": [beside({ upstream: "https:a.example" }), "https:a.example"],
	"invalid-upstream-extra": [beside({ upstream: "https://a.example/x" }), "https://a.example/x"],
	"insecure-upstream": [beside({ upstream: "http://a.example" }), "http://a.example"],
	"ip-upstream": [beside({ upstream: "https://192.0.2.1" }), "https://192.0.2.1"],
	"invalid-service": [beside({ upstream: { service: "1" } }), "1"],
	"invalid-cookie-domain": [beside({ cookies: { domain: "a b" } }), "a b"],
	"prohibited-cookie-domain-public-suffix": [beside({ cookies: { domain: "com" } }), "com"],
	"cookies-without-effect": [beside({ cookies: { partitioned: false } }), { partitioned: false }],
	"empty-hosts": [beside({ hosts: [] }), []],
	"invalid-host": [beside({ hosts: ["https://a.example"] }), "https://a.example"],
	"repeated-host": [beside({ hosts: ["a.example", "a.example"] }), "a.example"],
	"too-few-items": [{ cors: [] }, []],
	"invalid-origin": [beside({ expect: [{ origin: "a", request: "GET /", readable: true }] }), "a"],
	"invalid-request": [beside({ expect: [{ origin: "null", request: "GET", readable: true }] }), "GET"],
	"invalid-header": [
		beside({ expect: [{ origin: "null", request: "GET /", headers: ["a b"], readable: true }] }),
		"a b",
	],
};

/** Codes without a value, each with the reason. */
const WITHOUT: Readonly<Record<string, string>> = {
	"missing-key": "nothing is there",
	"repeated-key": "the key is the fault, and the pointer ends in it",
	"invalid-json": "there is no document yet",
	"invalid-document": "the whole of the document",
	"document-too-large": "the whole of the document",
	"nested-too-deeply": "the whole of the document",
	"more-findings": "the whole of the document",
	"too-many-items": "longer than what is carried",
	"too-many-origins": "longer than what is carried",
	"too-many-wildcards": "longer than what is carried",
	"too-many-directories": "longer than what is carried",
	"too-many-expectations": "longer than what is carried",
	"too-many-readings": "made by all routes together",
	"redirected-elsewhere": "of an explanation, which has no document that is at fault",
	"wildcard-in-directory": "of an origin in a request, which the answer repeats",
	"insecure-origin": "likewise",
	"host-claimed-twice": "of two files, and tested below",
};

function findingsOf(document: object): readonly Finding[] {
	const { errors, warnings } = readTenantFile("file", JSON.stringify(document));
	return [...errors, ...warnings].map(({ finding }) => finding);
}

describe("a finding carries the value that it is about", () => {
	test.each(Object.entries(OFFENDING))("%s", (code, [document, value]) => {
		expect(findingsOf(document).find((finding) => finding.code === code)).toMatchObject({ code, value });
	});
});

test("a host that two files claim is beside the sentence", () => {
	const file = (name: string) => readTenantFile(name, JSON.stringify(beside({ hosts: ["a.example"] })));
	const { files } = claimHosts([file("a.json"), file("b.json")]);
	expect(files[1]?.errors.map(({ finding }) => finding)).toMatchObject([
		{ code: "host-claimed-twice", value: "a.example" },
	]);
});

test("each code of validation is in one of the two lists", () => {
	const known = new Set([...Object.keys(OFFENDING), ...Object.keys(WITHOUT)]);
	const files = globSync(
		["src/{tenants,cors,findings}/**/*.ts", "src/cli/files/*.ts", "src/explain/expectations.ts"],
		{ cwd: PROJECT },
	);
	const codes = files.flatMap((file) => {
		const text = readFileSync(join(PROJECT, file), "utf8");
		return [
			...text.matchAll(/\bcode: (?:[^"\n]*\? )?"([a-z-]+)"(?: : "([a-z-]+)")?/g),
			...text.matchAll(/^\t"((?:invalid|prohibited|forbidden)-[a-z-]+)":/gm),
		].flatMap(([, ...found]) => found.filter((code) => code !== undefined));
	});
	expect(new Set(codes).size).toBeGreaterThan(80);
	expect([...new Set(codes)].filter((code) => !known.has(code))).toEqual([]);
});
