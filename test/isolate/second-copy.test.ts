/** Owns the proof that the last good copy survives in the runtime's own Cache API. */

import { expect, test } from "vitest";
import { createSecondCopy } from "../../src/isolate/second-copy.ts";

function setUp() {
	return createSecondCopy(() => caches.open("second-copy-test"));
}

test("a copy is written and read back with its time", async () => {
	const copy = setUp();
	const key = "tenant:*.example.com";
	expect(await copy.read(key)).toBeUndefined();
	const written = { text: '{"cors":{"origins":["https://bücher.example"]}}', readAtMilliseconds: 1234.5 };
	await copy.write(key, written);
	expect(await copy.read(key)).toEqual(written);
	expect(await copy.read("tenant:example.com")).toBeUndefined();
});

test("an absence is not the same as an empty text, and takes its place", async () => {
	const copy = setUp();
	const key = "origin:customers:https://one.example";
	await copy.write(key, { text: "", readAtMilliseconds: 1 });
	expect(await copy.read(key)).toEqual({ text: "", readAtMilliseconds: 1 });
	await copy.write(key, { text: null, readAtMilliseconds: 2 });
	expect(await copy.read(key)).toEqual({ text: null, readAtMilliseconds: 2 });
	await copy.write(key, { text: "", readAtMilliseconds: 3 });
	expect(await copy.read(key)).toEqual({ text: "", readAtMilliseconds: 3 });
});

test("what a slow read brings late never replaces what was read after it began", async () => {
	const copy = setUp();
	const key = "tenant:api.example.com";
	await copy.write(key, { text: null, readAtMilliseconds: 20 });
	await copy.write(key, { text: "{}", readAtMilliseconds: 10 });
	expect(await copy.read(key)).toEqual({ text: null, readAtMilliseconds: 20 });
});
