/** Owns the proof that what a run says of Hono comes from that run, and that nothing is said of what did not run. */

import { describe, expect, test } from "vitest";
import { markdownReport, terminalReport } from "../../bench/compare/report.ts";
import { contender, resultsOf } from "./results.ts";

const HONO_BARE = contender("hono-bare", "limit", { allowed: { ratio: 1.0449, standardError: 0.0121 } });
const CORDON = contender("cordon", "cordon", {
	allowed: { ratio: 1.24, toByHandInHono: { ratio: 1.0512, standardError: 0.0149 } },
});

describe.each([
	["the page of results", markdownReport],
	["the terminal", terminalReport],
])("on %s", (_, report) => {
	test("a sentence says what Hono costs, and another what Cordon costs above the same work in Hono", () => {
		expect(report(resultsOf(HONO_BARE, CORDON))).toContain(
			"Hono costs 0.04 ±0.01 of a bare pass-through: inside Hono the same pass-through takes 1.04 times the CPU time. " +
				"Cordon takes 1.05 ±0.01 times that of the same header changes by hand inside Hono.",
		);
	});

	test("nothing is said of Hono where the pass-through inside it did not run", () => {
		expect(report(resultsOf(CORDON))).not.toContain("Hono costs");
	});

	test("the sentence about Cordon is left out where the header changes inside Hono did not run", () => {
		const said = report(resultsOf(HONO_BARE, contender("cordon", "cordon", { allowed: { ratio: 1.24 } })));
		expect(said).toContain("takes 1.04 times the CPU time.");
		expect(said).not.toContain("Cordon takes");
	});
});
