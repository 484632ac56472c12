/** Owns the proof that nothing of a source vanishes without a word, and that no text passes for a boolean. */

import { describe, expect, test } from "vitest";
import { cordon } from "../harness.ts";

const read = (value: unknown, format: string) =>
	cordon(["import", "-", "--from", format, "--dry-run"], {
		input: typeof value === "string" ? value : JSON.stringify(value),
	});

const ORIGIN = "https://app.acme.com";

describe("a text in place of a boolean leaves credentials off, and that is said, in", () => {
	test.each<[string, unknown]>([
		["options", { origin: [ORIGIN], credentials: "true" }],
		["options", { origin: [ORIGIN], credentials: 1 }],
		["kong", { plugins: [{ name: "cors", config: { origins: [ORIGIN], credentials: "true" } }] }],
		[
			"apisix",
			{ routes: [{ uri: "/*", plugins: { cors: { allow_origins: ORIGIN, allow_credential: "true" } } }] },
		],
		[
			"envoy",
			{ virtual_hosts: [{ name: "a", cors: { allow_origin: [ORIGIN], allow_credentials: "true" } }] },
		],
		["api-gateway", { CorsConfiguration: { AllowOrigins: [ORIGIN], AllowCredentials: "yes" } }],
		[
			"traefik",
			{
				kind: "Middleware",
				spec: { headers: { accessControlAllowOriginList: [ORIGIN], accessControlAllowCredentials: "true" } },
			},
		],
	])("%s %j", async (format, value) => {
		const ran = await read(value, format);
		expect(ran.out).toContain("which is not the boolean true, so they stay off");
		expect(ran.out).toContain("not carried over in full: credentials (1)");
		expect(ran.out).not.toContain('"credentials": true,');
		expect(ran.code).toBe(1);
	});

	test.each<[string, unknown]>([
		["api-gateway", { CorsConfiguration: { AllowOrigins: [ORIGIN], AllowCredentials: "true" } }],
		[
			"traefik",
			{
				http: {
					middlewares: {
						c: { headers: { accessControlAllowOriginList: [ORIGIN], accessControlAllowCredentials: "true" } },
					},
				},
			},
		],
		["spring", { a: { "allowed-origins": [ORIGIN], "allow-credentials": "on" } }],
	])("but not where the product reads it so: %s", async (format, value) => {
		const ran = await read(value, format);
		expect(ran.out).toContain('"credentials": true');
		expect(ran.code).toBe(0);
	});
});

test("methods in lower case are made safe: browsers compare byte for byte", async () => {
	const ran = await read({ origin: [ORIGIN], methods: ["put", "PATCH"] }, "options");
	expect(ran.out).toContain('made safe  line 1: "put" in methods is written "PUT"');
	expect(ran.out).toContain("; made safe besides: methods (1)");
	expect(ran.out).not.toContain('"PATCH" in methods is written');
	expect(ran.code).toBe(0);
});

describe("a member of a list that is not carried over is reported as left out", () => {
	const lists: Readonly<Record<string, (list: unknown) => unknown>> = {
		options: (origin) => ({ origin, credentials: true }),
		kong: (origins) => ({ plugins: [{ name: "cors", config: { origins } }] }),
		apisix: (list) => ({ routes: [{ uri: "/*", plugins: { cors: { allow_origins: list } } }] }),
		traefik: (list) => ({
			http: { middlewares: { c: { headers: { accessControlAllowOriginList: list } } } },
		}),
		s3: (AllowedOrigins) => [{ AllowedOrigins, AllowedMethods: ["GET"] }],
		cloudfront: (Items) => ({ CorsConfig: { AccessControlAllowOrigins: { Items } } }),
		"api-gateway": (AllowOrigins) => ({ CorsConfiguration: { AllowOrigins } }),
		spring: (list) => ({ a: { "allowed-origins": list } }),
		envoy: (list) => ({ virtual_hosts: [{ name: "a", cors: { allow_origin_string_match: list } }] }),
		"gateway-api": (allowOrigins) => ({
			kind: "HTTPRoute",
			spec: { rules: [{ filters: [{ type: "CORS", cors: { allowOrigins } }] }] },
		}),
	};
	test.each(Object.keys(lists))("origins of %s", async (format) => {
		const ran = await read(lists[format]?.([ORIGIN, true, null, { a: 1 }, 5]), format);
		for (const member of ["true", "null", '{"a":1}', "5"]) {
			expect(ran.out).toMatch(new RegExp(`left out .*line 1: ${member.replace(/[{}]/g, "\\$&")}`));
		}
		expect(ran.out).toContain("4 left out");
		expect(ran.code).toBe(1);
	});

	test("a list of nothing else, for which express lets everybody in", async () => {
		const ran = await read({ origin: [true] }, "options");
		expect(ran.out).toContain("express takes it for every origin");
		expect(ran.out).toContain('"origins": []');
		expect(ran.code).toBe(1);
	});

	test("names of methods and headers", async () => {
		const ran = await read(
			{ origin: [ORIGIN], methods: ["PUT", true], allowedHeaders: [null, "X-Id"] },
			"options",
		);
		expect(ran.out).toContain("methods: true is not a name");
		expect(ran.out).toContain("request headers: null is not a name");
		expect(ran.code).toBe(1);
	});
});

