/** Owns the token: where it comes from, and that it is kept for this tab only. */

const KEY = "cordon.token";

/** Takes a token out of the fragment, before anything else sees it, and out of the address bar. */
export function takeTokenFromAddress(): void {
	const token = new URLSearchParams(location.hash.slice(1)).get("token");
	if (token === null) return;
	keepToken(token);
	history.replaceState(null, "", location.pathname);
}

/** The token; undefined where there is none, as with Cloudflare Access. */
export function token(): string | undefined {
	return sessionStorage.getItem(KEY) ?? undefined;
}

/** Keeps a token until the tab is closed: localStorage was the alternative, and would outlive whoever sat here. */
export function keepToken(value: string): void {
	sessionStorage.setItem(KEY, value.trim());
}

/** Forgets it. */
export function forgetToken(): void {
	sessionStorage.removeItem(KEY);
}
