/** Owns the browser suite: every case in every engine, against the built gateway between real sockets. */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { caseExpectationOf } from "./cases/case.ts";
import { CASES } from "./cases/cases.ts";
import { formatRows, LAST_RUN, plainTable, type Row, rowOf } from "./compatibility.ts";
import { readChoice } from "./engines/choice.ts";
import { prepareEngines } from "./engines/install.ts";
import { obstacle } from "./stage/plan.ts";
import { type Drive, featuresFor, type Suite, startSuite, transcriptsOf, wentAsExpected } from "./suite.ts";

const DRIVE_HOOK_TIMEOUT_MILLISECONDS = 120_000;
const isCi = /^(1|true)$/i.test(process.env["CI"] ?? "");

const choice = readChoice(process.env);
const prepared = await prepareEngines(choice);
const rows: Row[] = [];
let suite: Suite | undefined;

beforeAll(async () => {
	const engines = prepared.flatMap(({ engine }) => (engine === undefined ? [] : [engine]));
	if (engines.length > 0) suite = await startSuite(engines);
}, DRIVE_HOOK_TIMEOUT_MILLISECONDS);

afterAll(async () => {
	await suite?.stop();
	if (rows.length === 0) return;
	await mkdir(dirname(LAST_RUN), { recursive: true });
	await writeFile(LAST_RUN, formatRows(rows));
	console.log(plainTable(rows));
});

test.skipIf(choice === "skip")("every case has an id and a sentence of its own", () => {
	expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
	expect(new Set(CASES.map(({ says }) => says)).size).toBe(CASES.length);
});

for (const each of prepared) {
	if (each.engine === undefined) {
		const { id, missing } = each;
		// Where the tests must prove something, an engine that is not there is a failure, unless somebody has said so.
		if (isCi && choice === "install") test(`${id} is installed`, () => expect.fail(missing));
		describe.skip(`${id}: ${missing}`, () => {
			for (const { says } of CASES) test(says, () => expect.fail(missing));
		});
		continue;
	}
	const { engine } = each;
	const features = featuresFor(engine);

	describe(engine.name, () => {
		let drive: Drive | undefined;

		beforeAll(async () => {
			if (suite === undefined) return;
			drive = await suite.drive(engine);
			const finished = drive;
			const ran = CASES.filter((case_) => obstacle(case_, features) === undefined);
			const results = ran.map((case_) => ({ case: case_, asExpected: wentAsExpected(finished, case_) }));
			rows.push(rowOf(engine.id, engine.name, drive.version, results));
		}, DRIVE_HOOK_TIMEOUT_MILLISECONDS);

		for (const case_ of CASES) {
			const reason = obstacle(case_, features);
			test.skipIf(reason !== undefined)(
				reason === undefined ? case_.says : `${case_.says} (${reason})`,
				() => {
					if (drive === undefined) expect.fail(`${engine.name} was not driven.`);
					if (drive.problem !== undefined) expect.fail(drive.problem);
					expect(transcriptsOf(drive, case_)).toEqual(caseExpectationOf(case_, engine.id));
				},
			);
		}
	});
}
