/** Owns the values of a wrong type whose meaning is plain, and what `validate` says of them. */

import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/findings/finding.ts";
import { compileTenant } from "../../src/tenants/tenant.ts";

const A = "https://app.acme.com";
const cors = (more: object) => ({ cors: { origins: [A], ...more } });
const beside = (more: object) => ({ ...cors({ credentials: true }), ...more });

function findingAt(document: unknown, pointer: string): Finding {
	const result = compileTenant(document);
	const found = result.ok ? undefined : result.errors.find((finding) => finding.pointer === pointer);
	if (found === undefined) throw new Error(`no error at ${pointer}: ${JSON.stringify(result)}`);
	return found;
}

type Row = readonly [document: object, pointer: string, suggestion: unknown];

const flags = (key: string): readonly Row[] =>
	[
		...["true", "YES", " on ", "1", 1, "enabled", [true], ["true"]].map((value) => [value, true] as const),
		...["false", "no", "Off", "0", 0, "disabled"].map((value) => [value, false] as const),
	].map(([value, meant]) => [cors({ [key]: value }), `/cors/${key}`, meant]);

describe("a value whose meaning is plain is suggested, and written by --fix", () => {
	test.each<Row>([
		...flags("credentials"),
		...flags("timingAllowOrigin"),
		[beside({ cookies: { sameSite: "None", partitioned: 1 } }), "/cookies/partitioned", true],
		[{ closed: "yes" }, "/closed", true],
		...(
			[
				["7200", 7200],
				["3600s", 3600],
				["2h", 7200],
				["10 minutes", 600],
				["1 hour", 3600],
				["60m", 3600],
				["90 sec", 90],
				["1h30m", 5400],
				["600000ms", 600],
				[[600], 600],
			] as const
		).map(
			([age, meant]): Row => [cors({ preflightMaxAgeSeconds: age }), "/cors/preflightMaxAgeSeconds", meant],
		),
		[beside({ upstreamTimeoutSeconds: "30s" }), "/upstreamTimeoutSeconds", 30],
		[beside({ upstream: ["https://api.internal.example"] }), "/upstream", "https://api.internal.example"],
		[{ cors: { origins: [[A]] } }, "/cors/origins/0", A],
		[beside({ mode: ["report"] }), "/mode", "report"],
		[
			beside({ routes: { "/v1/*": { cors: { origins: [A], credentials: true } } } }),
			"/routes",
			[{ path: "/v1/*", cors: { origins: [A], credentials: true } }],
		],
		[beside({ cookies: "None" }), "/cookies", { sameSite: "None" }],
		[{ cors: A }, "/cors", { origins: [A] }],
		[{ cors: [A] }, "/cors/0", { origins: [A] }],
		[{ cors: { origins: [`"${A}"`] } }, "/cors/origins/0", A],
		[{ cors: { origins: [`'${A}'`] } }, "/cors/origins/0", A],
		[{ cors: { origins: `<${A}>` } }, "/cors/origins", [A]],
		[{ cors: { origins: ["https//app.acme.com"] } }, "/cors/origins/0", A],
		[{ cors: { origins: ["http//localhost:3000"] } }, "/cors/origins/0", "http://localhost:3000"],
	])("%j at %s", (document, pointer, meant) => {
		const { suggestion, fix } = findingAt(document, pointer);
		expect(suggestion).toEqual(meant);
		expect(fix).toEqual([{ op: "replace", path: pointer, value: meant }]);
	});
});

