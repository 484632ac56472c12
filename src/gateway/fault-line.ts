/** Owns what an operator is told of what went wrong: which request it was and why, without any URL. */

import { type Address, pathOf } from "./address.ts";
import type { ProblemCode } from "./problem.ts";

/** One line for the operator. */
export interface FaultLine {
	readonly event: "upstream-failed" | "internal-error" | "loop-detected" | "misconfigured";
	readonly code: FaultCode;
	readonly hostname: string;
	readonly method: string;
	/** Without its query. */
	readonly path: string;
	/** The id under which the edge knows the request; empty where there is none. */
	readonly ray: string;
	readonly reason: string;
	/** Of a fault of Cordon's own. */
	readonly stack?: string;
}

/** Takes what went wrong; how much of it is written down is for whoever hands this in. */
export type ReportFault = (fault: FaultLine) => void;

const MAX_PATH_CHARACTERS = 1024;
const MAX_REASON_CHARACTERS = 500;
const MAX_STACK_CHARACTERS = 4000;

/** The problems that an operator has to look into; the others are what a document says, or a client gets wrong. */
export type FaultCode = Exclude<
	ProblemCode,
	"unknown-tenant" | "tenant-closed" | "origin-not-allowed" | "client-certificate-required"
>;

const EVENTS: Readonly<Record<FaultCode, FaultLine["event"]>> = {
	"upstream-unreachable": "upstream-failed",
	"upstream-timeout": "upstream-failed",
	"loop-detected": "loop-detected",
	"tenant-unavailable": "misconfigured",
	"internal-error": "internal-error",
};

/**
 * Makes the line for a request that went wrong.
 * @param cause a reason in words, or the value that was thrown
 */
export function faultOf(request: Request, address: Address, code: FaultCode, cause: unknown): FaultLine {
	const { message, stack } = cause instanceof Error ? cause : { message: String(cause), stack: undefined };
	return {
		event: EVENTS[code],
		code,
		hostname: address.site.hostname,
		method: request.method,
		path: pathOf(address).slice(0, MAX_PATH_CHARACTERS),
		ray: rayOf(request.headers) ?? "",
		reason: withoutUrls(message).slice(0, MAX_REASON_CHARACTERS),
		...(code === "internal-error" && stack !== undefined
			? { stack: withoutUrls(stack).slice(0, MAX_STACK_CHARACTERS) }
			: {}),
	};
}

/**
 * The runtime's own messages may hold the whole URL of a request, its query included. It is taken to go on until a blank:
 * quotes and brackets may stand in a query too.
 */
function withoutUrls(text: string): string {
	return text.replaceAll(/:\/\/\S*/g, "://…");
}

/** The edge's id of a request, if it has the form of one: locally a client may write anything there. */
export function rayOf(headers: Headers): string | undefined {
	const ray = headers.get("cf-ray");
	return ray !== null && /^[0-9a-f]{16}(?:-[A-Z]{3})?$/.test(ray) ? ray : undefined;
}
