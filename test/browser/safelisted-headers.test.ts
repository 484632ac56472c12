/** Owns the proof of the CORS-safelisted request-headers, on the cases of web-platform-tests. */

import { describe, expect, test } from "vitest";
import type { HeaderList } from "../../src/browser/header-list.ts";
import {
	MAX_SAFELISTED_VALUE_BYTES,
	MAX_SAFELISTED_VALUES_BYTES,
	type UnsafeReason,
	unsafeRequestHeaders,
	whyUnsafe,
} from "../../src/browser/safelisted-headers.ts";

/** cors/cors-safelisted-request-header.any.js, cors/simple-requests.htm, fetch/api/cors/cors-no-preflight.any.js */
describe("Content-Type", () => {
	test.each<[string, UnsafeReason | undefined]>([
		["text/plain", undefined],
		["Text/Plain;charset=utf-8", undefined],
		["text/plain; parameter=anything", undefined],
		["application/x-www-form-urlencoded", undefined],
		["multipart/form-data", undefined],
		["text/plain;", undefined],
		["text/plain;garbage", undefined],
		["text/plain ;charset=utf-8", undefined],
		["text /plain", "mime-type"],
		["text/ plain", "mime-type"],
		["text\t/\tplain", "mime-type"],
		["text/plain;garbage\u0001\u0002", "unsafe-byte"],
		["text/plain,", "mime-type"],
		[",text/plain", "mime-type"],
		["text/plain,text/plain", "mime-type"],
		["text/plain,x/x", "mime-type"],
		["text/plain\u000b", "unsafe-byte"],
		["text/plain\u000c", "unsafe-byte"],
		["application/www-form-urlencoded", "mime-type"],
		["application/x-www-form-urlencoded;\u007f", "unsafe-byte"],
		['multipart/form-data;"', "unsafe-byte"],
		["text/html", "mime-type"],
		["application/json", "mime-type"],
		["text", "mime-type"],
		["text/", "mime-type"],
		["/plain", "mime-type"],
		["", "mime-type"],
	])("%j: %s", (value, reason) => {
		expect(whyUnsafe(["Content-Type", value])).toBe(reason);
	});
});

/** cors/cors-safelisted-request-header.any.js */
describe("Range", () => {
	test.each<[string, UnsafeReason | undefined]>([
		["bytes=100-200", undefined],
		["bytes=200-", undefined],
		["bytes=5-5", undefined],
		["bytes=00000000000000000000001-2", undefined],
		["bytes=10000000000000000000001-10000000000000000000000", "range"],
		["100-200", "range"],
		["MB=100-200", "range"],
		["bytes =100-200", "range"],
		["bytes\t=100-200", "range"],
		["bytes=  100-200", "range"],
		["bytes=\t\t100-200", "range"],
		["bytes= \t100-200", "range"],
		["bytes=100 -200", "range"],
		["bytes=100\t-200", "range"],
		["bytes=100- 200", "range"],
		["bytes=100-\t200", "range"],
		["bytes=100-200hello", "range"],
		["bytes=abc-def", "range"],
		["bytes=100-200,300-400", "range"],
		["bytes=-200", "range"],
		["bytes=-", "range"],
		["bytes=200-100", "range"],
		[`bytes=1${"0".repeat(60)}-2${"0".repeat(60)}`, "value-length"],
		["bytes 100-200", "range"],
		["bytes 0-", "range"],
		["bytes = 100-200", "range"],
		[",bytes=100-200", "range"],
		["bytes=,100-200", "range"],
		["bytes=1-2-3", "range"],
		["Bytes=1-2", "range"],
	])("%j: %s", (value, reason) => {
		expect(whyUnsafe(["Range", value])).toBe(reason);
	});
});

/** fetch/api/cors/resources/not-cors-safelisted.json and cors/simple-requests.htm */
describe("the other names", () => {
	test.each<[string, string, UnsafeReason | undefined]>([
		["accept", "*/*", undefined],
		["Accept", "test;q=0,5/é", undefined],
		["accept", '"', "unsafe-byte"],
		["accept", "\t", undefined],
		["accept-language", "nn-NO, nn;q=0.5, *", undefined],
		["accept-language", "nn_NO,nn,en", "language-byte"],
		["accept-language", "\u0001", "language-byte"],
		["accept-language", "@", "language-byte"],
		["accept-language", "\t", "language-byte"],
		["CONTENT-language", "eu", undefined],
		["content-language", "\u0001", "language-byte"],
		["content-language", "@", "language-byte"],
		["authorization", "basics", "name"],
		["test", "hi", "name"],
		["last-event-id", "abc123", "name"],
		["x-requested-with", "", "name"],
		["*", "1", "name"],
	])("%s: %j: %s", (name, value, reason) => {
		expect(whyUnsafe([name, value])).toBe(reason);
	});
	test.each([...'"():<>?@[\\]{}\u007f\u0000\u001f'])("Accept with the byte %j is unsafe", (byte) => {
		expect(whyUnsafe(["Accept", `a${byte}`])).toBe("unsafe-byte");
	});
	test.each([..."\t !#$%&'*+,-./;=^_`|~\u0080ÿ"])("Accept with the byte %j is safelisted", (byte) => {
		expect(whyUnsafe(["Accept", `a${byte}`])).toBeUndefined();
	});
});

describe("the limits", () => {
	test("a value of 128 bytes is safelisted, one of 129 is not", () => {
		expect(whyUnsafe(["Accept", "a".repeat(MAX_SAFELISTED_VALUE_BYTES)])).toBeUndefined();
		expect(whyUnsafe(["Accept", "a".repeat(MAX_SAFELISTED_VALUE_BYTES + 1)])).toBe("value-length");
	});

	const full: HeaderList = Array.from(
		{ length: MAX_SAFELISTED_VALUES_BYTES / MAX_SAFELISTED_VALUE_BYTES },
		() => ["Accept", "a".repeat(MAX_SAFELISTED_VALUE_BYTES)] as const,
	);
	test("values of 1024 bytes together are safelisted", () => {
		expect(unsafeRequestHeaders(full)).toEqual([]);
	});
	test("one byte more makes every safelisted header unsafe, each named once", () => {
		expect(unsafeRequestHeaders([...full, ["Content-Language", "e"]])).toEqual([
			{ name: "accept", value: "a".repeat(128), reason: "values-length" },
			{ name: "content-language", value: "e", reason: "values-length" },
		]);
	});
	test("values of headers that are unsafe anyway do not count", () => {
		expect(unsafeRequestHeaders([...full, ["X-Custom", "x".repeat(2000)]]).map(({ name }) => name)).toEqual([
			"x-custom",
		]);
	});
});

test("unsafe names are sorted, in lower case, each once, with the first reason", () => {
	expect(
		unsafeRequestHeaders([
			["X-B", "2"],
			["Content-Type", "text/plain"],
			["content-type", "application/json"],
			["Authorization", "Bearer x"],
			["x-b", "3"],
			["Accept", "*/*"],
		]),
	).toEqual([
		{ name: "authorization", value: "Bearer x", reason: "name" },
		{ name: "content-type", value: "application/json", reason: "mime-type" },
		{ name: "x-b", value: "2", reason: "name" },
	]);
});
