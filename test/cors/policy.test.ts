/** Owns the proof of the compiled policy: the header values it leads to, and the names it refuses. */

import { describe, expect, test } from "vitest";
import { createOriginQuota } from "../../src/cors/allowed-origins.ts";
import { isNameCode, mendNames, NAME_CHECKS, nameMessage } from "../../src/cors/name-words.ts";
import { compilePolicies, type Policies } from "../../src/cors/policies.ts";
import type { CorsConfig, Policy } from "../../src/cors/policy.ts";
import { createFindings } from "../../src/findings/collector.ts";

const APP = "https://app.example.com";

function compile(config: Partial<CorsConfig>) {
	const findings = createFindings();
	const policies = compilePolicies({ origins: [APP], ...config }, "/cors", findings, createOriginQuota());
	return {
		policies: policies as Policies,
		policy: policies?.list[0] as Policy,
		errors: findings.list().map(({ code, pointer }) => [code, pointer]),
	};
}

describe("the preflight's constant headers", () => {
	test.each<[string, Partial<CorsConfig>, Record<string, string>]>([
		[
			"of the least policy name the safelisted methods and the default max age",
			{},
			{ "access-control-allow-methods": "GET, HEAD, POST", "access-control-max-age": "7200" },
		],
		[
			"with credentials, methods and headers list them all, as they were written, each once",
			{
				credentials: true,
				methods: ["PUT", "GET", "DELETE", "PUT"],
				requestHeaders: ["Content-Type", "X-A", "x-a", "Authorization"],
				preflightMaxAgeSeconds: 0,
			},
			{
				"access-control-allow-credentials": "true",
				"access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
				"access-control-allow-headers": "Content-Type, X-A, Authorization",
				"access-control-max-age": "0",
			},
		],
		[
			"of any origin without credentials say so; the wildcard leaves Authorization to be named",
			{ origins: "*", methods: "*", requestHeaders: "*" },
			{
				"access-control-allow-origin": "*",
				"access-control-allow-methods": "*",
				"access-control-allow-headers": "*, authorization",
				"access-control-max-age": "7200",
			},
		],
		[
			"with wildcards and credentials leave both lists to what is asked",
			{ credentials: true, methods: "*", requestHeaders: "*" },
			{ "access-control-allow-credentials": "true", "access-control-max-age": "7200" },
		],
	])("%s", (_, config, expected) => {
		const { policy, errors } = compile(config);
		expect(errors).toEqual([]);
		expect(Object.fromEntries(policy.preflightHeaders(APP))).toEqual({
			"access-control-allow-origin": APP,
			...expected,
			vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
		});
	});

	test("are those of the origin that asks, whoever asked before", () => {
		const { policy } = compile({ credentials: true });
		const answers = [APP, "https://b.example", APP].map(
			(origin) => new Response(null, { headers: policy.preflightHeaders(origin) }),
		);
		expect(answers.map(({ headers }) => headers.get("access-control-allow-origin"))).toEqual([
			APP,
			"https://b.example",
			APP,
		]);
	});
});

test("only any origin without credentials makes a response that varies by nothing", () => {
	expect(compile({ origins: "*" }).policies.variesByOrigin).toBe(false);
	expect(compile({}).policies.variesByOrigin).toBe(true);
	expect(compile({ origins: [] }).policies.variesByOrigin).toBe(true);
});

