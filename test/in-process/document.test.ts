/** Owns the proof of the document that an app hands over: what is refused when the middleware is built, and in which words. */

import { expect, test } from "vitest";
import { cordon, type MiddlewareDocument, PolicyError } from "../../src/hono.ts";

const APP = "https://app.example.com";

/** The findings that a document is refused with; none where it is not. */
function refusal(document: unknown): PolicyError | undefined {
	try {
		cordon(document as MiddlewareDocument);
		return undefined;
	} catch (error) {
		if (error instanceof PolicyError) return error;
		throw error;
	}
}

const found = (document: unknown) =>
	refusal(document)?.findings.map(({ code, pointer }) => `${pointer} ${code}`) ?? [];

test.each<[sentence: string, document: unknown, findings: readonly string[]]>([
	[
		"everything that is wrong is said at once",
		{ cors: { origins: [`${APP}/`, "null"], methods: ["patch"] }, mode: "watch" },
		[
			"/mode invalid-type",
			"/cors/origins/0 invalid-origin-trailing-slash",
			"/cors/origins/1 prohibited-origin-null",
			"/cors/methods/0 invalid-method-case",
		],
	],
	[
		"an unknown key is an error",
		{ cors: { origins: [], credentails: true } },
		["/cors/credentails unknown-key"],
	],
	["nothing is not a document", undefined, [" invalid-document"]],
	["a list is not a document", [], [" invalid-document"]],
	["cors is required", {}, ["/cors missing-key"]],
	...[
		"upstream",
		"originHeader",
		"upstreamTimeoutSeconds",
		"clientCertificate",
		"hosts",
		"expect",
		"closed",
	].map((key): [string, unknown, readonly string[]] => [
		`${key} is a key of the gateway alone, with any value`,
		{ [key]: 1, cors: { origins: [APP] } },
		[`/${key} unknown-key`],
	]),
	[
		"a directory needs KV",
		{ cors: { origins: [APP, { directory: "customers" }] } },
		["/cors/origins/1 directory-without-kv"],
	],
	[
		"a directory needs KV in a route too",
		{ cors: { origins: [] }, routes: [{ path: "/a", cors: { origins: [{ directory: "x" }] } }] },
		["/routes/0/cors/origins/0 directory-without-kv"],
	],
	[
		"a function is not taken for nothing",
		{ cors: { origins: [APP], credentials: () => true } },
		["/cors/credentials invalid-type"],
	],
	["a Set is not a list", { cors: { origins: new Set([APP]) } }, ["/cors/origins invalid-type"]],
	["what is undefined is absent", { cors: { origins: [APP], credentials: undefined }, mode: undefined }, []],
	["a schema for editors is fine", { $schema: "./tenant.schema.json", cors: { origins: "*" } }, []],
])("%s", (_sentence, document, findings) => {
	expect(found(document)).toEqual(findings);
});

test("a regular expression is named as what it is", () => {
	expect(refusal({ cors: { origins: [/^https:/] } })?.findings[0]?.code).toBe(
		refusal({ cors: { origins: ["/^https:/"] } })?.findings[0]?.code,
	);
});

test("a document that contains itself is refused, not followed for ever", () => {
	const document: Record<string, unknown> = { cors: { origins: [] } };
	document["routes"] = document;
	expect(found(document)).toEqual(["/routes invalid-type"]);
});

test("the error says what, where and how to put it right", () => {
	const error = refusal({ cors: { origins: [`${APP}/`] } });
	expect(error?.name).toBe("PolicyError");
	expect(error?.message).toBe(
		`This policy is not valid.\n  /cors/origins/0: "${APP}/" ends in a slash, which browsers never send in Origin: it would never match. Remove it. (invalid-origin-trailing-slash)`,
	);
});

test("the error of a document with many faults shows the first of them and counts the rest", () => {
	const error = refusal({ cors: { origins: Array.from({ length: 25 }, (_, i) => `host${i}`) } });
	expect(error?.findings).toHaveLength(25);
	expect(error?.message.split("\n")).toHaveLength(22);
	expect(error?.message).toContain("… and 5 more");
});
