/** Owns which headers of a response a page can read. */

import { EXPOSE_HEADERS, isForbiddenResponseHeader, SAFELISTED_RESPONSE_HEADERS } from "../cors/standard.ts";
import {
	extractTokens,
	getHeader,
	type HeaderList,
	type ReceivedResponse,
	sortedLowercaseSet,
} from "./header-list.ts";
import type { BrowserRequest } from "./request.ts";
import { type Check, passed, shown } from "./steps.ts";

/** A response as the page sees it. */
export interface FilteredResponse {
	/** Names that the page can read, lower case, sorted. */
	readonly exposedHeaders: readonly string[];
	/** Names that came and that it cannot read. */
	readonly hiddenHeaders: readonly string[];
}

/**
 * Filters a response: `basic` hides Set-Cookie, `cors` all that is neither safelisted nor exposed.
 * https://fetch.spec.whatwg.org/#concept-filtered-response-cors
 */
export function filterResponse(request: BrowserRequest, { headers }: ReceivedResponse): FilteredResponse {
	const names = sortedLowercaseSet(headers.map(([name]) => name));
	const exposed = request.tainting === "basic" ? "all" : corsExposedNames(request, headers);
	const isReadable = (name: string) =>
		!isForbiddenResponseHeader(name) &&
		(exposed === "all" || SAFELISTED_RESPONSE_HEADERS.has(name) || exposed.has(name));
	return {
		exposedHeaders: names.filter(isReadable),
		hiddenHeaders: names.filter((name) => !isReadable(name)),
	};
}

/** https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list, as main fetch sets it */
function corsExposedNames({ credentials }: BrowserRequest, headers: HeaderList): "all" | ReadonlySet<string> {
	const names = extractTokens(headers, EXPOSE_HEADERS);
	if (names === null || names === "failure") return new Set();
	if (credentials !== "include" && names.includes("*")) return "all";
	return new Set(names.map((name) => name.toLowerCase()));
}

/** The step that tells about it; it cannot fail, a response is readable without its headers. */
export function noteExposedHeaders(request: BrowserRequest, { headers }: ReceivedResponse): Check {
	const names = extractTokens(headers, EXPOSE_HEADERS);
	const advice =
		names === "failure"
			? "One bad element makes the whole list invalid, so none of it is exposed: write names only, separated by commas."
			: request.credentials === "include" && names?.includes("*")
				? "With credentials the asterisk exposes nothing: name the headers."
				: names?.some((name) => isForbiddenResponseHeader(name.toLowerCase()))
					? "Set-Cookie is never readable, even where it is exposed: remove it."
					: undefined;
	return passed(
		"expose-headers",
		shown(EXPOSE_HEADERS, getHeader(headers, EXPOSE_HEADERS)),
		"nothing, or the names that the page wants to read",
		advice,
	);
}
