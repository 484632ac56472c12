/** Owns how a diagnosis is told to machines: one JSON value, its keys in one order. */

import { type Diagnosis, modeOf } from "./diagnosis.ts";
import { toldRequestHeaders, toldResponseHeaders } from "./discretion.ts";
import type { Exchange } from "./network/network.ts";

/** A diagnosis as one JSON value. */
export function diagnosisReport({ visit, conversation, readable, failedStep, ...rest }: Diagnosis) {
	const { page } = visit;
	const { outcome, stop, failure, steps, unsentWrite } = conversation;
	return {
		readable,
		url: page.url,
		origin: page.origin,
		method: page.method,
		credentials: modeOf(visit),
		...(failedStep === undefined ? {} : { failedStep }),
		...(rest.firstToFix === undefined ? {} : { cause: rest.firstToFix.code }),
		...(rest.cause === undefined
			? {}
			: {
					explanation: {
						code: rest.cause.code,
						message: rest.cause.message,
						requests: rest.cause.requests,
					},
				}),
		...(rest.answeredBy === undefined ? {} : { answeredBy: rest.answeredBy }),
		...(stop === undefined
			? {}
			: { stopped: { code: stop.code, message: stop.message, url: stop.next.url } }),
		...(failure === undefined ? {} : { error: failure }),
		...(unsentWrite === undefined
			? {}
			: { notSent: { method: unsentWrite.method, url: unsentWrite.url, judgedBy: "GET" } }),
		status: outcome?.status ?? 0,
		exposedHeaders: outcome?.exposedHeaders ?? [],
		hiddenHeaders: outcome?.hiddenHeaders ?? [],
		droppedHeaders: (outcome?.droppedHeaders ?? []).map(([name]) => name),
		...(outcome?.preflightCacheSeconds === undefined
			? {}
			: { preflightCacheSeconds: outcome.preflightCacheSeconds }),
		steps,
		requests: rest.exchanges.map(requestReport),
		findings: rest.findings,
		checked: rest.checked,
		cookies: rest.cookies,
		skippedProbes: rest.skipped,
	};
}

function requestReport({ number, purpose, probe, method, url, sentHeaders, answer }: Exchange) {
	return {
		number,
		purpose,
		...(probe === undefined ? {} : { probe }),
		method,
		url,
		headers: toldRequestHeaders(sentHeaders),
		...("fault" in answer
			? { error: { code: answer.fault, message: answer.networkError } }
			: { status: answer.status, responseHeaders: toldResponseHeaders(answer.headers) }),
	};
}
