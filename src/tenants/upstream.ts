/** Owns a tenant's `upstream`: its check, and its parts. */

import { quote, type Refusal } from "../findings/finding.ts";

/** Where an API is: at an origin, or behind a service binding of the Worker. */
export type Upstream =
	| { readonly kind: "origin"; readonly origin: string }
	| { readonly kind: "service"; readonly name: string };

/** @param upstream one that was checked */
export function upstreamOf(upstream: string): Upstream {
	return { kind: "origin", origin: upstream };
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
