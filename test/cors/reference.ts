/** Owns the plain and slow reference: the definition of each origin pattern, one regular expression each. */

const LABEL = "[a-z0-9_-]{1,63}";

/** Tells whether `pattern` (well-formed) allows `origin`, by its definition alone. */
export function referenceMatches(pattern: string, origin: string): boolean {
	if (origin.length > 326) return false;
	const parsed = /^([^:]+):\/\/(.*?)(:\*|:\d+)?$/s.exec(pattern);
	if (parsed === null) throw new Error(`no pattern: ${pattern}`);
	const [, scheme = "", host = "", port = ""] = parsed;
	const quoted = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
	const hostSource = host.startsWith("*.")
		? `(?:${LABEL}\\.)+${quoted(host.slice(2))}`
		: quoted(host).replace("\\*", "[a-z0-9-]+");
	const portSource = port === ":*" ? "(?::([1-9]\\d{0,4}))?" : quoted(port);
	const match = new RegExp(`^${quoted(scheme)}://(${hostSource})${portSource}$`, "s").exec(origin);
	if (match === null) return false;
	const [, matchedHost = "", matchedPort] = match;
	if (matchedHost.length > 253 || matchedHost.split(".").some((label) => label.length > 63)) return false;
	const defaultPort = { http: "80", https: "443" }[scheme];
	return matchedPort === undefined || (Number(matchedPort) <= 65_535 && matchedPort !== defaultPort);
}
