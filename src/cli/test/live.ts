/** Owns expectations asked of the deployed hosts: preflights and GET or HEAD only, without cookies. */

import { getHeader } from "../../browser/header-list.ts";
import { nextStep, type Received } from "../../browser/next-step.ts";
import type { OutgoingRequest } from "../../browser/outgoing.ts";
import type { StepCode } from "../../browser/steps.ts";
import { isWithoutPolicy, problemOf } from "../../doctor/causes/cordon.ts";
import type { Reach } from "../../doctor/network/route.ts";
import { exchangeOnce } from "../../doctor/network/wire.ts";
import { type PlacedExpectation, questionOf } from "../../explain/expectations.ts";
import { type PolicyTestResult, stepWords } from "../../explain/policy-tests.ts";
import { type PageCall, pageCall, pageRequest } from "../../explain/question.ts";
import { isObject } from "../../tenants/salvage.ts";
import type { TenantFile } from "../files/tenant-file.ts";
import type { FileResults } from "./run.ts";

/** How long one answer may take. */
const TIMEOUT_SECONDS = 15;
/** Requests for one expectation: a preflight, a call, and redirects within the host. */
const MAX_REQUESTS = 6;

/** The steps that fail where an origin is denied. */
const DENIALS: ReadonlySet<StepCode> = new Set(["allow-origin", "preflight-allow-origin"]);

const SAFE_METHODS: readonly string[] = ["GET", "HEAD"];

/**
 * Asks the hosts of files.
 * @param reachOf is told each host right before it is asked, and says how it is reached
 * @param scheme https, but for tests
 */
export async function askLive(
	files: readonly TenantFile[],
	reachOf: (host: string) => Reach,
	scheme: "https" | "http" = "https",
): Promise<readonly FileResults[]> {
	const done: FileResults[] = [];
	for (const file of files) {
		const notes = isReporting(file.value) ? [REPORT_NOTE] : [];
		const results: PolicyTestResult[] = [];
		for (const placed of file.expectations) {
			for (const host of file.hosts ?? [""]) {
				const result = await askHost(host, placed, reachOf, scheme);
				results.push(
					result.outcome === "failed" ? { ...result, notes: [...result.notes, ...notes] } : result,
				);
			}
		}
		if (results.length > 0) done.push({ file, results });
	}
	return done;
}

const REPORT_NOTE = 'This file says "mode": "report": until it enforces, the headers are the API\'s own.';

function isReporting(document: unknown): boolean {
	return isObject(document) && document["mode"] === "report";
}

async function askHost(
	host: string,
	{ expectation, pointer }: PlacedExpectation,
	reachOf: (host: string) => Reach,
	scheme: "https" | "http",
): Promise<PolicyTestResult> {
	const asked = { host, expectation, pointer, notes: [], fixes: [] };
	const undecided = (why: string): PolicyTestResult => ({ ...asked, outcome: "undecided", why: [why] });
	if (host === "") return undecided("The file names no host that could be asked.");
	if (host.startsWith("*")) return undecided(`${host} is a wildcard, not one host that could be asked.`);
	const call = pageCall(host, { ...questionOf(expectation), scheme });
	if (call === undefined) return undecided(`${host} cannot be called.`);
	const page = pageRequest(call, call.credentials);
	const reach = reachOf(host);
	const received: Received[] = [];
	while (true) {
		const next = nextStep(page, received);
		if (next.kind === "outcome") {
			const { readable, failedStep } = next.outcome;
			if (readable === expectation.readable) {
				const notes = failedStep === undefined || DENIALS.has(failedStep.code) ? [] : [stepWords(failedStep)];
				return { ...asked, outcome: "held", why: [], notes };
			}
			return {
				...asked,
				outcome: "failed",
				...(failedStep === undefined ? {} : { failedStep }),
				why: [failedStep === undefined ? "The page can read it." : stepWords(failedStep)],
			};
		}
		if (received.length >= MAX_REQUESTS) return undecided("The redirects do not come to an end.");
		const target = new URL(next.request.url).host;
		if (target !== call.url.host) return undecided(`It is redirected to ${target}, which is not asked.`);
		const answer = await exchangeOnce(safe(next.request, call), reach, TIMEOUT_SECONDS);
		// A host that is not there proves nothing, not even that a page cannot read it.
		if ("networkError" in answer) return undecided(`No answer: ${answer.networkError}.`);
		const problem = problemOf({ answer });
		if (isWithoutPolicy({ answer })) {
			return undecided(
				`Cordon answers with ${answer.status} ${problem}: it has no policy of ${host} to go by.`,
			);
		}
		if (getHeader(answer.headers, "cf-mitigated") !== null) {
			return undecided(
				`The edge challenges this client (${answer.status} with CF-Mitigated), so it is not the API that answers.`,
			);
		}
		received.push(answer);
	}
}

/** In place of a write, a GET of the same path tells what is shared: Cordon's headers do not hang on the method. */
function safe({ method, url, headers, kind }: OutgoingRequest, { values }: PageCall) {
	const isSafe = kind === "preflight" || SAFE_METHODS.includes(method);
	const own = new Set(values.map(([name]) => name.toLowerCase()));
	return {
		method: isSafe ? method : "GET",
		url,
		headers: isSafe ? headers : headers.filter(([name]) => name === "Origin" || !own.has(name.toLowerCase())),
		body: undefined,
	};
}
