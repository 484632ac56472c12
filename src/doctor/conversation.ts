/** Owns the browser's own conversation with the API: the model says what is sent, the network what comes. */

import { nextStep, type Received } from "../browser/conversation.ts";
import type { OutgoingRequest } from "../browser/outgoing.ts";
import type { Step } from "../browser/steps.ts";
import type { Verdict } from "../browser/verdict.ts";
import { type Exchange, isNamed, MAX_CONVERSATION_REQUESTS, type Network, type Visit } from "./network.ts";
import type { WireFault } from "./wire.ts";

/** What happened next: a request was sent, or a step was taken. */
export type Turn =
	| { readonly kind: "request"; readonly exchange: Exchange }
	| { readonly kind: "step"; readonly step: Step };

/** Why the conversation was not held to its end, with the request that was not sent. */
export interface Stop {
	readonly code: "host-not-named" | "too-many-requests";
	readonly message: string;
	readonly next: OutgoingRequest;
}

export interface Conversation {
	readonly turns: readonly Turn[];
	readonly steps: readonly Step[];
	/** Undefined where it stopped before its end. */
	readonly verdict: Verdict | undefined;
	readonly stop: Stop | undefined;
	/** Why a request got no answer at all; a browser's verdict then says nothing of CORS. */
	readonly failure: { readonly code: WireFault; readonly message: string } | undefined;
}

/** Leads the conversation to its end, or as far as it may go. */
export async function holdConversation(visit: Visit, network: Network): Promise<Conversation> {
	const received: Received[] = [];
	const turns: Turn[] = [];
	let failure: Conversation["failure"];
	while (true) {
		const next = nextStep(visit.page, received);
		const { steps } = next.kind === "send" ? next : next.verdict;
		const told = turns.filter(({ kind }) => kind === "step").length;
		turns.push(...steps.slice(told).map((step) => ({ kind: "step", step }) as const));
		if (next.kind === "verdict") return { turns, steps, verdict: next.verdict, stop: undefined, failure };
		const stop = whyStop(visit, next.request, received.length);
		if (stop !== undefined) return { turns, steps, verdict: undefined, stop, failure };
		const { kind, method, url, headers, credentials, hasBody } = next.request;
		const exchange = await network.send({ purpose: kind, method, url, headers, credentials, hasBody });
		turns.push({ kind: "request", exchange });
		const { answer } = exchange;
		if ("fault" in answer) failure = { code: answer.fault, message: answer.networkError };
		received.push(answer);
	}
}

function whyStop(visit: Visit, next: OutgoingRequest, sent: number): Stop | undefined {
	const { host } = new URL(next.url);
	if (!isNamed(visit, next.url)) {
		return {
			code: "host-not-named",
			message: `The redirect leads to ${host}, which the command line does not name, so it was not followed. To follow it, add --follow-to ${host}.`,
			next,
		};
	}
	if (sent >= MAX_CONVERSATION_REQUESTS) {
		return {
			code: "too-many-requests",
			message: `The redirects go on after ${sent} requests, and no more are sent. Call ${next.url} directly.`,
			next,
		};
	}
	return undefined;
}
