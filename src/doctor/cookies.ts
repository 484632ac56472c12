/** Owns what becomes of the cookies that an API sets for a page of another site, in each engine. */

import type { Engine, PerEngine } from "../browser/engines.ts";
import { type ReceivedResponse, valuesOf } from "../browser/header-list.ts";
import type { DoctorFinding, FindingCode } from "./finding.ts";

/** What of a cookie decides whether it travels cross-site. */
type CookieKind = "strict" | "unset" | "insecure" | "unpartitioned" | "partitioned";

/** A cookie that was set, without its value. */
export interface SetCookie {
	readonly name: string;
	/** The number of the request that set it. */
	readonly request: number;
	readonly kind: CookieKind;
	/** Of `strict`: Lax or Strict. */
	readonly sameSite: string | undefined;
	/** What each engine does with it, out of the box. */
	readonly engines: PerEngine<string>;
}

const DROPPED = "dropped";
const WEBKIT_BLOCKS = "blocked, as every third-party cookie is: page and API would have to be of one site";

/** Measured, except for SameSite=None without Secure, which is RFC 6265bis and the engines' own announcements. */
const FATES: Readonly<Record<CookieKind, PerEngine<string>>> = {
	strict: { chromium: DROPPED, firefox: DROPPED, webkit: DROPPED },
	unset: {
		chromium: "dropped, as Lax is",
		firefox: "kept, for this site's pages alone",
		webkit: WEBKIT_BLOCKS,
	},
	insecure: { chromium: DROPPED, firefox: "kept or dropped, by version", webkit: WEBKIT_BLOCKS },
	unpartitioned: {
		chromium: "kept where the user's settings let third-party cookies in, else blocked",
		firefox: "kept, for this site's pages alone",
		webkit: WEBKIT_BLOCKS,
	},
	partitioned: {
		chromium: "kept, for this site's pages alone",
		firefox: "kept, for this site's pages alone",
		webkit: WEBKIT_BLOCKS,
	},
};

/** The cookies that a response sets; those that it removes are left out. */
export function readCookies({ headers }: ReceivedResponse, request: number): readonly SetCookie[] {
	return valuesOf(headers, "set-cookie").flatMap((line) => {
		const [pair = "", ...rest] = line.split(";");
		const attributes = new Map(
			rest.map((attribute) => {
				const [name = "", ...value] = attribute.split("=");
				return [name.trim().toLowerCase(), value.join("=").trim()] as const;
			}),
		);
		if (isRemoval(attributes)) return [];
		const name = pair.includes("=") ? pair.slice(0, pair.indexOf("=")).trim() : "";
		const kind = cookieKind(attributes);
		const sameSite = kind === "strict" ? attributes.get("samesite") : undefined;
		return [{ name, request, kind, sameSite, engines: FATES[kind] }];
	});
}

function isRemoval(attributes: ReadonlyMap<string, string>): boolean {
	const maxAge = attributes.get("max-age");
	if (maxAge !== undefined) return Number(maxAge) <= 0;
	return Date.parse(attributes.get("expires") ?? "") <= Date.now();
}

function cookieKind(attributes: ReadonlyMap<string, string>): CookieKind {
	const sameSite = attributes.get("samesite")?.toLowerCase();
	if (sameSite === "lax" || sameSite === "strict") return "strict";
	if (sameSite !== "none") return "unset";
	if (!attributes.has("secure")) return "insecure";
	return attributes.has("partitioned") ? "partitioned" : "unpartitioned";
}

/** What keeps a cookie from travelling cross-site; of one that is right, nothing. */
export function cookieFinding({
	name,
	kind,
	sameSite,
	engines,
	request,
}: SetCookie): DoctorFinding | undefined {
	const base = { engines, requests: [request] };
	const finding = (code: FindingCode, severity: "warning" | "note", message: string): DoctorFinding => ({
		code,
		severity,
		message,
		...base,
	});
	const cookie = `The cookie ${name}`;
	switch (kind) {
		case "strict":
			return finding(
				"cookie-same-site",
				"warning",
				`${cookie} has SameSite=${sameSite}, and the page is of another site: browsers drop it, and never send it along. Set it with SameSite=None; Secure; Partitioned.`,
			);
		case "unset":
			return finding(
				"cookie-same-site",
				"warning",
				`${cookie} has no SameSite, and the page is of another site: Chromium takes it for Lax and drops it. Set it with SameSite=None; Secure; Partitioned.`,
			);
		case "insecure":
			return finding(
				"cookie-not-secure",
				"warning",
				`${cookie} has SameSite=None without Secure, which Chromium drops. Set it with SameSite=None; Secure; Partitioned, over https.`,
			);
		case "unpartitioned":
			return finding(
				"cookie-not-partitioned",
				"note",
				`${cookie} is not Partitioned: where third-party cookies are blocked, Chromium does not send it from a page of another site. Add Partitioned.`,
			);
		case "partitioned":
			return undefined;
	}
}

/** The engines in the order in which they are told, with the names that people know. */
export const ENGINE_NAMES: readonly (readonly [engine: Engine, name: string])[] = [
	["chromium", "Chromium"],
	["firefox", "Firefox"],
	["webkit", "WebKit"],
];
