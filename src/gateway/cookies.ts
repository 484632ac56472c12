/** Owns the rewriting of Set-Cookie for cross-site use. */

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
 * Gives one Set-Cookie value its attributes, each once, whatever was there before. `SameSite=None` and `Partitioned`
 * both want `Secure`, which also keeps `__Host-` and `__Secure-` names valid. Everything else stays byte for byte.
 */
export function rewriteCookie(cookie: string, rewrite: CookieRewrite): string {
	const [pair = "", ...attributes] = cookie.split(";");
	const kept = attributes.filter((attribute) => !isReplaced(attribute, rewrite));
	const added = [
		...(rewrite.sameSiteNone ? [" SameSite=None"] : []),
		" Secure",
		...(rewrite.partitioned ? [" Partitioned"] : []),
	];
	return [pair, ...kept, ...added].join(";");
}

function isReplaced(attribute: string, rewrite: CookieRewrite): boolean {
	const equals = attribute.indexOf("=");
	const name = (equals === -1 ? attribute : attribute.slice(0, equals)).trim().toLowerCase();
	return (
		name === "secure" ||
		(name === "samesite" && rewrite.sameSiteNone) ||
		(name === "partitioned" && rewrite.partitioned)
	);
}
