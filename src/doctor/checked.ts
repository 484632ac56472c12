/** Owns what was looked at and found good: without it, silence could mean that nobody looked. */

import { getHeader } from "../browser/header-list.ts";
import { credentialsMode } from "../browser/page-request.ts";
import { ALLOW_CREDENTIALS, ALLOW_ORIGIN, VARY } from "../cors/standard.ts";
import type { DoctorFinding, FindingCode } from "./finding.ts";
import { cookiesOf } from "./findings/cookies.ts";
import type { Exchange } from "./network/network.ts";
import {
	type AnsweredExchange,
	allowOriginOf,
	crossOriginTurns,
	isAnswered,
	isReadable,
	type Seen,
} from "./seen.ts";
import type { TwinKind } from "./twins.ts";

/** One thing that was looked at and is right. */
export interface GoodCheck {
	readonly words: string;
	/** The numbers of the requests that show it. */
	readonly requests: readonly number[];
}

const TWIN_WORDS: Readonly<Record<TwinKind, (host: string, origin: string) => string>> = {
	"other-host": (_, origin) => `an unknown origin (${origin}) is not let in`,
	null: () => "the origin null is not let in",
	suffix: (host) => `a host that only starts with the allowed name (${host}) is not let in`,
	prefix: (host) => `another domain that ends in the same letters (${host}) is not let in`,
	dot: (host) => `a host with another character in place of a dot (${host}) is not let in`,
	http: () => "the same host over plain http is not let in",
	"sibling-prefix": (host) =>
		`another host of the same domain that ends in the same letters (${host}) is not let in`,
	sibling: (host) => `another host of the same domain (${host}) is not let in`,
};

/** Everything that was looked at and found good. */
export function goodChecks(seen: Seen, findings: readonly DoctorFinding[]): readonly GoodCheck[] {
	const { visit, conversation, probed } = seen;
	const isFound = (...codes: readonly FindingCode[]) => findings.some(({ code }) => codes.includes(code));
	const checks: GoodCheck[] = [];
	const { base, missingPath, cacheOrder, withCookie } = probed;
	// With a cookie everybody is: what is refused without one says nothing good.
	const twins = isFound("reflects-any-origin", "reflects-any-origin-with-cookie") ? [] : probed.twins;
	const isOpen = probed.twins.some(({ exchange }) => isAnswered(exchange) && allowOriginOf(exchange) === "*");
	const isPageNamed = [base, ...crossOriginTurns(conversation)].some(
		(exchange) => isAnswered(exchange) && allowOriginOf(exchange) === visit.page.origin,
	);
	// That a stranger is kept out means something only where somebody is let in.
	const isAnybodyNamed = [
		base,
		...crossOriginTurns(conversation),
		...probed.twins.map(({ exchange }) => exchange),
	].some((exchange) => isAnswered(exchange) && allowOriginOf(exchange));
	for (const { kind, origin, shared, exchange } of twins) {
		const isAnybody = kind === "other-host" || kind === "null";
		// Near misses of an origin that is not allowed itself show nothing, and the asterisk lets everybody in.
		if (shared !== "no" || !isTelling(exchange) || isOpen || kind === "sibling") continue;
		const words = TWIN_WORDS[kind](URL.parse(origin)?.hostname ?? "", origin);
		if ((isAnybody ? isAnybodyNamed : isPageNamed) && !checks.some(says(words))) {
			checks.push({ words, requests: [exchange.number] });
		}
	}
	if (isOpen && withCookie === undefined && probed.cookieTried) {
		checks.push({
			words:
				"any page can read it, but none with its user's credentials: the asterisk does not count for them",
			requests: probed.twins.map(({ exchange }) => exchange.number),
		});
	} else if (
		withCookie === undefined &&
		probed.cookieTried &&
		isTelling(base) &&
		isAnybodyNamed &&
		!isFound("reflects-any-origin")
	) {
		checks.push({ words: "an unknown origin is not let in with a made-up cookie either", requests: [] });
	}
	const shared = crossOriginTurns(conversation);
	const hasSharing = shared.some(({ answer: { headers } }) =>
		[ALLOW_ORIGIN, ALLOW_CREDENTIALS].some((name) => getHeader(headers, name) !== null),
	);
	if (hasSharing && !isFound("doubled-header")) {
		checks.push({ words: "no sharing header comes twice", requests: shared.map(({ number }) => number) });
	}
	const hasVary =
		isAnswered(base) &&
		/(^|[\s,])(origin|\*)($|[\s,])/i.test(getHeader(base.answer.headers, VARY) ?? "") &&
		allowOriginOf(base) === visit.page.origin;
	if (hasVary && !isFound("missing-vary-origin")) {
		checks.push({
			words: "Vary: Origin tells caches that the answer depends on the origin",
			requests: [base.number],
		});
	}
	if (probed.cacheTried && cacheOrder === undefined && !isFound("cache-keeps-first-origin")) {
		checks.push({
			words: "when another origin asks for a URL first, the page still gets its own answer afterwards",
			requests: [],
		});
	}
	if (isAnswered(missingPath) && missingPath.answer.status >= 400 && isReadable(visit, missingPath)) {
		checks.push({
			words: `errors are shared too: the page can read the ${missingPath.answer.status} of a made-up path`,
			requests: [missingPath.number],
		});
	}
	if (
		credentialsMode(visit.page) === "include" &&
		cookiesOf(seen).length > 0 &&
		!findings.some(({ code }) => code.startsWith("cookie-"))
	) {
		checks.push({ words: "the cookies that it sets can be stored and sent along", requests: [] });
	}
	return checks;
}

/** A server that fails, or that has had enough of requests, shows nobody who is let in. */
function isTelling(exchange: Exchange | undefined): exchange is AnsweredExchange {
	return isAnswered(exchange) && exchange.answer.status < 500 && exchange.answer.status !== 429;
}

function says(words: string) {
	return (check: GoodCheck) => check.words === words;
}
