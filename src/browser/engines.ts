/** Owns what is known of the three engines where the standard leaves them free, as data. */

import { MAX_AGE } from "../cors/standard.ts";
import { getHeader, type HeaderList, isDigits } from "./header-list.ts";

export type Engine = "chromium" | "firefox" | "webkit";

/** One value for each engine. */
export type PerEngine<T> = Readonly<Record<Engine, T>>;

/** The engines in the order in which they are told, with the names that people know. */
export const ENGINE_NAMES: readonly (readonly [engine: Engine, name: string])[] = [
	["chromium", "Chromium"],
	["firefox", "Firefox"],
	["webkit", "WebKit"],
];

/** Without Access-Control-Max-Age. https://fetch.spec.whatwg.org/#http-access-control-max-age */
export const DEFAULT_MAX_AGE_SECONDS = 5;

/** How an engine keeps the answers to preflights. */
export interface PreflightCaching {
	/** The imposed limit on max-age. */
	readonly capSeconds: number;
	/** What a value that is not a number counts as. All three take a negative number as 0; the standard takes both as 5. */
	readonly malformedSeconds: number;
	/** Whether an answer for `include` spares `omit` its preflight too, as the standard says. */
	readonly credentialedServesUncredentialed: boolean;
}

/**
 * From services/network/cors/preflight_result.cc, netwerk/protocol/http/nsCORSListenerProxy.cpp and
 * CrossOriginPreflightResultCache.cpp; the last column measured.
 */
export const PREFLIGHT_CACHING: PerEngine<PreflightCaching> = {
	chromium: { capSeconds: 7200, malformedSeconds: 5, credentialedServesUncredentialed: true },
	firefox: { capSeconds: 86_400, malformedSeconds: 0, credentialedServesUncredentialed: false },
	webkit: { capSeconds: 600, malformedSeconds: 5, credentialedServesUncredentialed: true },
};

/** How long an engine keeps the answer to a preflight, in seconds; 0 is not at all. */
export function keptSeconds(engine: Engine, headers: HeaderList): number {
	const { capSeconds, malformedSeconds } = PREFLIGHT_CACHING[engine];
	const value = getHeader(headers, MAX_AGE);
	if (value === null || value === "") return DEFAULT_MAX_AGE_SECONDS;
	if (isDigits(value)) return Math.min(Number(value), capSeconds);
	return value.startsWith("-") && isDigits(value.slice(1)) ? 0 : malformedSeconds;
}

/** How long each engine keeps the answer to a preflight. */
export function keptSecondsPerEngine(headers: HeaderList): PerEngine<number> {
	return {
		chromium: keptSeconds("chromium", headers),
		firefox: keptSeconds("firefox", headers),
		webkit: keptSeconds("webkit", headers),
	};
}
