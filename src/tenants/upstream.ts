/** Owns a tenant's `upstream`: its check, and its parts. */

import { quote, type Refusal } from "../findings/finding.ts";

/** Where an API is. */
export interface Upstream {
	readonly origin: string;
	/** With the port, where it is not the scheme's own. */
	readonly host: string;
}

/** @param upstream one that was checked */
export function upstreamOf(upstream: string): Upstream {
	return { origin: upstream, host: new URL(upstream).host };
}

/**
 * Checks that `upstream` is an http or https origin and nothing more.
 * @returns undefined where it is, else the refusal
 */
export function checkUpstream(upstream: string): Refusal | undefined {
	const url = URL.parse(upstream);
	const shown = quote(upstream);
	if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
		return {
			code: "invalid-upstream",
			message: `${shown} is no http or https origin, such as "https://api.internal.example". Correct it.`,
		};
	}
	if (url.origin === upstream) return undefined;
	const extra =
		url.username || url.password
			? "user information"
			: url.search
				? "a query"
				: url.hash
					? "a fragment"
					: url.pathname !== "/" || upstream.endsWith("/")
						? "a path"
						: undefined;
	return {
		code: extra === undefined ? "invalid-upstream-form" : "invalid-upstream-extra",
		message:
			extra === undefined
				? `${shown} is not written as an origin is: lower case, without the default port. Write ${url.origin}.`
				: `${shown} has ${extra}; an upstream is an origin only, and a request keeps its own path and query. Remove it.`,
		suggestion: url.origin,
	};
}
