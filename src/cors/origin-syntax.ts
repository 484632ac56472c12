/** Owns the grammar of a serialized origin: schemes, labels, ports and their bounds. */

import { parseUrl } from "./url.ts";

export const MAX_SCHEME_BYTES = 64;
export const MAX_HOST_BYTES = 253;
export const MAX_LABEL_BYTES = 63;
export const MAX_PORT = 65_535;

/** Longest `Origin` value that is looked at: scheme, `://`, host, `:` and five digits. */
export const MAX_ORIGIN_BYTES = MAX_SCHEME_BYTES + 3 + MAX_HOST_BYTES + 6;

/** The default ports of the URL standard's special schemes; a browser never writes them in an origin. */
const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
	["http", "80"],
	["https", "443"],
	["ws", "80"],
	["wss", "443"],
	["ftp", "21"],
]);

/** Tells whether `port` (digits) is the default of `scheme`. https://url.spec.whatwg.org/#default-port */
export function isDefaultPort(scheme: string, port: string): boolean {
	return DEFAULT_PORTS.get(scheme) === port;
}

const ZERO = 0x30;
const NINE = 0x39;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const HYPHEN = 0x2d;
const UNDERSCORE = 0x5f;
const DOT = 0x2e;
const PLUS = 0x2b;

function isDigit(code: number): boolean {
	return code >= ZERO && code <= NINE;
}

function isLowerAlpha(code: number): boolean {
	return code >= LOWER_A && code <= LOWER_Z;
}

/** `a-z 0-9 -`: what an in-label `*` stands for. */
function isGlobCode(code: number): boolean {
	return isLowerAlpha(code) || isDigit(code) || code === HYPHEN;
}

/** `a-z 0-9 - _`: what a label is made of. */
function isLabelCode(code: number): boolean {
	return isGlobCode(code) || code === UNDERSCORE;
}

/** Tells whether `text` is a label: 1 to 63 of `a-z 0-9 - _`. */
export function isLabel(text: string): boolean {
	if (text.length === 0 || text.length > MAX_LABEL_BYTES) return false;
	for (let i = 0; i < text.length; i++) {
		if (!isLabelCode(text.charCodeAt(i))) return false;
	}
	return true;
}

/** Tells whether `host` is one or more labels joined by dots, 253 bytes at most and without a trailing dot. */
export function isHostname(host: string): boolean {
	if (host.length === 0 || host.length > MAX_HOST_BYTES) return false;
	let labelBytes = 0;
	for (let i = 0; i < host.length; i++) {
		const code = host.charCodeAt(i);
		if (code === DOT) {
			if (labelBytes === 0) return false;
			labelBytes = 0;
		} else if (!isLabelCode(code) || ++labelBytes > MAX_LABEL_BYTES) {
			return false;
		}
	}
	return labelBytes > 0;
}

/** The schemes whose hosts are domains or addresses; the URL parser takes the host of any other scheme nearly as it stands. */
const DOMAIN_SCHEMES: ReadonlySet<string> = new Set(["http", "https", "ws", "wss"]);

/** Tells whether an origin of `scheme` has a host that is taken as it is: `app://.` https://url.spec.whatwg.org/#concept-opaque-host-parser */
export function hasOpaqueHost(scheme: string): boolean {
	return !DOMAIN_SCHEMES.has(scheme);
}

const OPAQUE_SIGNS = "-._~%";

/** Tells whether `host` can be an opaque host: 1 to 253 letters, digits and signs that separate nothing. */
export function isOpaqueHost(host: string): boolean {
	if (host.length === 0 || host.length > MAX_HOST_BYTES) return false;
	for (let i = 0; i < host.length; i++) {
		const code = host.charCodeAt(i);
		// 0x20 makes an upper-case letter lower; what is none of either does not become one.
		if (!isDigit(code) && !isLowerAlpha(code | 0x20) && !OPAQUE_SIGNS.includes(host.charAt(i))) return false;
	}
	return true;
}

/** Tells whether a browser could send `host`, which is not a bracketed address, in an origin of `scheme`. */
export function isOriginHost(scheme: string, host: string): boolean {
	return isHostname(host) || (hasOpaqueHost(scheme) && isOpaqueHost(host));
}

/** Schemes whose documents, if there are any, have the origin of another scheme or none. */
const SCHEMES_WITHOUT_PAGES: ReadonlySet<string> = new Set(
	"ws wss ftp ftps sftp data about blob javascript mailto view-source filesystem gopher tel sms urn telnet ssh git news nntp irc ircs ldap ldaps sip sips xmpp magnet rtsp rtmp mqtt mqtts".split(
		" ",
	),
);

/**
 * The scheme of `text` where no page has an origin of that scheme; in any case, with `//` or without.
 * @returns undefined where there may be such pages, as of `https:` or `app:`
 */
