/** Owns a test run inside workerd that never ends: it says that it is there, and waits. */

import { expect, test } from "vitest";

test("waits", { timeout: 120_000 }, async () => {
	console.log("The test is waiting.");
	expect(await scheduler.wait(110_000)).toBe("never");
});