describe("what is not carried over is named as what it is", () => {
	const text = (headers: string) =>
		`http: { middlewares: { c: { headers: { accessControlAllowOriginList: ["${ORIGIN}"], accessControlAllowHeaders: [${headers}] } } } }`;

	test("request headers, in the summary and in the comments of the file", async () => {
		const ran = await read(text('"*"'), "traefik");
		expect(ran.out).toContain("; not carried over in full: request headers (1).");
		expect(ran.out).not.toContain("paths and conditions");
		expect(ran.out).toMatch(/^\/\/ Left out: line 1: request headers: the asterisk/m);
		expect(ran.code).toBe(1);
	});

	test("a name that does not validate", async () => {
		const ran = await read(text('"X-(A|B)"'), "traefik");
		expect(ran.out).toContain("; not carried over in full: requestHeaders (1).");
		expect(ran.out).toMatch(/^\/\/ Left out: "X-\(A\|B\)" is left out of requestHeaders/m);
		expect(ran.code).toBe(1);
	});

	test("comments of one bucket stay out of the other's file", async () => {
		const bucket = (origin: string) => ({
			CorsConfiguration: { CorsRules: [{ AllowedOrigins: [origin], AllowedMethods: ["GET"] }] },
		});
		const ran = await read({ A: bucket("null"), B: bucket(ORIGIN) }, "s3");
		expect(ran.out.match(/^\/\/ Left out: .*null/gm)).toHaveLength(1);
	});
});

describe("where the source sends its requests is not carried over as upstream, and that is said, for", () => {
	const cors = { name: "cors", config: { origins: [ORIGIN] } };
	test.each<[string, unknown, string]>([
		[
			"kong",
			{ services: [{ name: "a", url: "http://api.internal:8080", plugins: [cors] }] },
			"http://api.internal:8080",
		],
		[
			"kong",
			{ services: [{ name: "a", host: "api.internal", port: 81, plugins: [cors] }] },
			"http://api.internal:81",
		],
		[
			"traefik",
			{
				http: {
					middlewares: { c: { headers: { accessControlAllowOriginList: [ORIGIN] } } },
					services: { a: { loadBalancer: { servers: [{ url: "http://10.0.0.1" }] } } },
				},
			},
			"http://10.0.0.1",
		],
		[
			"apisix",
			{
				routes: [
					{
						uri: "/*",
						plugins: { cors: { allow_origins: ORIGIN } },
						upstream: { nodes: { "api.internal:80": 1 } },
					},
				],
			},
			"api.internal:80",
		],
	])("%s %j", async (format, value, address) => {
		const ran = await read(value, format);
		expect(ran.out).toContain(`The source sends requests to ${address}. That is not carried over`);
	});

	test("and not where the source names none", async () => {
		expect((await read({ origin: [ORIGIN] }, "options")).out).not.toContain("sends requests");
	});
});

test("an entry that another one covers is not written, and that is said", async () => {
	const ran = await read({ origin: [ORIGIN, "/\\.acme\\.com$/", "https://b.acme.org"] }, "options");
	expect(ran.out).toContain(`"${ORIGIN}" is not written: another entry covers it already.`);
	const [, document = ""] = ran.out.split("what you expect.");
	expect(document).not.toContain(ORIGIN);
	expect(document).toContain("https://*.acme.com");
	expect(document).toContain("https://b.acme.org");
	expect(ran.code).toBe(0);
});
