/** Owns the rewriting of Set-Cookie: for cross-site use, and for the public host. */

import type { CookieRewrite } from "../tenants/tenant.ts";

const SET_COOKIE = "set-cookie";

/**
 * Rewrites every Set-Cookie of a response; several cookies stay several lines.
 * @param headers changed in place
 */
export function rewriteCookies(headers: Headers, rewrite: CookieRewrite): void {
	const cookies = headers.getSetCookie();
	if (cookies.length === 0) return;
	headers.delete(SET_COOKIE);
	for (const cookie of cookies) headers.append(SET_COOKIE, rewriteCookie(cookie, rewrite));
}

/**
 * A handshake's answer with its cookies rewritten; itself where it sets none, since it carries the socket.
 * @param response a 101, as `fetch` gives it
 */
export function withCookiesRewritten(response: Response, rewrite: CookieRewrite): Response {
	if (!response.headers.has(SET_COOKIE)) return response;
	const headers = new Headers(response.headers);
	rewriteCookies(headers, rewrite);
	return new Response(null, { status: response.status, headers, webSocket: response.webSocket });
}

/**
 * Gives one Set-Cookie value its attributes, each once, in place of those that it had. `SameSite=None` and `Partitioned`
 * both want `Secure`, which also keeps `__Host-` and `__Secure-` names valid. Everything else stays byte for byte.
 */
export function rewriteCookie(cookie: string, rewrite: CookieRewrite): string {
	const [pair = "", ...attributes] = cookie.split(";");
	const domain = rewrite.domain !== undefined && isHostOnly(pair) ? "" : rewrite.domain;
	const kept = attributes.flatMap((attribute) => {
		const name = attributeName(attribute);
		if (name === "domain" && domain !== undefined) return withDomain(attribute, domain);
		return isReplaced(name, rewrite) ? [] : [attribute];
	});
	const added = [
		...(rewrite.sameSiteNone ? [" SameSite=None"] : []),
		...(needsSecure(rewrite) ? [" Secure"] : []),
		...(rewrite.partitioned ? [" Partitioned"] : []),
	];
	return [pair, ...kept, ...added].join(";");
}

/** A cookie of such a name is the host's alone: with a `Domain` browsers drop it. They compare the prefix without case. */
function isHostOnly(pair: string): boolean {
	return pair.trimStart().toLowerCase().startsWith("__host-");
}

/**
 * The attribute with another domain, or none. An empty one stays as it is where it is not taken out: to browsers it makes the
 * cookie the host's own, which must not become the whole domain's.
 */
function withDomain(attribute: string, domain: string): readonly string[] {
	if (domain === "") return [];
	const equals = attribute.indexOf("=");
	if (equals === -1 || attribute.slice(equals + 1).trim() === "") return [attribute];
	return [attribute.slice(0, equals + 1) + domain];
}

function needsSecure({ sameSiteNone, partitioned }: CookieRewrite): boolean {
	return sameSiteNone || partitioned;
}

function isReplaced(name: string, rewrite: CookieRewrite): boolean {
	return (
		(name === "secure" && needsSecure(rewrite)) ||
		(name === "samesite" && rewrite.sameSiteNone) ||
		(name === "partitioned" && rewrite.partitioned)
	);
}

function attributeName(attribute: string): string {
	const equals = attribute.indexOf("=");
	return (equals === -1 ? attribute : attribute.slice(0, equals)).trim().toLowerCase();
}
