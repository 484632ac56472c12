/** Owns the page's course: gets its plan, runs every case, reports, and goes on to the next page or shows the verdicts. */

import { take } from "./steps.js";
import { conclude, describe, showOutcomes, showSeen } from "./table.js";

/** More than there are requests in a run: the browser's own limit would drop the later ones. */
const TIMING_ENTRIES = 2000;

const parameters = new URLSearchParams(location.search);
/** A run is one browser on all pages. */
const run = parameters.get("run") ?? crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
/** Whether nobody looks: then the page goes on by itself. */
const unattended = parameters.has("unattended");

try {
	await probe();
} catch (error) {
	// Nobody may be looking: the server has to know that no report will come.
	await own(`/failure?run=${run}`, { method: "POST", body: `${error}\n${error.stack}` });
	throw error;
}

async function probe() {
	performance.setResourceTimingBufferSize(TIMING_ENTRIES);
	const plan = await (await own(`/plan?run=${run}`)).json();
	describe(plan);
	await take(plan.preparation);
	const saw = await runCases(plan.cases);
	const report = await own(`/report?run=${run}`, { method: "POST", body: JSON.stringify(saw) });
	const { outcomes, next } = await report.json();
	showOutcomes(outcomes);
	conclude(outcomes);
	if (unattended && next) location.replace(`${next}/?run=${run}&unattended`);
}

/** Asks the page's own server, which has nothing to do with the gateway. */
function own(path, options = {}) {
	return fetch(path, { ...options, credentials: "omit" });
}

/** One after another, so that what is on the wire is in order; only those that mostly wait run beside the others. */
async function runCases(cases) {
	const saw = {};
	const asides = [];
	for (const { id, steps, aside } of cases) {
		const taken = take(steps).then((seen) => {
			saw[id] = seen.filter((entry) => entry !== "waited");
			showSeen(id, saw[id]);
		});
		if (aside) asides.push(taken);
		else await taken;
	}
	await Promise.all(asides);
	return saw;
}
