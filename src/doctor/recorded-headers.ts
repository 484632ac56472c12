/** Owns which headers of a recorded request the page has set, and which its browser has added. */

import type { Header } from "../browser/header-list.ts";

/** Request headers that a browser adds by itself, as they stand in its developer tools. */
const OF_BROWSERS: ReadonlySet<string> = new Set([
	...["accept-encoding", "accept-language", "connection", "content-length", "cookie", "dnt", "host"],
	...["if-modified-since", "if-none-match", "origin", "priority", "referer", "save-data", "te"],
	...["upgrade-insecure-requests", "user-agent", "x-client-data", "downlink", "dpr", "ect", "rtt"],
	...["access-control-request-method", "access-control-request-headers", "upgrade"],
	// HTTP/2's :authority, as older Chromiums copy it.
	"authority",
]);

/** Headers of a recorded request without what its browser added. */
export function pageHeaders(headers: readonly Header[]): readonly Header[] {
	// "Disable cache" in the developer tools adds both.
	const isUncached = headers.some(([name]) => name.toLowerCase() === "pragma");
	return headers.filter(([name]) => {
		const lower = name.toLowerCase();
		if (lower.startsWith(":") || lower.startsWith("sec-") || OF_BROWSERS.has(lower)) return false;
		return !(isUncached && (lower === "pragma" || lower === "cache-control"));
	});
}

/** Values with which these names need asking; others need it with any. */
const ASKED_VALUES: Readonly<Record<string, string>> = {
	"content-type": "application/json",
	range: "bytes=0-0,2-2",
	accept: "(x)",
	"accept-language": "(x)",
	"content-language": "(x)",
};

/** The headers that a preflight asks for: it has their names alone. */
export function announcedHeaders(names: string | null | undefined): readonly Header[] {
	return (names ?? "")
		.split(",")
		.map((name) => name.trim())
		.filter((name) => name !== "")
		.map((name): Header => [name, ASKED_VALUES[name.toLowerCase()] ?? "x"]);
}
