/** Owns a tenant's `upstream`: its check, and its parts. */

import { isHostname } from "../cors/origin-syntax.ts";
import { parseUrl } from "../cors/url.ts";
import type { Refused } from "../findings/finding.ts";

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
export function checkServiceName(name: string): Refused | undefined {
	return isServiceName(name) ? undefined : { code: "invalid-service" };
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
export function checkUpstreamOrigin(upstream: string): Refused | undefined {
	const url = parseUrl(upstream);
	if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
		return { code: "invalid-upstream" };
	if (!isFetchable(url)) return { code: "invalid-upstream-host" };
	if (url.origin === upstream) return undefined;
	const extra = extraOf(url, upstream);
	return extra === undefined
		? { code: "invalid-upstream-form" }
		: { code: "invalid-upstream-extra", facts: extra };
}

/** The URL parser takes hosts that no resolver does, such as `*.x` and `a..b`; its IP addresses are in order. */
function isFetchable({ hostname, port }: URL): boolean {
	return (hostname.startsWith("[") || isHostname(hostname)) && port !== "0";
}

/** What an upstream has beyond its origin. */
export type UpstreamExtra = "user" | "query" | "fragment" | "path";

function extraOf(url: URL, upstream: string): UpstreamExtra | undefined {
	if (url.username || url.password) return "user";
	if (url.search) return "query";
	if (url.hash) return "fragment";
	return url.pathname !== "/" || upstream.endsWith("/") ? "path" : undefined;
}
