/** Owns the last line that a test run prints: a plain count, for people and for machines. */

import type { Reporter, TestModule, TestRunEndReason } from "vitest/node";

export class SummaryReporter implements Reporter {
	onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
		const count = { passed: 0, failed: errors.length, skipped: 0 };
		for (const module of modules) {
			for (const test of module.children.allTests()) {
				const { state } = test.result();
				if (state !== "pending") count[state]++;
			}
			if (module.state() === "failed" && count.failed === 0) count.failed++;
		}
		// A run that could not even begin has no test that failed.
		if (reason === "failed" && count.failed === 0) count.failed++;
		const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
		process.on("exit", () => console.log(`${count.passed} passed, ${count.failed} failed${skipped}`));
	}
}

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default SummaryReporter;
