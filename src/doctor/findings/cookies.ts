/** Owns the findings about cookies that an API sets for the page: refused, dropped, or not sent along. */

import { type CookieFate, coversPath, fateOf, fateWords } from "../../browser/cookie-store.ts";
import type { PerEngine } from "../../browser/engines.ts";
import { valuesOf } from "../../browser/header-list.ts";
import { credentialsMode } from "../../browser/page-request.ts";
import {
	cookieBytes,
	MAX_COOKIE_BYTES,
	type ParsedCookie,
	parseSetCookie,
	type UnreadableCookie,
} from "../../browser/set-cookie.ts";
import type { DoctorFinding, FindingCode, Severity } from "../finding.ts";
import { type AnsweredExchange, answeredTurns, isActual, type Seen } from "../seen.ts";
import { isSameSite } from "../site.ts";

/** A cookie that was set, without its value. */
export interface SetCookie {
	readonly name: string;
	/** The number of the request that set it. */
	readonly request: number;
	/** What each engine does with it, out of the box. */
	readonly engines: PerEngine<string>;
}

/** A cookie, what became of it, and where it was set. */
interface Judged extends SetCookie {
	readonly cookie: ParsedCookie;
	readonly fate: CookieFate;
	readonly url: string;
}

type CookieSeen = Pick<Seen, "visit" | "conversation">;

/** The cookies that the API has set in this call; those that it removes are left out. */
export function cookiesOf(seen: CookieSeen): readonly SetCookie[] {
	return judged(seen).map(({ name, request, engines }) => ({ name, request, engines }));
}

/** What keeps cookies from being stored or sent along; of one that is right, nothing. */
export function cookieFindings(seen: CookieSeen): readonly DoctorFinding[] {
	return [
		...unreadable(seen),
		...judged(seen).flatMap((cookie) => [...refusal(cookie), ...pathNote(cookie)]),
	];
}

/** Without credentials no cookie of a foreign API is kept, nor meant to be. */
function settingTurns({ visit, conversation }: CookieSeen): readonly AnsweredExchange[] {
	if (credentialsMode(visit.page) !== "include") return [];
	return answeredTurns(conversation).filter(isActual);
}

function judged(seen: CookieSeen): readonly Judged[] {
	const { origin } = seen.visit.page;
	const now = Date.now();
	return settingTurns(seen).flatMap(({ answer, number, url }) =>
		valuesOf(answer.headers, "set-cookie").flatMap((line) => {
			const cookie = parseSetCookie(line);
			if (typeof cookie === "string") return [];
			const fate = fateOf(cookie, { url, isCrossSite: !isSameSite(origin, url), now });
			if (fate === "removal") return [];
			const engines = fateWords(cookie, fate, url);
			return [{ name: cookie.name, request: number, engines, cookie, fate, url }];
		}),
	);
}

const UNREADABLE: Readonly<Record<UnreadableCookie, string>> = {
	"control-character": "has a control character in it, so browsers ignore the whole line",
	"nothing-in-it": "has neither a name nor a value, so browsers ignore it",
};

function unreadable(seen: CookieSeen): readonly DoctorFinding[] {
	return settingTurns(seen).flatMap(({ answer, number }) =>
		valuesOf(answer.headers, "set-cookie").flatMap((line) => {
			const cookie = parseSetCookie(line);
			if (typeof cookie !== "string") return [];
			return [
				{
					code: "cookie-invalid" as const,
					severity: "warning" as const,
					message: `A Set-Cookie ${UNREADABLE[cookie]}. Write NAME=VALUE and its attributes.`,
					requests: [number],
				},
			];
		}),
	);
}

interface Fault {
	readonly code: FindingCode;
	readonly severity: Severity;
	readonly words: (cookie: ParsedCookie, url: URL) => string;
}

const ALL_THREE = "SameSite=None; Secure; Partitioned";

