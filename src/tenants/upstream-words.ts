/** Owns the words for upstreams that are refused, and the upstream that was meant. */

import { isLoopback } from "../cors/origin-syntax.ts";
import { parseUrl } from "../cors/url.ts";
import { quote } from "../findings/finding.ts";
import { checkUpstreamOrigin, MAX_SERVICE_NAME_CHARACTERS, type UpstreamExtra } from "./upstream.ts";

const EXTRAS: Readonly<Record<UpstreamExtra, string>> = {
	user: "user information",
	query: "a query",
	fragment: "a fragment",
	path: "a path",
};

/** What is wrong with the name of a service binding. */
export function serviceMessage(name: string): string {
	return `${quote(name)} cannot be the name of a service binding: a letter or "_", then letters, digits or "_", ${MAX_SERVICE_NAME_CHARACTERS} at most. Write the "binding" of [[services]] in wrangler.toml.`;
}

/** By the refusal's code; undefined where that is not one of an upstream. */
export function upstreamMessage(code: string, upstream: string, extra: unknown): string | undefined {
	const shown = quote(upstream);
	switch (code) {
		case "invalid-upstream":
			return `${shown} is not an http or https origin, such as "https://api.internal.example".`;
		case "invalid-upstream-host":
			return `${shown} has a host or a port that can never be fetched: an upstream's host is an IP address, or labels of a-z 0-9 - _ joined by single dots, without a wildcard; its port is not 0.`;
		case "invalid-upstream-form":
			return `${shown} is not written as an origin is: lower case, without the default port. Write ${parseUrl(upstream)?.origin}.`;
		case "invalid-upstream-extra":
			return `${shown} has ${EXTRAS[extra as UpstreamExtra]}; an upstream is an origin only, and a request keeps its own path and query. Remove it.`;
		default:
			return undefined;
	}
}

/** The upstream that was meant, accepted as it is; undefined where that cannot be told. */
export function meantUpstream(upstream: string): string | undefined {
	const text = upstream.trim();
	const candidates = [text, text.replace(/^ws(s?):\/\//i, "http$1://")];
	// A single label may be a service binding as well as a host.
	const [, host] = /^([^/:?#]+|\[[0-9a-f:.]+\])(?::\d+)?(?:[/?#]|$)/i.exec(text) ?? [];
	if (
		host !== undefined &&
		(host.includes(".") || host.startsWith("[") || /:\d/.test(text) || isLoopback(host))
	) {
		candidates.push(`${isLoopback(host) ? "http" : "https"}://${text}`);
	}
	for (const candidate of candidates) {
		const parsed = parseUrl(candidate);
		const origin = parsed?.origin.replace(/\.(?=:\d+$|$)/, "");
		if (origin !== undefined && origin !== "null" && checkUpstreamOrigin(origin) === undefined) return origin;
	}
	return undefined;
}

/** Tells whether the upstream that was meant says all that was written: a base path is more than an origin. */
export function isWholeUpstream(upstream: string): boolean {
	const parsed = parseUrl(upstream);
	return (
		parsed === null || (parsed.pathname === "/" && !parsed.search && !parsed.username && !parsed.password)
	);
}
