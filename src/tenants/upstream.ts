/** Owns a tenant's `upstream`: its check, and its parts. */

import { isHostname } from "../cors/origin-syntax.ts";
import { parseUrl } from "../cors/url.ts";
import { quote, type Refusal } from "../findings/finding.ts";

/** `upstream` as it is configured: an origin, or a service binding. */
export type UpstreamConfig = string | { readonly service: string };

/** Where an API is: at an origin, or behind a service binding of the Worker. */
export type Upstream =
	| { readonly kind: "origin"; readonly origin: string }
	| { readonly kind: "service"; readonly name: string };

/** Longest name of a service binding, in characters. */
export const MAX_SERVICE_NAME_CHARACTERS = 64;

/** @param upstream one that was checked */
export function upstreamOf(upstream: UpstreamConfig): Upstream {
	return typeof upstream === "string"
		? { kind: "origin", origin: upstream }
		: { kind: "service", name: upstream.service };
}

/**
 * Checks the name of a service binding.
 * @returns undefined where it can be one, else the refusal
 */
export function checkServiceName(name: string): Refusal | undefined {
	if (isServiceName(name)) return undefined;
	return {
		code: "invalid-service",
		message: `${quote(name)} cannot be the name of a service binding: a letter or "_", then letters, digits or "_", ${MAX_SERVICE_NAME_CHARACTERS} at most. Write the "binding" of [[services]] in wrangler.toml.`,
	};
}

function isServiceName(name: string): boolean {
	if (name.length === 0 || name.length > MAX_SERVICE_NAME_CHARACTERS) return false;
	for (let i = 0; i < name.length; i++) {
		const character = name.charAt(i);
		const isLetter = (character >= "a" && character <= "z") || (character >= "A" && character <= "Z");
		const isDigit = character >= "0" && character <= "9";
		if (!isLetter && character !== "_" && (i === 0 || !isDigit)) return false;
	}
	return true;
}

/**
 * Checks that an upstream is an http or https origin that can be fetched, and nothing more.
 * @returns undefined where it is, else the refusal
 */
export function checkUpstreamOrigin(upstream: string): Refusal | undefined {
	const url = parseUrl(upstream);
	const shown = quote(upstream);
	if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
		return {
			code: "invalid-upstream",
			message: `${shown} is not an http or https origin, such as "https://api.internal.example". Correct it.`,
		};
	}
	if (!isFetchable(url)) {
		return {
			code: "invalid-upstream-host",
			message: `${shown} has a host or a port that can never be fetched: an upstream's host is an IP address, or labels of a-z 0-9 - _ joined by single dots, without a wildcard; its port is not 0. Correct it.`,
			...suggestWithoutDot(url),
		};
	}
	if (url.origin === upstream) return undefined;
	const extra = extraOf(url, upstream);
	return {
		code: extra === undefined ? "invalid-upstream-form" : "invalid-upstream-extra",
		message:
			extra === undefined
				? `${shown} is not written as an origin is: lower case, without the default port. Write ${url.origin}.`
				: `${shown} has ${extra}; an upstream is an origin only, and a request keeps its own path and query. Remove it.`,
		suggestion: url.origin,
	};
}

/** The URL parser takes hosts that no resolver does, such as `*.x` and `a..b`; its IP addresses are in order. */
function isFetchable({ hostname, port }: URL): boolean {
	return (hostname.startsWith("[") || isHostname(hostname)) && port !== "0";
}

function suggestWithoutDot(url: URL): { suggestion?: string } {
	const dot = `${url.hostname}`.endsWith(".");
	const candidate = dot ? parseUrl(url.origin.replace(url.hostname, url.hostname.slice(0, -1))) : null;
	return candidate !== null && isFetchable(candidate) ? { suggestion: candidate.origin } : {};
}

function extraOf(url: URL, upstream: string): string | undefined {
	if (url.username || url.password) return "user information";
	if (url.search) return "a query";
	if (url.hash) return "a fragment";
	return url.pathname !== "/" || upstream.endsWith("/") ? "a path" : undefined;
}
