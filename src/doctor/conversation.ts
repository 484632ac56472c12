/** Owns the browser's own conversation with the API: the model says what is sent, the network what comes. */

import type { FetchOutcome } from "../browser/fetch-outcome.ts";
import { type HeaderList, withoutHeader } from "../browser/header-list.ts";
import { nextStep, type Received } from "../browser/next-step.ts";
import type { OutgoingRequest } from "../browser/outgoing.ts";
import type { Step } from "../browser/steps.ts";
import {
	type Exchange,
	isNamed,
	isWrite,
	MAX_CONVERSATION_REQUESTS,
	type Network,
	type RequestDraft,
	type Visit,
} from "./network/network.ts";
import type { WireFault } from "./network/wire-fault.ts";
import { isSignIn } from "./sign-in.ts";

/** What happened next: a request was sent, or a step was taken. */
export type Turn =
	| { readonly kind: "request"; readonly exchange: Exchange }
	| { readonly kind: "step"; readonly step: Step };

/** Why the conversation was not held to its end. */
export interface Stop {
	readonly code: "host-not-named" | "too-many-requests" | "redirect-loop" | "write-not-sent" | "not-recorded";
	readonly message: string;
	/** The request that was not sent. */
	readonly next: Pick<OutgoingRequest, "method" | "url" | "headers" | "kind">;
}

export interface Conversation {
	readonly turns: readonly Turn[];
	readonly steps: readonly Step[];
	/** Undefined where it stopped before its end. */
	readonly outcome: FetchOutcome | undefined;
	readonly stop: Stop | undefined;
	/** Why a request got no answer at all; a browser's outcome then says nothing of CORS. */
	readonly failure: { readonly code: WireFault; readonly message: string } | undefined;
	/** The write that was not sent, and that a safe request stood in for; undefined where all was sent as the browser does. */
	readonly unsentWrite: Pick<OutgoingRequest, "method" | "url"> | undefined;
}

/** Leads the conversation to its end, or as far as it may go. */
export async function holdConversation(visit: Visit, network: Network): Promise<Conversation> {
	const received: Received[] = [];
	const turns: Turn[] = [];
	const sent: OutgoingRequest[] = [];
	let failure: Conversation["failure"];
	let unsentWrite: Conversation["unsentWrite"];
	let canWrite = visit.sendsWrites;
	while (true) {
		const next = nextStep(visit.page, received);
		const { steps } = next.kind === "send" ? next : next.outcome;
		const told = turns.filter(({ kind }) => kind === "step").length;
		turns.push(...steps.slice(told).map((step) => ({ kind: "step", step }) as const));
		const held = { turns, steps, failure, unsentWrite };
		if (next.kind === "outcome") {
			const stop = unsentWrite && whyUndecided(unsentWrite, next.outcome, turns);
			return { ...held, outcome: stop === undefined ? next.outcome : undefined, stop };
		}
		const { request } = next;
		const stop = whyStop(visit, request, sent);
		if (stop !== undefined) return { ...held, outcome: undefined, stop };
		sent.push(request);
		const changesData = request.kind === "actual" && isWrite(request.method);
		if (changesData && !canWrite) unsentWrite ??= { method: request.method, url: request.url };
		const exchange = await network.send(
			changesData && !canWrite ? standIn(request) : { ...draftOf(request), purpose: request.kind },
		);
		// A redirect that leads the browser to write again does not lead the doctor.
		if (changesData) canWrite = false;
		turns.push({ kind: "request", exchange });
		const { answer } = exchange;
		if ("fault" in answer) failure = { code: answer.fault, message: answer.networkError };
		received.push(answer);
	}
}

function draftOf({ kind, method, url, headers, credentials, hasBody }: OutgoingRequest): RequestDraft {
	return { purpose: kind, method, url, headers, credentials, hasBody };
}

/** Headers that belong to the body of a write. */
const BODY_HEADERS: readonly string[] = ["content-type", "content-encoding", "content-language"];

/** The safe request that shows how the server answers at the URL of a write: the same page, headers and credentials. */
function standIn(request: OutgoingRequest): RequestDraft {
	const headers: HeaderList = BODY_HEADERS.reduce(withoutHeader, request.headers);
	return { ...draftOf(request), purpose: "stand-in", method: "GET", headers, hasBody: false };
}

/** Statuses that a GET gets where only the write is served: they say nothing of the write's own answer. */
export const SERVED_OTHERWISE: ReadonlySet<number> = new Set([400, 404, 405, 410, 415, 422, 501]);

function whyUndecided(
	write: NonNullable<Conversation["unsentWrite"]>,
	outcome: FetchOutcome,
	turns: readonly Turn[],
): Stop | undefined {
	const last = turns.findLast((turn) => turn.kind === "request")?.exchange;
	if (outcome.readable || last?.purpose !== "stand-in" || "fault" in last.answer) return undefined;
	const { status } = last.answer;
	if (!SERVED_OTHERWISE.has(status)) return undefined;
	return {
		code: "write-not-sent",
		message: `The ${write.method} was not sent, and a GET of the same URL, which stood in for it, is answered with ${status} and without the headers that would share it. That says little of the ${write.method}: to see its own answer, add --send, which really sends it.`,
		next: { ...write, kind: "actual", headers: [] },
	};
}

function whyStop(visit: Visit, next: OutgoingRequest, sent: readonly OutgoingRequest[]): Stop | undefined {
	const { host } = new URL(next.url);
	if (!isNamed(visit, next.url)) {
		const message = isSignIn(next.url)
			? `The redirect leads to a sign-in page on ${host}: the call came without a session that counts. It was not followed.`
			: `The redirect leads to ${host}, which the command line does not name, so it was not followed. To follow it, add --follow-to ${host}.`;
		return { code: "host-not-named", message, next };
	}
	if (sent.some((before) => isSame(before, next))) {
		return {
			code: "redirect-loop",
			message: `This is a redirect loop: the redirects lead back to ${next.url}, which was asked already. A browser goes round 20 times and gives up. See who sends the request back: often a proxy that speaks plain http to the server, which then redirects to https, or two rules about the slash at the end that disagree.`,
			next,
		};
	}
	if (sent.length >= MAX_CONVERSATION_REQUESTS) {
		return {
			code: "too-many-requests",
			message: `The redirects go on after ${sent.length} requests, and no more are sent. Call ${next.url} directly.`,
			next,
		};
	}
	return undefined;
}

/** With the same method, URL and origin a request gets the same redirect again; no cookie is kept on the way. */
function isSame(a: OutgoingRequest, b: OutgoingRequest): boolean {
	return a.kind === b.kind && a.method === b.method && a.url === b.url && isSameOrigin(a, b);
}

function isSameOrigin(a: OutgoingRequest, b: OutgoingRequest): boolean {
	const originOf = ({ headers }: OutgoingRequest) => headers.find(([name]) => name === "Origin")?.[1];
	return originOf(a) === originOf(b);
}
