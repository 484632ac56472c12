/** Owns the end-to-end tests of origin patterns: each form, beside what only looks like it. */

import { describe, expect, test } from "vitest";
import { NOT_SHARED, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, exchange, gateway, tenantWith } from "./harness/stage.ts";

const host = tenantWith("origins.test", {
	origins: [
		APP,
		"https://api.example.com:8443",
		"https://*.shops.example",
		"https://pr-*.preview.example.com",
		"http://localhost:*",
		"http://[::1]:3000",
		"chrome-extension://abcdefghijklmnop",
		{ directory: "partners" },
		{ directory: "customers-2" },
	],
	credentials: true,
});
gateway.store("origin:partners:https://partner.example", "since 2024");
gateway.store("origin:customers-2:https://customer.example:444", "");
gateway.store("origin:partners:null", "never");
gateway.store("origin:partners:http://insecure.example", "never with credentials");
gateway.store("origin:others:https://other.example", "another directory");

describe("an origin is allowed", () => {
	test.each([
		[APP],
		["https://api.example.com:8443"],
		["https://a.shops.example"],
		["https://a.b.shops.example"],
		["https://pr-7.preview.example.com"],
		["http://localhost"],
		["http://localhost:3000"],
		["http://[::1]:3000"],
		["chrome-extension://abcdefghijklmnop"],
		["https://partner.example"],
		["https://customer.example:444"],
	])("%s", async (origin) => {
		const { response } = await exchange({ host, origin });
		expect(sharingOf(response)).toEqual(sharedWithCredentials(origin));
	});
});

describe("an origin is denied", () => {
	test.each([
		["https://api.example.com"],
		["https://api.example.com:8444"],
		["https://shops.example"],
		["https://evilshops.example"],
		["https://.shops.example"],
		["https://a.shops.example:8443"],
		["https://a.shops.example.evil.example"],
		["https://evil.example/.shops.example"],
		["https://evil.example#.shops.example"],
		["https://user@a.shops.example"],
		["https://A.shops.example"],
		["http://a.shops.example"],
		["https://pr-.preview.example.com"],
		["https://pr-7.evil.preview.example.com"],
		["https://localhost:3000"],
		["http://localhost:80"],
		["http://localhost:03000"],
		["http://localhost:65536"],
		["http://localhost:"],
		["http://localhost.evil.example:3000"],
		["http://[::1]:3001"],
		["chrome-extension://abcdefghijklmno"],
		["https://partner.example:444"],
		["https://customer.example"],
		["http://insecure.example"],
		["https://other.example"],
		["null"],
	])("%s", async (origin) => {
		const { response } = await exchange({ host, origin });
		expect(response.status).toBe(200);
		expect(sharingOf(response)).toEqual(NOT_SHARED);
	});
});
