/** Owns the end-to-end tests of cookies: rewritten for cross-site use where asked, byte for byte where not. */

import { describe, expect, test } from "vitest";
import { APP, credentialedTenant, EVIL, exchange } from "./harness/stage.ts";

const none = credentialedTenant("cookies-none.test", { cookies: { sameSite: "None" } });
const partitioned = credentialedTenant("cookies-partitioned.test", { cookies: { partitioned: true } });
const both = credentialedTenant("cookies-both.test", { cookies: { sameSite: "None", partitioned: true } });
const off = credentialedTenant("cookies-off.test");

/** The cookies of a response, after the upstream set `cookies`. */
async function cookiesOf(host: string, origin: string | undefined, cookies: readonly string[]) {
	const headers = cookies.map((cookie) => ["Set-Cookie", cookie] as const);
	return (await exchange({ host, origin }, { headers })).response.all("set-cookie");
}

describe("cookies for cross-site use", () => {
	test.each<[string, string, string, string]>([
		["bare", "a=1", "a=1; SameSite=None; Secure", "a=1; SameSite=None; Secure; Partitioned"],
		[
			"SameSite=Lax",
			"a=1; Path=/; SameSite=Lax; HttpOnly",
			"a=1; Path=/; HttpOnly; SameSite=None; Secure",
			"a=1; Path=/; HttpOnly; SameSite=None; Secure; Partitioned",
		],
		[
			"all of it already, in another case",
			"a=1; samesite=none; SECURE; partitioned",
			"a=1; partitioned; SameSite=None; Secure",
			"a=1; SameSite=None; Secure; Partitioned",
		],
		[
			"SameSite twice",
			"a=1; SameSite=Strict; SameSite=Lax",
			"a=1; SameSite=None; Secure",
			"a=1; SameSite=None; Secure; Partitioned",
		],
		[
			"__Host-",
			"__Host-id=x; Path=/; Secure; HttpOnly",
			"__Host-id=x; Path=/; HttpOnly; SameSite=None; Secure",
			"__Host-id=x; Path=/; HttpOnly; SameSite=None; Secure; Partitioned",
		],
		[
			"__Secure- and a domain",
			"__Secure-id=x; Domain=example.com; Secure",
			"__Secure-id=x; Domain=example.com; SameSite=None; Secure",
			"__Secure-id=x; Domain=example.com; SameSite=None; Secure; Partitioned",
		],
		[
			"an expiry with a comma",
			"a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT; Max-Age=60",
			"a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT; Max-Age=60; SameSite=None; Secure",
			"a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT; Max-Age=60; SameSite=None; Secure; Partitioned",
		],
		[
			"weird spacing",
			"a = 1 ;Path = / ;  SameSite = Lax  ;secure ;HttpOnly",
			"a = 1 ;Path = / ;HttpOnly; SameSite=None; Secure",
			"a = 1 ;Path = / ;HttpOnly; SameSite=None; Secure; Partitioned",
		],
		[
			"a value with = and quotes",
			'token="a=b==, secure"; Path=/',
			'token="a=b==, secure"; Path=/; SameSite=None; Secure',
			'token="a=b==, secure"; Path=/; SameSite=None; Secure; Partitioned',
		],
		[
			"a value and a name that are called like attributes",
			"secure=SameSite=Lax; Path=/secure",
			"secure=SameSite=Lax; Path=/secure; SameSite=None; Secure",
			"secure=SameSite=Lax; Path=/secure; SameSite=None; Secure; Partitioned",
		],
		["no value", "a=", "a=; SameSite=None; Secure", "a=; SameSite=None; Secure; Partitioned"],
		[
			"an attribute that nobody knows",
			"a=1; Priority=High; SameParty",
			"a=1; Priority=High; SameParty; SameSite=None; Secure",
			"a=1; Priority=High; SameParty; SameSite=None; Secure; Partitioned",
		],
	])("%s", async (_, cookie, withNone, withBoth) => {
		expect(await cookiesOf(none, APP, [cookie])).toEqual([withNone]);
		expect(await cookiesOf(both, APP, [cookie])).toEqual([withBoth]);
		expect(await cookiesOf(off, APP, [cookie])).toEqual([cookie]);
	});

	test("partitioned alone keeps SameSite as it is", async () => {
		const cookies = ["a=1; SameSite=Lax", "b=2; Secure; Path=/"];
		expect(await cookiesOf(partitioned, APP, cookies)).toEqual([
			"a=1; SameSite=Lax; Secure; Partitioned",
			"b=2; Path=/; Secure; Partitioned",
		]);
	});

	test("several stay several lines, in their order, whoever asked", async () => {
		const cookies = ["a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT", "a=2", "b=3; SameSite=Strict"];
		for (const origin of [APP, EVIL, undefined]) {
			expect(await cookiesOf(none, origin, cookies)).toEqual([
				"a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT; SameSite=None; Secure",
				"a=2; SameSite=None; Secure",
				"b=3; SameSite=None; Secure",
			]);
			expect(await cookiesOf(off, origin, cookies)).toEqual(cookies);
		}
	});

	test.each([302, 304, 401, 500])("on a %i too", async (status) => {
		const { response } = await exchange(
			{ host: none, origin: APP },
			{ status, headers: [["Set-Cookie", "a=1"]] },
		);
		expect(response.all("set-cookie")).toEqual(["a=1; SameSite=None; Secure"]);
	});

	test("where there is none, none comes", async () => {
		expect(await cookiesOf(both, APP, [])).toEqual([]);
	});
});
