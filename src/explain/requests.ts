/** Owns what is told of each request that a call leads to: why it is sent, what Cordon does with it, what is missing. */

import type { Tenant } from "../tenants/tenant.ts";
import { actualRequest, answerTo, type Conclusion } from "./conclusion.ts";
import { isElsewhere } from "./elsewhere.ts";
import type { PageCall } from "./question.ts";
import type { Rehearse, Rehearsed } from "./rehearsal.ts";
import type { ExplainedRequest } from "./report.ts";

/** What goes out, and the request that a failed preflight holds back. */
export async function requestsOf(
	call: PageCall,
	{ exchanges, steps }: Conclusion,
	rehearse: Rehearse,
	isReport: boolean,
): Promise<readonly ExplainedRequest[]> {
	const last = exchanges.at(-1)?.request;
	if (last === undefined) return [];
	const spelled = new Map(call.headers.map((name) => [name.toLowerCase(), name]));
	const nameOf = (name: string) => spelled.get(name) ?? name;
	const held = [...exchanges];
	if (last.kind === "preflight") {
		const request = { ...actualRequest(call), url: last.url };
		held.push({ request, rehearsed: await answerTo(call, request, rehearse) });
	}
	const told: ExplainedRequest[] = [];
	for (const [index, { request, rehearsed }] of held.entries()) {
		const done = isReport ? await answerTo(call, request, rehearse) : rehearsed;
		const notAllowed = steps.flatMap(({ code, missing = [] }) =>
			missing.map((name) =>
				code === "preflight-allow-methods" ? `method ${name}` : `header ${nameOf(name)}`,
			),
		);
		const isLastPreflight = request === last && request.kind === "preflight";
		told.push({
			kind: request.kind,
			method: request.method,
			...(request.url === call.url.href ? {} : { url: request.url }),
			because: request.reasons.map((reason) =>
				reason.kind === "method"
					? `method ${reason.method}`
					: reason.kind === "header"
						? `header ${nameOf(reason.header.name)}`
						: reason.kind,
			),
			sent: isReport || index < exchanges.length,
			notAllowed: isLastPreflight && !isReport ? notAllowed : [],
			...(isElsewhere(call, request) ? ELSEWHERE : outcomeOf(done)),
		});
	}
	return told;
}

/** What the other host answers is not known. */
const ELSEWHERE = {
	action: "elsewhere",
	status: null,
	problem: null,
	upstream: null,
	responseHeaders: {},
} as const;

function outcomeOf({ verdict, response, forwardedTo, refusedByRuntime }: Rehearsed) {
	const isRefused = refusedByRuntime || (verdict !== undefined && verdict.problem !== "");
	return {
		action: forwardedTo !== undefined ? "forward" : isRefused ? "refuse" : "answer",
		status: forwardedTo === undefined ? response.status : null,
		problem: verdict === undefined || verdict.problem === "" ? null : verdict.problem,
		upstream: forwardedTo ?? null,
		responseHeaders: Object.fromEntries(response.headers),
	} as const;
}

/** Behind a service binding the API has no address: the binding is named in its place. */
export function toService(request: ExplainedRequest, upstream: Tenant["upstream"]): ExplainedRequest {
	return request.upstream === null || upstream?.kind !== "service"
		? request
		: { ...request, upstream: `the service binding ${upstream.name}` };
}
