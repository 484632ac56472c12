/** Owns what a browser concludes from what Cordon answers: its own model, led through the whole conversation. */

import type { HeaderList } from "../browser/header-list.ts";
import { nextStep, type Received } from "../browser/next-step.ts";
import type { OutgoingRequest } from "../browser/outgoing.ts";
import type { CredentialsMode } from "../browser/request.ts";
import type { Step } from "../browser/steps.ts";
import { judgeHandshake, whyNoHandshake } from "../browser/web-socket.ts";
import { isElsewhere, mostGenerousAnswer } from "./elsewhere.ts";
import { type PageCall, pageRequest } from "./question.ts";
import type { Rehearse, Rehearsed } from "./rehearsal.ts";

/** What becomes of the call in one credentials mode. */
export interface Conclusion {
	readonly credentials: CredentialsMode;
	readonly readable: boolean;
	readonly failedStep: Step | undefined;
	readonly steps: readonly Step[];
	/** Everything that goes out, with what Cordon does. */
	readonly exchanges: readonly Exchanged[];
	/** The first request that a redirect leads to another host, which then decides; undefined where none does. */
	readonly elsewhere: OutgoingRequest | undefined;
}

/** A request that goes out, and what Cordon does with it. */
export interface Exchanged {
	readonly request: OutgoingRequest;
	readonly rehearsed: Rehearsed;
}

/** Leads the conversation to its end. */
export async function conclude(
	call: PageCall,
	credentials: CredentialsMode,
	rehearse: Rehearse,
): Promise<Conclusion> {
	if (call.webSocket) return concludeHandshake(call, rehearse);
	const page = pageRequest(call, credentials);
	const received: Received[] = [];
	const exchanges: Exchanged[] = [];
	while (true) {
		const next = nextStep(page, received);
		if (next.kind === "outcome") {
			const { readable, failedStep, steps } = next.outcome;
			const elsewhere = exchanges.find(({ request }) => isElsewhere(call, request))?.request;
			return { credentials, readable, failedStep, steps, exchanges, elsewhere };
		}
		const rehearsed = await answerTo(call, next.request, rehearse);
		exchanges.push({ request: next.request, rehearsed });
		received.push(rehearsed.response);
	}
}

/** What Cordon does with a request, or the other host that it goes to. */
export async function answerTo(
	call: PageCall,
	request: OutgoingRequest,
	rehearse: Rehearse,
): Promise<Rehearsed> {
	if (!isElsewhere(call, request)) return rehearse(request);
	const response = mostGenerousAnswer(request);
	return { verdict: undefined, response, forwardedTo: undefined, refusedByRuntime: false };
}

/** Forwarded, the upstream is taken to accept it, unless it redirects, which no browser follows here. */
async function concludeHandshake(call: PageCall, rehearse: Rehearse): Promise<Conclusion> {
	const { origin, url } = call;
	const exchanges: Exchanged[] = [];
	if (whyNoHandshake(origin, url.href) === undefined) {
		const request = handshakeRequest(call);
		exchanges.push({ request, rehearsed: await rehearse(request) });
	}
	const [exchanged] = exchanges;
	const isAccepted = exchanged?.rehearsed.forwardedTo !== undefined && call.redirect === undefined;
	const status = isAccepted ? 101 : exchanged?.rehearsed.response.status;
	const answer = status === undefined ? undefined : { status, headers: [] };
	const { opened, steps } = judgeHandshake(origin, url.href, answer);
	return {
		credentials: "include",
		readable: opened,
		failedStep: steps.find(({ passed }) => !passed),
		steps,
		exchanges,
		elsewhere: undefined,
	};
}

/** The request itself, always with the page's origin. */
export function actualRequest(call: PageCall): OutgoingRequest {
	if (call.webSocket) return handshakeRequest(call);
	return outgoing(call, [["Origin", call.origin]]);
}

function handshakeRequest(call: PageCall): OutgoingRequest {
	return outgoing(call, [
		["Origin", call.origin],
		["Upgrade", "websocket"],
		["Connection", "Upgrade"],
	]);
}

function outgoing({ method, url }: PageCall, headers: HeaderList): OutgoingRequest {
	return { kind: "actual", method, url: url.href, headers, credentials: true, hasBody: false, reasons: [] };
}
