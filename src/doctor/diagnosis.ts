/** Owns the diagnosis: everything that a visit showed, and how it is told to machines. */

import type { HeaderList } from "../browser/header-list.ts";
import { withoutHeader } from "../browser/header-list.ts";
import type { Step } from "../browser/steps.ts";
import { type Conversation, holdConversation } from "./conversation.ts";
import type { SetCookie } from "./cookies.ts";
import type { DoctorFinding } from "./finding.ts";
import { crossSiteCookies, findFindings } from "./findings.ts";
import { createNetwork, type Draft, type Exchange, type Visit } from "./network.ts";
import { probe } from "./probes.ts";

export interface Diagnosis {
	readonly visit: Visit;
	readonly conversation: Conversation;
	/** Null where the conversation did not get to its end. */
	readonly readable: boolean | null;
	/** The first step that failed, in the standard's order. */
	readonly failedStep: Step | undefined;
	/** Of the steps that failed, the one whose fix comes first. */
	readonly cause: Step | undefined;
	readonly findings: readonly DoctorFinding[];
	readonly cookies: readonly SetCookie[];
	/** Everything that was sent. */
	readonly exchanges: readonly Exchange[];
	/** Probes that no request was left for. */
	readonly skipped: readonly string[];
}

/** Holds the conversation and sends the probes. @param onSend is told of each request before it is sent */
export async function diagnose(visit: Visit, onSend: (draft: Draft) => void): Promise<Diagnosis> {
	const network = createNetwork(visit, onSend);
	const conversation = await holdConversation(visit, network);
	const { verdict, failure, steps, stop } = conversation;
	// A call that browsers refuse to send at all is no reason to send anything.
	const isProbed = failure === undefined && network.exchanges.length > 0;
	const nothing = {
		base: undefined,
		withoutOrigin: undefined,
		missingPath: undefined,
		twins: [],
		skipped: [],
	};
	const probed = isProbed ? await probe(visit, network) : nothing;
	const failed = steps.filter(({ passed }) => !passed);
	return {
		visit,
		conversation,
		readable: failure !== undefined || stop !== undefined ? null : (verdict?.readable ?? null),
		failedStep: failed[0],
		cause: failed.find(({ code }) => code === "preflight-status") ?? failed[0],
		findings: findFindings(visit, conversation, probed),
		cookies: crossSiteCookies(visit, conversation),
		exchanges: network.exchanges,
		skipped: probed.skipped,
	};
}

/** A diagnosis as one JSON value, its keys in one order. */
export function diagnosisReport({ visit, conversation, readable, failedStep, ...rest }: Diagnosis) {
	const { page } = visit;
	const { verdict, stop, failure, steps } = conversation;
	return {
		readable,
		url: page.url,
		origin: page.origin,
		method: page.method,
		credentials: page.credentials,
		...(failedStep === undefined ? {} : { failedStep }),
		...(rest.cause === undefined ? {} : { cause: rest.cause.code }),
		...(stop === undefined
			? {}
			: { stopped: { code: stop.code, message: stop.message, url: stop.next.url } }),
		...(failure === undefined ? {} : { error: failure }),
		status: verdict?.status ?? 0,
		exposedHeaders: verdict?.exposedHeaders ?? [],
		hiddenHeaders: verdict?.hiddenHeaders ?? [],
		droppedHeaders: (verdict?.droppedHeaders ?? []).map(([name]) => name),
		...(verdict?.preflightCacheSeconds === undefined
			? {}
			: { preflightCacheSeconds: verdict.preflightCacheSeconds }),
		steps,
		requests: rest.exchanges.map(requestReport),
		findings: rest.findings,
		cookies: rest.cookies.map(({ name, request, engines }) => ({ name, request, engines })),
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
		headers: withoutSecrets(sentHeaders, SECRET_REQUEST_HEADERS),
		...("fault" in answer
			? { error: { code: answer.fault, message: answer.networkError } }
			: { status: answer.status, responseHeaders: withoutSecrets(answer.headers, ["set-cookie"]) }),
	};
}

const SECRET_REQUEST_HEADERS: readonly string[] = ["authorization", "cookie"];

/** Reports are passed around: credentials are in them by name alone. */
function withoutSecrets(headers: HeaderList, names: readonly string[]): HeaderList {
	const kept = names.reduce(withoutHeader, headers);
	return headers.map((header) => (kept.includes(header) ? header : [header[0], hidden(header)]));
}

/** Of a cookie that is set, the name and the attributes stay. */
function hidden([name, value]: HeaderList[number]): string {
	if (name.toLowerCase() !== "set-cookie") return "…";
	const [pair = "", ...attributes] = value.split(";");
	const cookie = pair.includes("=") ? `${pair.slice(0, pair.indexOf("="))}=…` : "…";
	return [cookie, ...attributes].join(";");
}