describe("a word of something else's is suggested, but whoever reads it decides", () => {
	test.each<Row>([
		[cors({ credentials: "include" }), "/cors/credentials", true],
		[cors({ credentials: "same-origin" }), "/cors/credentials", false],
		[cors({ credentials: "omit" }), "/cors/credentials", false],
		[cors({ timingAllowOrigin: "*" }), "/cors/timingAllowOrigin", true],
		[cors({ methods: "all" }), "/cors/methods", "*"],
		[cors({ requestHeaders: "Any" }), "/cors/requestHeaders", "*"],
		[{ cors: { origins: "all" } }, "/cors/origins", "*"],
		[{ cors: "*" }, "/cors", { origins: "*" }],
		[beside({ mode: "report-only" }), "/mode", "report"],
		[beside({ mode: "dryRun" }), "/mode", "report"],
		[beside({ mode: "on" }), "/mode", "enforce"],
		[beside({ deniedRequests: "deny" }), "/deniedRequests", "reject"],
		[beside({ deniedRequests: 403 }), "/deniedRequests", "reject"],
		[beside({ deniedRequests: "allow" }), "/deniedRequests", "forward"],
		[beside({ originHeader: "remove" }), "/originHeader", "strip"],
		[beside({ clientCertificate: "optional" }), "/clientCertificate", "forward"],
		[{ cors: { origins: [".acme.com"] } }, "/cors/origins/0", "https://*.acme.com"],
		...["300*", "3000-3010", "{3000..3010}", "[0-9]*", "[0-9]+"].map(
			(ports): Row => [
				{ cors: { origins: [`http://localhost:${ports}`] } },
				"/cors/origins/0",
				"http://localhost:*",
			],
		),
		[
			{ cors: { origins: ["https?://(localhost|127\\.0\\.0\\.1)(:\\d+)?"] } },
			"/cors/origins/0",
			["http://localhost:*", "http://127.0.0.1:*"],
		],
		[beside({ upstream: { binding: "API" } }), "/upstream/binding", "service"],
		[
			beside({ routes: [{ pattern: "/v1", cors: { origins: [A], credentials: true } }] }),
			"/routes/0/pattern",
			"path",
		],
		[beside({ routes: [{ path: "/v1", policy: { origins: [A] } }] }), "/routes/0/policy", "cors"],
	])("%j at %s", (document, pointer, meant) => {
		const { suggestion, fix } = findingAt(document, pointer);
		expect([suggestion, fix]).toEqual([meant, undefined]);
	});
});

describe("what has no plain meaning gets words alone", () => {
	test.each<readonly [document: object, pointer: string, words: string]>([
		[{ cors: { origins: "all", credentials: true } }, "/cors/origins", "must be"],
		[{ cors: { origins: ["all"] } }, "/cors/origins/0", '"*" in place of the list'],
		[{ cors: { origins: ["self"] } }, "/cors/origins/0", "own origin"],
		[{ cors: { origins: ["same-origin"] } }, "/cors/origins/0", "own origin"],
		[{ cors: { origins: ["none"] } }, "/cors/origins/0", "empty list"],
		...["$ALLOWED_ORIGIN", "https://%HOST%", "https://*.{{APP_TLD}}", "https://<your-domain>"].map(
			(text): readonly [object, string, string] => [
				{ cors: { origins: [text] } },
				"/cors/origins/0",
				"variables are not replaced",
			],
		),
		[
			{ cors: { origins: [{ regex: "https://.*\\.acme\\.com" }] } },
			"/cors/origins/0/regex",
			'"https://*.acme.com"',
		],
		[{ cors: { origins: [{ regex: "https://(?!x).*" }] } }, "/cors/origins/0/regex", "not in an object."],
		[{ cors: { origins: ["directory:customers"] } }, "/cors/origins/0", '{"directory": "customers"}'],
		[{ cors: { origins: [{ exact: A }] } }, "/cors/origins/0/exact", `"${A}"`],
		[beside({ upstream: { url: A } }), "/upstream/url", `"upstream": "${A}"`],
		[cors({ preflightMaxAgeSeconds: true }), "/cors/preflightMaxAgeSeconds", "must be"],
		[cors({ credentials: "sometimes" }), "/cors/credentials", "must be"],
		[cors({ credentials: 2 }), "/cors/credentials", "must be"],
	])("%j at %s", (document, pointer, words) => {
		const { suggestion, fix, message } = findingAt(document, pointer);
		expect([suggestion, fix]).toEqual([undefined, undefined]);
		expect(message).toContain(words);
	});
});
