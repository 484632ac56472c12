/** Owns a page's WebSocket as far as its handshake: what browsers refuse, what goes out, who is let in. */

import { whyBlocked } from "./blocked.ts";
import type { ReceivedResponse } from "./header-list.ts";
import { type Check, CLAUSES, failed, passed, type Step } from "./steps.ts";

/** What becomes of a WebSocket. */
export interface Handshake {
	readonly opened: boolean;
	readonly steps: readonly Step[];
}

/**
 * Why the handshake is never sent; undefined where it is. Ports and mixed content are those of the http URL that it is sent to.
 * https://websockets.spec.whatwg.org/#concept-websocket-establish
 * @param url its ws or wss URL, as http or https
 */
export function whyNoHandshake(origin: string, url: string): Check | undefined {
	return whyBlocked(origin, url);
}

/**
 * What a browser makes of the answer to a handshake: 101 opens it, anything else closes it, and no header of CORS counts.
 * @param answer undefined where the handshake was never sent
 */
export function judgeHandshake(origin: string, url: string, answer: ReceivedResponse | undefined): Handshake {
	const check = whyNoHandshake(origin, url) ?? checkStatus(answer?.status ?? 0);
	return { opened: check.passed, steps: [{ ...check, number: 1, clause: CLAUSES[check.code], url }] };
}

function checkStatus(status: number): Check {
	if (status === 101) return passed("handshake", "101", "the status 101");
	return failed(
		"handshake",
		status === 0 ? "no answer" : String(status),
		"the status 101",
		"The server has to accept the handshake; headers of CORS have no part in it.",
	);
}
