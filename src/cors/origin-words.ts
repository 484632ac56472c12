/** Owns the words for entries of `cors.origins` that are refused: what is wrong, why it matters, how to fix it. */

import { quote } from "../findings/finding.ts";
import { parseOriginPattern } from "./origin-pattern.ts";
import {
	canonicalIpv6,
	MAX_HOST_BYTES,
	MAX_LABEL_BYTES,
	MAX_SCHEME_BYTES,
	schemeWithoutPages,
	splitOrigin,
} from "./origin-syntax.ts";
import type { OriginCode } from "./pattern-fault.ts";
import { type PatternSafety, type Strangers, strangersOf } from "./pattern-safety.ts";

/** Where it is refused without a document around it: nothing is allowed that could be dangerous. */
export const STRICTEST: PatternSafety = {
	credentials: true,
	dangerouslyAllowAnyExtension: false,
	dangerouslyAllowInsecureOrigins: false,
	dangerouslyAllowPublicSuffixSubdomains: false,
};

/** The schemes that pages have whose words for sockets are these. */
export const PAGE_SCHEMES: ReadonlyMap<string, string> = new Map([
	["ws", "http"],
	["wss", "https"],
]);

type Words = (shown: string, text: string, safety: PatternSafety) => string;

const WORDS: Readonly<Record<OriginCode, Words>> = {
	"invalid-origin-any-in-list": () =>
		`"*" stands alone, in place of the list, never inside it: beside it every other entry would mean nothing. Write "origins": "*", which never goes with credentials.`,
	"invalid-origin-fragment": (shown) =>
		`${shown} has a fragment, and an origin has none: it would never match. Remove it.`,
	"invalid-origin-host": (shown, text) =>
		`${shown}: ${quote(hostOf(text))} is not a host. A host is labels joined by single dots, each 1 to ${MAX_LABEL_BYTES} of a-z 0-9 - _.`,
	"invalid-origin-host-too-long": (shown, text) =>
		`${shown} has a host of ${hostOf(text).length} bytes; no host has more than ${MAX_HOST_BYTES}.`,
	"invalid-origin-ipv4": (shown) =>
		`${shown} ends in a number but is not an IPv4 address in the form that browsers send (four decimal numbers, 0 to 255).`,
	"invalid-origin-ipv6": (shown) =>
		`${shown} has no valid IPv6 address in brackets, as in http://[::1]:3000; a wildcard cannot stand there.`,
	"invalid-origin-ipv6-zone": (shown) => `${shown} has an IPv6 zone, which browsers never send. Remove it.`,
	"invalid-origin-no-host": (shown) => `${shown} has no host after "://". Name one.`,
	"invalid-origin-no-scheme": (shown, text) =>
		`${shown} ${notAHost(text) ?? 'has no "://": an origin is scheme://host[:port], as the browser sends it. Put the scheme before the host.'}`,
	"invalid-origin-not-ascii": (shown) =>
		`${shown} has characters outside ASCII; browsers send such hosts in their punycode form (xn--…). Write that.`,
	"invalid-origin-path": (shown) =>
		`${shown} has a path, and an origin has none: browsers send scheme://host[:port] only. Remove it.`,
	"invalid-origin-port": (shown) =>
		`${shown} has no valid port: 1 to 65535 without leading zeros, or "*" for any. Leave the port out for the scheme's default.`,
	"invalid-origin-query": (shown) =>
		`${shown} has a query, and an origin has none: it would never match. Remove it.`,
	"invalid-origin-regular-expression": (shown) =>
		`${shown} is a regular expression, and origins are compared by patterns that cannot be got wrong: "https://*.example.com" is every subdomain of a domain, "https://pr-*.example.com" a part of the first label, ":*" any port. Write the pattern, or list the origins.`,
	"invalid-origin-scheme": (shown) =>
		`${shown} does not begin with a scheme: a letter, then letters, digits, "+", "-" or ".", ${MAX_SCHEME_BYTES} bytes at most, without a wildcard. Write one entry per scheme.`,
	"invalid-origin-scheme-without-pages": (shown, text) => {
		const scheme = schemeWithoutPages(text) ?? "";
		const meant = PAGE_SCHEMES.get(scheme);
		return meant === undefined
			? `${shown}: no page has an origin of the scheme ${scheme}:, so this could never match. Name the scheme and host of the page, such as https://app.example.com.`
			: `${shown}: no page has an origin of the scheme ${scheme}:. A page that opens a WebSocket sends its own origin, which begins with ${meant}://. Write that.`;
	},
	"invalid-origin-several": (shown) =>
		`${shown} are several origins in one string: each is an entry of its own, as in ["https://a.example", "https://b.example"]. Take them apart.`,
	"invalid-origin-trailing-dot": (shown) =>
		`${shown} has a trailing dot, which makes it another origin than the one meant. Remove it.`,
	"invalid-origin-trailing-slash": (shown) =>
		`${shown} ends in a slash, which browsers never send in Origin: it would never match. Remove it.`,
	"invalid-origin-upper-case": (shown) =>
		`${shown} has upper-case letters; browsers send origins in lower case and the comparison is byte for byte. Write it in lower case.`,
	"invalid-origin-user-info": (shown) =>
		`${shown} has user information before the @, and an origin has none. Remove it.`,
	"invalid-origin-white-space": (shown) =>
		`${shown} has white space or control characters in it, and an origin never has. Remove them.`,
	"invalid-origin-wildcard": wildcardWords,
	"invalid-origin-wildcard-ip": (shown) =>
		`${shown} has a wildcard before an IP address, which has no subdomains. Name the address itself.`,
	"prohibited-origin-any-extension": (shown) =>
		`${shown} with credentials lets every extension read the API as the user who installed it, whoever wrote it: its id is made anew on each machine, so that yours cannot be told from others. Drop "credentials", or set "dangerouslyAllowAnyExtension": true in cors.`,
	"prohibited-origin-default-port": (shown, text) =>
		`${shown} writes out the default port of ${splitOrigin(text)?.scheme}, which browsers never send: it would never match. Leave the port out.`,
	"prohibited-origin-file": (shown) =>
		`${shown}: browsers send "null" for local files. Some apps (Electron, Android web views) do send file://, but so does any other file that is opened there, whoever it came from. Serve the page from a scheme or a host of the app's own, such as app://localhost or http://localhost.`,
	"prohibited-origin-insecure": (shown) =>
		`${shown} allows credentials over plain http: anybody on the network path can speak for that origin and read the API with the user's cookies. Serve the page over https, or set "dangerouslyAllowInsecureOrigins": true in cors.`,
	"prohibited-origin-ipv6-not-canonical": (shown, text) =>
		`${shown} writes its IPv6 address in a form that browsers never send: it would never match. Write ${canonicalIpv6(hostOf(text))}.`,
	"prohibited-origin-null": () =>
		`"null" is the origin of every sandboxed frame, data: URL and local file, so anybody can have it. Serve the page from an origin of its own and name that.`,
	"prohibited-origin-public-suffix": (shown, text, safety) => {
		const result = parseOriginPattern(text);
		const strangers = result.ok ? strangersOf(result.pattern, safety) : undefined;
		return strangers === undefined ? shown : strangerWords(shown, strangers, text);
	},
};

