/** Owns the proof that the last good copy survives in the runtime's own Cache API. */

import { expect, test } from "vitest";
import { createSecondCopy } from "../../src/isolate/second-copy.ts";

test("a copy is written, read back with its time, and removed", async () => {
	const copy = createSecondCopy(() => caches.open("second-copy-test"));
	const key = "tenant:*.example.com";
	expect(await copy.read(key)).toBeUndefined();
	await copy.write(key, '{"cors":{"origins":["https://bücher.example"]}}', 1234.5);
	expect(await copy.read(key)).toEqual({
		text: '{"cors":{"origins":["https://bücher.example"]}}',
		readAtMilliseconds: 1234.5,
	});
	expect(await copy.read("tenant:example.com")).toBeUndefined();
	await copy.remove(key);
	expect(await copy.read(key)).toBeUndefined();
});
