/** Owns what the request path asks of the way to the API behind: through the network, or into the app that it is itself. */

import type { Call, JudgedCall } from "./call.ts";
import type { FaultCode } from "./fault-line.ts";

/** A way to an API. */
export interface Way {
	/** Whether the request has been along it already. */
	isLoop(request: Request): boolean;
	/** Gets the API's response; rejects where there is none. */
	ask(judged: JudgedCall): Promise<Response>;
	/** As `ask`, for a request that no policy is known for: nothing of it is changed. */
	passThrough(request: Request): Promise<Response>;
	/** Whether a response switches protocols and goes back as it is: no CORS check follows it. */
	isSwitch(response: Response): boolean;
	/**
	 * Makes a response one whose headers can be changed, and its addresses public ones.
	 * @returns undefined where it cannot be passed on
	 */
	receive(response: Response, call: Call): Response | undefined;
	/** @param error what `ask` or `passThrough` rejected with */
	failure(error: unknown): Failure;
}

/** Why an API gave no response: a problem's code for the client, the cause for the log. */
export interface Failure {
	readonly code: FaultCode;
	/** A reason in words, or what was thrown. */
	readonly cause: unknown;
}
