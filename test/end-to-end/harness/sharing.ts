/** Owns what a test says of sharing: the exact set of headers by which a response is shared, to the line. */

import type { Head } from "./client.ts";

/**
 * Every line that bears on sharing, sorted: all `Access-Control-*`, `Timing-Allow-Origin` and `Vary`. A name that
 * nobody expects is there too, and a doubled line is there twice.
 */
export function sharingOf(head: Head): readonly string[] {
	return head.lines
		.filter(
			([name]) => name.startsWith("access-control-") || name === "timing-allow-origin" || name === "vary",
		)
		.map(([name, value]) => `${name}: ${value}`)
		.sort();
}

/** What a response has that is shared with one origin, with credentials. */
export function sharedWithCredentials(origin: string, vary = "Origin"): readonly string[] {
	return [
		"access-control-allow-credentials: true",
		`access-control-allow-origin: ${origin}`,
		`vary: ${vary}`,
	];
}

/** What a response has that is shared with nobody, though it would be with another origin. */
export const NOT_SHARED: readonly string[] = ["vary: Origin"];

/** What a response has that is shared with every origin, without credentials. */
export const SHARED_WITH_ALL: readonly string[] = ["access-control-allow-origin: *"];

/** The `Vary` of every answer to a preflight, refusals included. */
export const EXPECTED_PREFLIGHT_VARY =
	"Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