/** What is said of each fate; of those that are as they should be, nothing. */
const FAULTS: Readonly<Record<CookieFate, Fault | undefined>> = {
	"too-large": {
		code: "cookie-too-large",
		severity: "warning",
		words: (cookie) =>
			`has ${cookieBytes(cookie)} bytes in its name and value, and browsers refuse more than ${MAX_COOKIE_BYTES}. Keep the data on the server, and only its key in the cookie.`,
	},
	"domain-not-a-host": {
		code: "cookie-domain",
		severity: "warning",
		words: ({ domain }) =>
			`has Domain=${domain}, which is not a host name, so browsers refuse it. Write a host alone, without scheme or port, or leave Domain out.`,
	},
	"domain-public-suffix": {
		code: "cookie-domain",
		severity: "warning",
		words: ({ domain }) =>
			`has Domain=${domain}, a public suffix, under which anybody can register names: browsers refuse it. Leave Domain out, and the cookie is this host's own.`,
	},
	"domain-not-covering": {
		code: "cookie-domain",
		severity: "warning",
		words: ({ domain }, { hostname }) =>
			`has Domain=${domain}, which does not cover the host ${hostname} that sets it: browsers refuse it. Leave Domain out, or name the host or a parent of it.`,
	},
	"secure-over-http": {
		code: "cookie-insecure-scheme",
		severity: "warning",
		words: () => "is Secure and was set over plain http: browsers refuse it. Serve the API over https.",
	},
	"prefix-secure": {
		code: "cookie-prefix",
		severity: "warning",
		words: () =>
			"has the prefix __Secure- and no Secure attribute: browsers refuse it. Add Secure, or rename it.",
	},
	"prefix-host": {
		code: "cookie-prefix",
		severity: "warning",
		words: ({ secure, domain, path }) => {
			const wrong = [
				...(secure ? [] : ["add Secure"]),
				...(path === "/" ? [] : ["set Path=/"]),
				...(domain === undefined ? [] : ["take Domain out"]),
			];
			return `has the prefix __Host-, which wants Secure, Path=/ and no Domain: browsers refuse it. For that, ${wrong.join(", ")}; or rename it.`;
		},
	},
	"prefix-nameless": {
		code: "cookie-prefix",
		severity: "warning",
		words: () =>
			"has no name, and its value begins with a cookie prefix: browsers refuse it. Give it a name.",
	},
	"same-site": {
		code: "cookie-same-site",
		severity: "warning",
		words: ({ sameSiteText }) =>
			`has SameSite=${sameSiteText}, and the page belongs to another site: browsers drop it, and never send it along. Set it with ${ALL_THREE}.`,
	},
	"same-site-unset": {
		code: "cookie-same-site",
		severity: "warning",
		words: ({ sameSiteText }) =>
			`has ${sameSiteText === undefined ? "no SameSite" : `SameSite=${sameSiteText}, which counts for nothing`}, and the page belongs to another site: Chromium treats it as Lax and drops it. Set it with ${ALL_THREE}.`,
	},
	"none-not-secure": {
		code: "cookie-not-secure",
		severity: "warning",
		words: () =>
			`has SameSite=None without Secure, which Chromium drops. Set it with ${ALL_THREE}, over https.`,
	},
	"partitioned-not-secure": {
		code: "cookie-not-secure",
		severity: "warning",
		words: () => `is Partitioned without Secure, which Chromium drops. Set it with ${ALL_THREE}, over https.`,
	},
	unpartitioned: {
		code: "cookie-not-partitioned",
		severity: "note",
		words: () =>
			"is not Partitioned: where third-party cookies are blocked, Chromium does not send it from a page of another site. Add Partitioned.",
	},
	partitioned: undefined,
	"first-party": undefined,
	removal: undefined,
};

function refusal({ cookie, fate, url, engines, request }: Judged): readonly DoctorFinding[] {
	const fault = FAULTS[fate];
	if (fault === undefined) return [];
	const { code, severity, words } = fault;
	return [
		{
			code,
			severity,
			message: `The cookie ${shownName(cookie)} ${words(cookie, new URL(url))}`,
			engines,
			requests: [request],
		},
	];
}

/** Fates in which the cookie is there, so that its path matters. */
const STORED: ReadonlySet<CookieFate> = new Set(["unpartitioned", "partitioned", "first-party"]);

function pathNote({ cookie, fate, url, request }: Judged): readonly DoctorFinding[] {
	if (!STORED.has(fate)) return [];
	const { path } = cookie;
	const note = (words: string): readonly DoctorFinding[] => [
		{
			code: "cookie-path",
			severity: "note",
			message: `The cookie ${shownName(cookie)} ${words}`,
			requests: [request],
		},
	];
	if (path !== undefined && path !== "" && !path.startsWith("/")) {
		return note(
			`has Path=${path}, which does not begin with a slash and so counts for nothing: the directory of the URL does. Write Path=/${path}.`,
		);
	}
	if (coversPath(path, url)) return [];
	return note(
		`has Path=${path}, so it does not go along to ${new URL(url).pathname}. If it should, set Path=/.`,
	);
}

function shownName({ name }: ParsedCookie): string {
	return name === "" ? "without a name" : name;
}