export function schemeWithoutPages(text: string): string | undefined {
	const colon = text.indexOf(":");
	if (colon < 2 || colon > 12) return undefined;
	const scheme = text.slice(0, colon).toLowerCase();
	// A host can have such a name too: git:3000.
	return SCHEMES_WITHOUT_PAGES.has(scheme) && !isPort(text.slice(colon + 1)) ? scheme : undefined;
}

/** Schemes of extensions whose hosts are made anew on each machine: only `scheme://*` can name them. */
const EXTENSION_SCHEMES: ReadonlySet<string> = new Set([
	"moz-extension",
	"safari-web-extension",
	"vscode-webview",
]);

/** Tells whether `scheme://*` can stand for all origins of `scheme`. */
export function isExtensionScheme(scheme: string): boolean {
	return EXTENSION_SCHEMES.has(scheme);
}

/** Tells whether `text` is a lower-case URL scheme of at most 64 bytes. https://url.spec.whatwg.org/#url-scheme-string */
export function isScheme(text: string): boolean {
	if (text.length === 0 || text.length > MAX_SCHEME_BYTES) return false;
	if (!isLowerAlpha(text.charCodeAt(0))) return false;
	for (let i = 1; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (!isGlobCode(code) && code !== PLUS && code !== DOT) return false;
	}
	return true;
}

/** Tells whether `text` is a port number, 1 to 65535, without leading zeros. */
export function isPort(text: string): boolean {
	if (text.length === 0 || text.length > 5 || text.charCodeAt(0) === ZERO) return false;
	for (let i = 0; i < text.length; i++) {
		if (!isDigit(text.charCodeAt(i))) return false;
	}
	return Number(text) <= MAX_PORT;
}

/** An origin cut at its joints; nothing is decoded or normalised. */
export interface OriginParts {
	readonly scheme: string;
	/** As it stands, with the brackets of an IPv6 address. */
	readonly host: string;
	/** With its colon (`:8443`); empty where there is none. */
	readonly port: string;
}

/**
 * Cuts `text` at `://` and at the port's colon. Says nothing about the parts' validity.
 * @returns undefined where there is no `://`
 */
export function splitOrigin(text: string): OriginParts | undefined {
	const schemeEnd = text.indexOf("://");
	if (schemeEnd === -1) return undefined;
	const hostStart = schemeEnd + 3;
	// The colons of an IPv6 address stand inside its brackets.
	const bracket = text.indexOf("]", hostStart);
	const colon = text.indexOf(":", bracket === -1 ? hostStart : bracket);
	const hostEnd = colon === -1 ? text.length : colon;
	return {
		scheme: text.slice(0, schemeEnd),
		host: text.slice(hostStart, hostEnd),
		port: text.slice(hostEnd),
	};
}

/**
 * Tells whether `port` (with its colon, or empty) can stand in an origin that a browser sends with `scheme`:
 * 1 to 65535 and not the default written out.
 */
export function isSerializedPort(scheme: string, port: string): boolean {
	if (port === "") return true;
	const digits = port.slice(1);
	return isPort(digits) && !isDefaultPort(scheme, digits);
}

/**
 * Tells whether the last label of `host` makes a URL parser read it as an IPv4 address.
 * https://url.spec.whatwg.org/#ends-in-a-number-checker
 */
export function endsInNumber(host: string): boolean {
	const last = host.slice(host.lastIndexOf(".") + 1);
	const hexadecimal = last.startsWith("0x");
	const digits = hexadecimal ? last.slice(2) : last;
	if (digits === "") return hexadecimal;
	for (let i = 0; i < digits.length; i++) {
		const code = digits.charCodeAt(i);
		if (!isDigit(code) && !(hexadecimal && code >= LOWER_A && code <= 0x66)) return false;
	}
	return true;
}

/** Tells whether `host` is an IPv4 address in the one form that browsers send: four decimal numbers. */
export function isCanonicalIpv4(host: string): boolean {
	const numbers = host.split(".");
	return (
		numbers.length === 4 &&
		numbers.every((number) => number === "0" || (isPort(number) && Number(number) <= 255))
	);
}

/** The form in which a browser sends the IPv6 address `host` (brackets included); undefined where it is none. */
export function canonicalIpv6(host: string): string | undefined {
	const parsed = parseUrl(`http://${host}`);
	return parsed?.hostname.startsWith("[") ? parsed.hostname : undefined;
}

/** Tells whether `host` always is this very machine: localhost, *.localhost, 127.0.0.0/8 and [::1]. */
export function isLoopback(host: string): boolean {
	return (
		host === "localhost" ||
		host.endsWith(".localhost") ||
		host === "[::1]" ||
		(host.startsWith("127.") && isCanonicalIpv4(host))
	);
}