describe("a name is refused", () => {
	test.each<
		[
			key: "methods" | "requestHeaders" | "exposedHeaders",
			name: string,
			code: string,
			...suggestions: string[],
		]
	>([
		["methods", "patch", "invalid-method-case", "PATCH"],
		["methods", "Delete", "invalid-method-case", "DELETE"],
		["methods", "query", "invalid-method-case", "QUERY"],
		["methods", "get", "invalid-method-case", "GET"],
		["methods", "CONNECT", "forbidden-method"],
		["methods", "trace", "forbidden-method"],
		["methods", "TRACK", "forbidden-method"],
		["methods", "", "invalid-method"],
		["methods", "PUT,DELETE", "invalid-method", "PUT", "DELETE"],
		["methods", "put Trace;DELETE", "invalid-method", "PUT", "DELETE"],
		["methods", " PUT", "invalid-method", "PUT"],
		["methods", "PÜT", "invalid-method"],
		["methods", "*", "invalid-any-in-list"],
		["requestHeaders", "", "invalid-request-header"],
		["requestHeaders", "X A", "invalid-request-header"],
		["requestHeaders", "X-A:", "invalid-request-header", "X-A"],
		["requestHeaders", "X-A: 1", "invalid-request-header", "X-A"],
		["requestHeaders", "X-A, X-B", "invalid-request-header", "X-A", "X-B"],
		["requestHeaders", "X-A X-B", "invalid-request-header", "X-A", "X-B"],
		["requestHeaders", "Cookie", "forbidden-request-header"],
		["requestHeaders", "origin", "forbidden-request-header"],
		["requestHeaders", "Host", "forbidden-request-header"],
		["requestHeaders", "Sec-Fetch-Mode", "forbidden-request-header"],
		["requestHeaders", "Proxy-Authorization", "forbidden-request-header"],
		["requestHeaders", "Access-Control-Request-Method", "forbidden-request-header"],
		["requestHeaders", "Access-Control-Allow-Origin", "prohibited-request-header"],
		["requestHeaders", "*", "invalid-any-in-list"],
		["exposedHeaders", "Set-Cookie", "forbidden-exposed-header"],
		["exposedHeaders", "set-cookie2", "forbidden-exposed-header"],
		["exposedHeaders", "Origin", "prohibited-exposed-header"],
		["exposedHeaders", "User-Agent", "prohibited-exposed-header"],
		["exposedHeaders", "Access-Control-Allow-Origin", "prohibited-exposed-header"],
		["exposedHeaders", "é", "invalid-exposed-header"],
		["exposedHeaders", "*", "invalid-any-in-list"],
	])("%s %j: %s", (key, name, code, ...suggestions) => {
		expect(compile({ [key]: ["X-Good", name] }).errors).toEqual([[code, `/cors/${key}/1`]]);
		expect(isNameCode(code) && nameMessage(code, name, key)).toMatch(/\w{3}.*\./);
		const check = NAME_CHECKS[key] ?? (() => undefined);
		if (name.trim() !== "" && name !== "*") expect(mendNames(name, check) ?? []).toEqual(suggestions);
	});

	test.each<["methods" | "requestHeaders" | "exposedHeaders", string]>([
		["methods", "PROPFIND"],
		["methods", "Chicken"],
		["methods", "OPTIONS"],
		["requestHeaders", "Authorization"],
		["requestHeaders", "x_custom!"],
		["exposedHeaders", "ETag"],
		["exposedHeaders", "Authorization"],
		["exposedHeaders", "Content-Type"],
	])("%s %j is not", (key, name) => {
		expect(compile({ [key]: [name] }).errors).toEqual([]);
	});
});

test("any origin with credentials is prohibited, and no hatch allows it", () => {
	const { errors } = compile({
		origins: "*",
		credentials: true,
		dangerouslyAllowAnyExtension: true,
		dangerouslyAllowInsecureOrigins: true,
		dangerouslyAllowPublicSuffixSubdomains: true,
	});
	expect(errors).toEqual([["prohibited-origin-any-with-credentials", "/cors/origins"]]);
});

test("a directory's name is 1 to 64 of a-z 0-9 -", () => {
	const errorsOf = (directory: string) => compile({ origins: [{ directory }] }).errors.map(([code]) => code);
	for (const good of ["customers", "a", "0-9", "a".repeat(64)]) expect(errorsOf(good)).toEqual([]);
	for (const bad of ["", "A", "a_b", "a:b", "é", "a".repeat(65)]) {
		expect(errorsOf(bad)).toEqual(["invalid-directory-name"]);
	}
});
