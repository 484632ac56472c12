/** Owns the driving: one stage for all engines, each opened once and led from page to page until the last has reported. */

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Case, caseExpectationOf, type EngineId, type Transcript } from "./cases/case.ts";
import type { DrivenEngine, Surroundings } from "./engines/engine.ts";
import { canUnshare } from "./engines/process.ts";
import { createAuthority } from "./stage/authority.ts";
import type { PageReport } from "./stage/runs.ts";
import { createStage } from "./stage/stage.ts";
import { type Feature, hostnames, namedWorld, PAGES, type PageName } from "./stage/world.ts";

/** From the browser's start to the last page's report. */
const DRIVE_TIMEOUT_MILLISECONDS = 90_000;

/** What came of driving an engine. */
export interface Drive {
	readonly engine: EngineId;
	readonly version: string;
	/** By page; one is missing where the browser did not get that far. */
	readonly reports: ReadonlyMap<PageName, PageReport>;
	/** Why a page is missing; undefined where none is. */
	readonly problem: string | undefined;
}

export interface Suite {
	drive(engine: DrivenEngine): Promise<Drive>;
	stop(): Promise<void>;
}

/** What a running browser's pages tell. */
interface OpenDrive {
	report(report: PageReport): void;
	fail(reason: string): void;
}

const unshares = await canUnshare();

/** Without a file system view of its own WebKit cannot be told addresses: then the names are those that all know. */
const tld = unshares ? "test" : "localhost";

/** What an engine's cases can count on. */
export function featuresFor(engine: DrivenEngine): ReadonlySet<Feature> {
	const certificate = engine.takesCertificate({ canUnshare: unshares }) ? (["certificate"] as const) : [];
	return new Set<Feature>(["hosts", "driven", ...certificate]);
}

/** What each page that runs a case saw of it; a page that did not report is left out. */
export function transcriptsOf(drive: Drive, each: Case): Readonly<Partial<Record<PageName, Transcript>>> {
	const pages = PAGES.filter((page) => each.expect[page] !== undefined);
	return Object.fromEntries(
		pages.flatMap((page) => {
			const outcome = drive.reports.get(page)?.outcomes.find(({ id }) => id === each.id);
			return outcome === undefined ? [] : [[page, outcome.transcript]];
		}),
	);
}

/** Starts the stage, for these engines. */
export async function startSuite(engines: readonly DrivenEngine[]): Promise<Suite> {
	const features = new Map(engines.map((engine) => [engine.id, featuresFor(engine)]));
	const directory = await mkdtemp(join(tmpdir(), "cordon-browsers-"));
	const names = hostnames(tld);
	const authority = await createAuthority(directory, names);
	const drives = new Map<string, OpenDrive>();
	const stage = createStage({
		address: "127.0.0.1",
		fronts: [{ tls: authority.server }, { tls: { ...authority.server, ca: authority.certificate } }],
		worldOf: ([port = 0, certificatePort = 0]) =>
			namedWorld({
				scheme: "https",
				tld,
				port,
				certificatePort,
				features: (id) => features.get(id) ?? new Set(),
			}),
		onReport: (report) => drives.get(report.run)?.report(report),
		onFailure: (run, reason) => drives.get(run)?.fail(reason),
	});
	const world = await stage.start();

	return {
		async drive(engine) {
			const home = join(directory, engine.id);
			await mkdir(join(home, "runtime"), { recursive: true, mode: 0o700 });
			const surroundings: Surroundings = {
				directory: home,
				authority,
				hostnames: names,
				canUnshare: unshares,
			};
			const version = await engine.version(surroundings);
			const reports = new Map<PageName, PageReport>();
			const finished = Promise.withResolvers<string | undefined>();
			drives.set(engine.id, {
				report(report) {
					reports.set(report.page, report);
					if (reports.size === PAGES.length) finished.resolve(undefined);
				},
				fail: finished.resolve,
			});
			const timer = setTimeout(finished.resolve, DRIVE_TIMEOUT_MILLISECONDS, "the browser does not get on");
			const first = `${world.pages.allowed}/?run=${engine.id}&unattended`;
			const browser = await engine.open(first, surroundings);
			browser.ended.then(() => finished.resolve("the browser ended by itself"));
			const failure = await finished.promise;
			clearTimeout(timer);
			await browser.stop();
			const problem = failure && `${engine.name}: ${failure}\nIt wrote:\n${browser.output()}`;
			return { engine: engine.id, version, reports, problem };
		},
		async stop() {
			await stage.stop();
			await rm(directory, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/** Whether a case went in an engine as it must. */
export function wentAsExpected(drive: Drive, each: Case): boolean {
	const transcripts = transcriptsOf(drive, each);
	return (
		JSON.stringify(sorted(transcripts)) === JSON.stringify(sorted(caseExpectationOf(each, drive.engine)))
	);
}

function sorted(transcripts: Readonly<Partial<Record<PageName, Transcript>>>): unknown {
	return PAGES.map((page) => [transcripts[page]?.page, transcripts[page]?.wire]);
}
