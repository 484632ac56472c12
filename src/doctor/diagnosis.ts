/** Owns the diagnosis: everything that a visit showed, fit to be passed around. */

import { credentialsMode } from "../browser/page-request.ts";
import type { Step } from "../browser/steps.ts";
import { findFindings } from "./all-findings.ts";
import { alsoNeeded } from "./also-needed.ts";
import type { Cause } from "./causes/cause.ts";
import { findCause } from "./causes/causes.ts";
import { isNobodyServed, withTenantFix } from "./causes/cordon.ts";
import { isDowngrade } from "./causes/redirected.ts";
import { type GoodCheck, goodChecks } from "./checked.ts";
import { type Conversation, holdConversation } from "./conversation.ts";
import { createDiscretion, discreet } from "./discretion.ts";
import type { DoctorFinding } from "./finding.ts";
import { cookiesOf, type SetCookie } from "./findings/cookies.ts";
import { createNetwork, type Exchange, type RequestDraft, type Visit } from "./network/network.ts";
import { NO_PROBES, probe } from "./probes.ts";
import { type AnsweredBy, troubleOf, whoAnswered } from "./products/who-answered.ts";
import { type AnsweredExchange, answeredTurns, isAnswered, redirectTarget, type Seen } from "./seen.ts";

export interface Diagnosis {
	readonly visit: Visit;
	readonly conversation: Conversation;
	/** Null where the conversation did not get to its end. */
	readonly readable: boolean | null;
	/** The first step that failed, in the standard's order. */
	readonly failedStep: Step | undefined;
	/** Of the steps that failed, the one whose fix comes first. */
	readonly firstToFix: Step | undefined;
	/** Why it is blocked, where more is known than the step says. */
	readonly cause: Cause | undefined;
	/** Who gave the answer that is at fault, where it shows. */
	readonly answeredBy: AnsweredBy | undefined;
	readonly findings: readonly DoctorFinding[];
	/** What was looked at and is right. */
	readonly checked: readonly GoodCheck[];
	readonly cookies: readonly SetCookie[];
	/** Everything that was sent. */
	readonly exchanges: readonly Exchange[];
	/** Probes that no request was left for. */
	readonly skipped: readonly string[];
}

/** Holds the conversation and sends the probes. @param onSend is told of each request before it is sent */
export async function diagnose(visit: Visit, onSend: (draft: RequestDraft) => void): Promise<Diagnosis> {
	const { page, cookie } = visit;
	const hide = createDiscretion({ url: page.url, headers: page.headers, cookie });
	const network = createNetwork(visit, (draft) => onSend(discreet(draft, hide)));
	const conversation = await holdConversation(visit, network);
	const probed = await probeAfter(visit, conversation, network);
	return discreet(await diagnosisOf({ visit, conversation, probed }, network.exchanges), hide);
}

/** What a conversation comes to; nothing is sent for it. @param exchanges everything that was sent */
export async function diagnosisOf(shown: Seen, exchanges: readonly Exchange[]): Promise<Diagnosis> {
	const seen = await withTenantFix(shown);
	const { visit, probed } = seen;
	const { failure, stop } = seen.conversation;
	const found = findCause(seen);
	const isBlocked = seen.conversation.outcome?.readable !== true;
	const known = isBlocked || (found !== undefined && TOLD_WHERE_READABLE.has(found.code)) ? found : undefined;
	const more = isBlocked ? alsoNeeded(seen, known) : "";
	const cause = known && { ...known, message: `${known.message}${more}` };
	const advised = cause === undefined ? withMore(seen.conversation, more) : seen.conversation;
	const conversation = withAdvice(advised, cause);
	const failed = conversation.steps.filter(({ passed }) => !passed);
	const firstToFix = firstOf(failed);
	const findings = findFindings(seen);
	return {
		visit,
		conversation,
		readable: readableOf(seen, cause),
		failedStep: failed[0],
		firstToFix,
		cause,
		answeredBy: answeredByOf(seen, firstToFix, cause, findings),
		findings,
		checked:
			(failure !== undefined && cause === undefined) || isNobodyServed(seen)
				? []
				: goodChecks(seen, findings),
		cookies: cookiesOf(seen),
		exchanges,
		skipped: stop?.code === "redirect-loop" ? [] : probed.skipped,
	};
}

/** Whose answer it is matters though the page can read it: it is not the API's. */
const TOLD_WHERE_READABLE: ReadonlySet<Cause["code"]> = new Set(["edge-challenge", "cordon-problem"]);

async function probeAfter(
	visit: Visit,
	conversation: Conversation,
	network: ReturnType<typeof createNetwork>,
) {
	const { failure, turns } = conversation;
	// Browsers refuse to send this call at all, so nothing is sent for it either.
	if (network.exchanges.length === 0) return NO_PROBES;
	if (failure === undefined) return probe(visit, network, true);
	const last = turns.findLast((turn) => turn.kind === "request")?.exchange;
	// Where something swallows preflights, a GET shows whether the server is there at all.
	return last?.purpose === "preflight" ? probe(visit, network, false) : NO_PROBES;
}

