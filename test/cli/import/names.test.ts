/** Owns the proof that methods, headers and max ages come out as what browsers made of those of the source. */

import { describe, expect, test } from "vitest";
import { importing } from "./importing.ts";

function traefik(options: string): string {
	return `http: { middlewares: { cors: { headers: { accessControlAllowOriginList: ["https://app.acme.com"], ${options} } } } }`;
}

function corsOf(text: string, name?: string) {
	const [document] = Object.values(importing(text, name).documents);
	return { ...document?.cors } as Readonly<Record<string, unknown>>;
}

describe("an asterisk that is sent to browsers is what they take it for", () => {
	test("with credentials it is a letter among methods too, so that no other method was allowed", () => {
		const text = traefik('accessControlAllowCredentials: true, accessControlAllowMethods: ["*"]');
		expect(corsOf(text)).toEqual({ origins: ["https://app.acme.com"], credentials: true });
		expect(importing(text).remarks).toContain(
			"methods: with credentials a browser reads the asterisk as a letter",
		);
	});
	test("without them it is every method", () => {
		expect(corsOf(traefik('accessControlAllowMethods: ["*"]'))["methods"]).toBe("*");
	});
	test("the names that stand beside it are carried over", () => {
		const options =
			'accessControlAllowMethods: ["*", PUT], accessControlAllowHeaders: ["*", X-Id], accessControlExposeHeaders: ["*", ETag]';
		expect(corsOf(traefik(`accessControlAllowCredentials: true, ${options}`))).toMatchObject({
			methods: ["PUT"],
			requestHeaders: ["X-Id"],
			exposedHeaders: ["ETag"],
		});
		expect(corsOf(traefik(options))).toMatchObject({
			methods: "*",
			requestHeaders: ["X-Id"],
			exposedHeaders: "*",
		});
	});
	test("beside Authorization, and without credentials, it is every header", () => {
		expect(corsOf(traefik('accessControlAllowHeaders: ["*", authorization]'))["requestHeaders"]).toBe("*");
	});
});

describe("a product's word for every method is the methods that it sends", () => {
	test("CloudFront's ALL", () => {
		const text =
			'{ "CorsConfig": { "AccessControlAllowOrigins": { "Items": ["https://app.acme.com"] }, "AccessControlAllowMethods": { "Items": ["ALL"] } } }';
		expect(corsOf(text)["methods"]).toEqual(["PUT", "PATCH", "DELETE"]);
	});
	test("APISIX' two asterisks", () => {
		const text =
			'routes: [{ uri: /*, plugins: { cors: { allow_origins: "https://app.acme.com", allow_methods: "**", allow_headers: "**", allow_credential: true } } }]';
		expect(corsOf(text)).toMatchObject({ methods: ["PUT", "DELETE", "PATCH"], requestHeaders: "*" });
	});
});

describe("the max age", () => {
	test.each([
		["one below zero, by which answers are not kept", "accessControlMaxAge: -1", 0],
		["one in the notation of ISO 8601", 'accessControlMaxAge: "PT1H30M"', 5400],
		["one that is longer than browsers keep it", "accessControlMaxAge: 31536000", 86_400],
	])("%s", (_, option, seconds) => {
		expect(corsOf(traefik(option))["preflightMaxAgeSeconds"]).toBe(seconds);
	});
	test.each([
		[
			"ingress-nginx",
			`kind: Ingress
metadata: { name: a, annotations: { nginx.ingress.kubernetes.io/enable-cors: "true" } }`,
			86_400,
		],
		[
			"Gateway API",
			'kind: HTTPRoute\nspec: { rules: [{ filters: [{ type: CORS, cors: { allowOrigins: ["https://a.acme.com"] } }] }] }',
			5,
		],
		["APISIX", 'routes: [{ uri: /*, plugins: { cors: { allow_origins: "https://a.acme.com" } } }]', 5],
	])("that %s sends where none is named", (_, text, seconds) => {
		expect(corsOf(text)["preflightMaxAgeSeconds"]).toBe(seconds);
	});
});
