/** Owns what becomes of a call whose origin is judged: an answer at once, or the API's response with its headers made right. */

import { REQUEST_HEADERS } from "../cors/standard.ts";
import type { JudgedCall } from "./call.ts";
import { clientCertificateOf } from "./client-certificate.ts";
import { rewriteCookies, withCookiesRewritten } from "./cookies.ts";
import { type FaultCode, faultOf, type ReportFault, rayOf } from "./fault-line.ts";
import { refusalDetail } from "./hint.ts";
import { LOOP_REASON } from "./loop.ts";
import { answerPreflight, varyAsPreflight } from "./preflight.ts";
import { type ProblemCode, problem } from "./problem.ts";
import { redirectsToForeignOrigin } from "./redirect.ts";
import { applySharing, removeSharing } from "./share.ts";
import type { VerdictRecorder } from "./verdict.ts";
import type { Way } from "./way.ts";

/** Everything that an answer needs from outside. */
export interface AnswerOptions {
	readonly verdicts: VerdictRecorder;
	/** Told of everything that an operator has to look into. */
	readonly onFault: ReportFault;
}

/** Answers one call, to the API over the way that it is given: without a promise where there is nothing to wait for. */
export type Answer = (judged: JudgedCall, way: Way) => Response | Promise<Response>;

/** Makes what answers calls. */
export function createAnswer({ verdicts, onFault }: AnswerOptions): Answer {
	return (judged, way) => {
		const { call, decision, policy } = judged;
		try {
			if (way.isLoop(call.request)) return fail(judged, "loop-detected", LOOP_REASON);
			if (!call.report) {
				if (decision.action === "refuse") return refuse(judged, "origin-not-allowed", refusalDetail(judged));
				if (decision.action === "answer-preflight" && call.origin !== null && policy !== undefined) {
					return finish(judged, answerPreflight(policy, call.origin, call.headers));
				}
			}
			return forward(judged, way).catch((error: unknown) => fail(judged, "internal-error", error));
		} catch (error) {
			return fail(judged, "internal-error", error);
		}
	};

	async function forward(judged: JudgedCall, way: Way): Promise<Response> {
		const { call } = judged;
		const { request, tenant, place, report, ambiguousPath } = call;
		const wantsCertificate = tenant.clientCertificate === "require" && !report;
		if (wantsCertificate && clientCertificateOf(request) === undefined) {
			return refuse(judged, "client-certificate-required");
		}
		let received: Response;
		try {
			received = await way.ask(judged);
		} catch (error) {
			const { code, cause } = way.failure(error);
			return fail(judged, code, cause);
		}
		const rewrite = report ? undefined : tenant.cookies;
		if (way.isSwitch(received)) {
			const isOurs = rewrite !== undefined && received.webSocket;
			return finish(judged, isOurs ? withCookiesRewritten(received, rewrite) : received);
		}
		const response = way.receive(received, call);
		if (response === undefined) {
			const reason = `it answered with the status ${received.status}, which cannot be passed on`;
			return fail(judged, "upstream-unreachable", reason, UNUSABLE_STATUS);
		}
		const { headers } = response;
		if (!report) {
			if (rewrite !== undefined) rewriteCookies(headers, rewrite);
			removeSharing(headers, place.policies.ownsTiming || ambiguousPath);
			share(judged, headers);
		}
		return finish(judged, response);
	}

	/** An error of Cordon's own is shared as any response is, so that an allowed page can read its status. */
	function refuse(judged: JudgedCall, code: ProblemCode, detail?: string): Response {
		const { call } = judged;
		const response = problem(code, { detail, ray: rayOf(call.headers) });
		if (!call.report) share(judged, response.headers);
		return finish(judged, response, code);
	}

	/** A refusal that an operator has to look into. @param cause a reason in words, or the value that was thrown */
	function fail(judged: JudgedCall, code: FaultCode, cause: unknown, detail?: string): Response {
		onFault(faultOf(judged.call.request, judged.call.address, code, cause));
		return refuse(judged, code, detail);
	}

	/** Records the decision, where there was one and somebody wants it. */
	function finish(judged: JudgedCall, response: Response, code?: ProblemCode): Response {
		const { verdict } = judged;
		const { request, method, address, report, route, kind, origin, ownOrigin, requestMethod } = judged.call;
		if (verdict === undefined) return response;
		const { site } = address;
		const redirectTaintsOrigin =
			kind === "actual" && !ownOrigin && redirectsToForeignOrigin(response, site.origin);
		if (verdict.allowed && !report && !redirectTaintsOrigin && !verdicts.takesAll) return response;
		verdicts.record({
			hostname: site.hostname,
			kind,
			mode: report ? "report" : "enforce",
			allowed: verdict.allowed,
			reason: ownOrigin && !verdict.allowed ? "own-origin" : verdict.reason,
			entry: verdict.allowed ? verdict.entry : "",
			route,
			policy: verdict.allowed ? verdict.policy : null,
			origin: origin ?? "",
			method: requestMethod ?? method,
			requestHeaders: kind === "preflight" ? (request.headers.get(REQUEST_HEADERS) ?? "") : "",
			policyReadAtMilliseconds: judged.call.readAtMilliseconds,
			status: response.status,
			problem: code ?? "",
			redirectTaintsOrigin,
		});
		return response;
	}
}

const UNUSABLE_STATUS =
	"The API behind this hostname answered with a status outside 200 to 599, which cannot be passed on.";

/** @param headers of the response; changed in place */
function share({ call, policy }: JudgedCall, headers: Headers): void {
	// Where the path can be read in more than one way, another policy may vary by origin where this one does not.
	const varies = call.place.policies.variesByOrigin || call.ambiguousPath;
	applySharing(headers, policy, call.origin, varies);
	if (call.kind === "preflight") varyAsPreflight(headers);
}
