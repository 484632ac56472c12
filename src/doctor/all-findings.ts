/** Owns the list of findings: what the exchanges show beyond the outcome. Pure; nothing is said that was not seen. */

import { credentialsMode } from "../browser/page-request.ts";
import { type DoctorFinding, SEVERITIES } from "./finding.ts";
import { cacheFindings } from "./findings/caches.ts";
import { cookieFindings } from "./findings/cookies.ts";
import { credentialsFindings } from "./findings/credentials.ts";
import { doubledHeaders } from "./findings/doubled.ts";
import { errorFindings } from "./findings/errors.ts";
import { exposeFindings } from "./findings/expose.ts";
import { maxAgeFindings } from "./findings/max-age.ts";
import { misspeltHeaders } from "./findings/misspelt.ts";
import { originFindings } from "./findings/origins.ts";
import { redirectFindings } from "./findings/redirects.ts";
import { varyFindings } from "./findings/vary.ts";
import { crossOriginTurns, isActual, type Seen } from "./seen.ts";

/** Everything that was noticed, the most serious first. */
export function findFindings(seen: Seen): readonly DoctorFinding[] {
	const { visit, conversation, probed } = seen;
	const shared = crossOriginTurns(conversation);
	const last = shared.findLast(isActual);
	const preflight = shared.findLast(({ purpose }) => purpose === "preflight");
	const isGranted = conversation.outcome?.preflightCacheSeconds !== undefined;
	const isCredentialed = credentialsMode(visit.page) === "include";
	return [
		...originFindings(probed),
		...doubledHeaders(shared),
		...misspeltHeaders(shared),
		...(isCredentialed || last === undefined ? [] : credentialsFindings(last)),
		...varyFindings(seen),
		...cacheFindings(seen),
		...errorFindings(seen),
		...cookieFindings(seen),
		...redirectFindings(seen),
		...(last === undefined || !conversation.outcome?.readable ? [] : exposeFindings(visit, last)),
		...(preflight === undefined || !isGranted ? [] : maxAgeFindings(preflight)),
	].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