/** What is a word of something else's rather than a host without its scheme. */
const NOT_HOSTS: Readonly<Record<string, string>> = {
	...fromWords(
		"all any everyone everything **",
		`is not an origin. Any origin is "origins": "*" in place of the list, which never goes with credentials; else name them.`,
	),
	...fromWords(
		"self same-origin sameorigin",
		"is not an origin. The API's own origin needs no entry, as its calls are not cross-origin. Remove it.",
	),
	...fromWords("none nobody", "is not an origin. Nobody is the empty list: []."),
	...fromWords(
		"http https true false",
		"is not an origin: an origin is scheme://host[:port], as the browser sends it. Name the page's.",
	),
};

function fromWords(words: string, says: string): Readonly<Record<string, string>> {
	return Object.fromEntries(words.split(" ").map((word) => [word, says]));
}

/** Why a text without a scheme is not a host either; undefined where it may be one. */
export function notAHost(text: string): string | undefined {
	const bare = text.replace(/^'(.*)'$/, "$1").toLowerCase();
	if (Object.hasOwn(NOT_HOSTS, bare)) return NOT_HOSTS[bare];
	const [, directory] = /^directory:([a-z0-9-]{1,64})$/.exec(text) ?? [];
	return directory === undefined
		? undefined
		: `is not an origin. An origin directory is an object in the list: {"directory": ${quote(directory)}}.`;
}

const HATCH = `set "dangerouslyAllowPublicSuffixSubdomains": true in cors`;

function strangerWords(shown: string, { kind, suffix }: Strangers, text: string): string {
	switch (kind) {
		case "look-alikes":
			return `${shown} allows look-alikes only: every name under ${quote(suffix)} that is written so, which anybody can register, and no subdomain of one that is yours. A domain's own subdomains are written "https://*.example.com". Name the domain that is yours.`;
		case "under-suffix":
			return `${shown} allows names directly under the public suffix ${quote(suffix)}, where anybody can register one and read the API with the user's cookies. Name the domain that is yours, or ${HATCH}.`;
		case "above-suffix":
			return `${shown} allows names under public suffixes below ${quote(hostOf(text).slice("*.".length))}, such as ${quote(suffix)}, where anybody can get one and read the API with the user's cookies: "*." stands for several labels. Name the domain that is yours, or ${HATCH}.`;
	}
}

function wildcardWords(shown: string, text: string): string {
	const { scheme, host } = splitOrigin(text) ?? { scheme: "", host: "" };
	if (host !== "*") {
		return `${shown} has its wildcard where none can be: one "*" stands for whole labels in front ("https://*.example.com"), for a part of the first label ("https://pr-*.example.com") or for the port (":*"). Name the domain that is yours.`;
	}
	return scheme === "http" || scheme === "https"
		? `${shown} would be every site of the web. Name the domain that is yours, as in "https://*.example.com"; for public data without credentials, write "origins": "*" in place of the list.`
		: `${shown}: "*" as the whole host is for the schemes moz-extension, safari-web-extension and vscode-webview, whose hosts are made anew on each machine. Elsewhere the host is the same everywhere: write it out, as in ${scheme}://${scheme.includes("extension") ? "<the extension's id>" : "localhost"}.`;
}

function hostOf(text: string): string {
	return splitOrigin(text)?.host ?? text;
}

/** `${HOST}`, `{{host}}`, `%HOST%`, `<your-host>`: what templates and shells would have replaced. */
export function hasVariable(text: string): boolean {
	return /\$\{?\w|\{\{|%\w+%|(?<!\?)<[\w-]+>|process\.env/.test(text);
}

/** Tells whether a code is one of an origin. */
export function isOriginCode(code: string): code is OriginCode {
	return Object.hasOwn(WORDS, code);
}

/**
 * What is wrong with an entry.
 * @param safety of the policy that it stands in
 */
export function originMessage(code: OriginCode, text: string, safety: PatternSafety = STRICTEST): string {
	if (hasVariable(text)) {
		return `${quote(text)} has a variable in it, and variables are not replaced here. Write the origin itself.`;
	}
	return WORDS[code](quote(text), text, safety);
}