function readableOf({ conversation }: Seen, cause: Cause | undefined): boolean | null {
	const { failure, stop, outcome } = conversation;
	if (cause?.code === "preflight-unanswered") return false;
	if (cause?.code === "redirect-loop") return setsCookie(conversation) ? null : false;
	if (failure !== undefined || stop !== undefined) return null;
	return outcome?.readable ?? null;
}

/** A browser that keeps a cookie of the way may get out of a loop. */
function setsCookie(conversation: Conversation): boolean {
	return answeredTurns(conversation).some(({ answer }) =>
		answer.headers.some(([name]) => name.toLowerCase() === "set-cookie"),
	);
}

/** Of the steps that failed, the one whose fix comes first: what is not a good answer need not be one that shares. */
function firstOf(failed: readonly Step[]): Step | undefined {
	return failed.find(({ code }) => code === "preflight-status") ?? failed[0];
}

/** The steps with a sentence more in the advice that comes first. */
function withMore(conversation: Conversation, more: string): Conversation {
	const first = firstOf(conversation.steps.filter(({ passed }) => !passed));
	if (first === undefined || more === "") return conversation;
	return withSteps(conversation, (step) =>
		step.code === first.code ? { ...step, advice: `${step.advice ?? ""}${more}`.trim() } : step,
	);
}

/** The steps with the cause's words in place of their own advice, so that nothing contradicts it. */
function withAdvice(conversation: Conversation, cause: Cause | undefined): Conversation {
	if (cause === undefined) return conversation;
	const told = (step: Step): Step =>
		cause.steps.includes(step.code) && (!step.passed || step.advice !== undefined)
			? { ...step, advice: step.passed ? undefined : cause.message }
			: step;
	return withSteps(conversation, told);
}

/** The steps told otherwise, wherever they stand. */
function withSteps(conversation: Conversation, told: (step: Step) => Step): Conversation {
	const { outcome } = conversation;
	return {
		...conversation,
		steps: conversation.steps.map(told),
		turns: conversation.turns.map((turn) =>
			turn.kind === "step" ? { kind: "step", step: told(turn.step) } : turn,
		),
		outcome: outcome && {
			...outcome,
			steps: outcome.steps.map(told),
			failedStep: outcome.failedStep && told(outcome.failedStep),
		},
	};
}

/** Of causes that name who answered themselves, or that are the page's own, nothing more is told. */
const NAMES_ITSELF: ReadonlySet<Cause["code"]> = new Set([
	...(["cordon-problem", "edge-challenge", "page-sends-response-header", "null-origin"] as const),
	...(["preflight-unanswered", "cached-for-another-origin", "depends-on-cookie", "misspelt-header"] as const),
]);

function answeredByOf(
	{ conversation, probed }: Seen,
	step: Step | undefined,
	cause: Cause | undefined,
	findings: readonly DoctorFinding[],
): AnsweredBy | undefined {
	if (cause !== undefined && NAMES_ITSELF.has(cause.code)) return undefined;
	const last = answeredTurns(conversation).at(-1);
	const redirect = answeredTurns(conversation).findLast(isRedirect);
	if (cause !== undefined && redirect !== undefined && cause.code.includes("redirect")) {
		const isSignIn = cause.code === "sign-in-redirect";
		const isPreflight = redirect.purpose === "preflight";
		const target = redirectTarget(redirect);
		const isDown = target !== undefined && isDowngrade(new URL(redirect.url), target);
		const trouble = isDown ? "downgrade" : "redirect";
		return whoAnswered(redirect, !isSignIn ? trouble : isPreflight ? "preflight" : "sign-in");
	}
	if (cause?.code === "origin-refused" && last !== undefined && last.answer.status >= 500) {
		return whoAnswered(last, "error");
	}
	if (cause?.code === "preflight-without-headers" && last !== undefined)
		return whoAnswered(last, "preflight");
	if (cause?.code === "preflight-refuses-part" && last !== undefined) return whoAnswered(last, "lists");
	if (step !== undefined && last !== undefined) {
		return whoAnswered(last, troubleOf(step, last.answer.status));
	}
	const { missingPath, base } = probed;
	const opensToAll = findings.some(
		({ code, severity }) => code.startsWith("reflects-") && severity === "danger",
	);
	if (opensToAll && isAnswered(base)) return whoAnswered(base, "reflects");
	const hasBareErrors = findings.some(({ code }) => code === "error-without-headers");
	if (hasBareErrors && isAnswered(missingPath)) return whoAnswered(missingPath, "error");
	return undefined;
}

function isRedirect({ answer: { status } }: AnsweredExchange): boolean {
	return status >= 300 && status <= 399;
}

/** The page's credentials mode, as fetch() names it. */
export function modeOf({ page }: Visit) {
	return credentialsMode(page);
}
