/** Owns the words for a value of Access-Control-Allow-Origin that is there and is not the right one: what was meant, and what to write. */

import { isSerializedOrigin } from "../cors/origin-set.ts";
import { isLoopback } from "../cors/origin-syntax.ts";
import { ALLOW_ORIGIN } from "../cors/standard.ts";
import { displayName } from "./steps.ts";

const NAME = displayName(ALLOW_ORIGIN);

/** The advice to send the page's own origin. Without its condition it would read as if any origin were to be sent back. */
export function sendIfListed(origin: string): string {
	return `send ${origin} only if it is on the server's allowlist, with Vary: Origin`;
}

/**
 * What is wrong with a value that came once, and how to put it right.
 * @param value neither empty nor the one that was wanted
 * @param origin that of the request, serialized
 */
export function wrongOriginWords(value: string, origin: string): string {
	if (value === "*") {
		return `With credentials the asterisk counts for nothing: in its place, ${sendIfListed(origin)}; or call without credentials if the API needs none.`;
	}
	if (isSerializedOrigin(value) && value !== "null") return otherOriginWords(value, origin);
	if (/^(["']).*\1$/.test(value)) {
		return `The quotation marks are taken for a part of the value: write exactly ${origin}, without them.`;
	}
	if (/^[/^]|\\\.|\.\*/.test(value)) {
		return `Browsers know no regular expressions here: let the server compare the origin that asks with its list, and ${sendIfListed(origin)}.`;
	}
	const parts = value.split(",").map((part) => part.trim());
	if (parts.length > 1 && (parts.includes("*") || new Set(parts).size === 1)) {
		return `${NAME} has two values in one line: often two layers set it. Let only one of them do so.`;
	}
	if (isSeveral(value)) {
		return `${NAME} takes one origin and no list: ${sendIfListed(origin)}.`;
	}
	if (value.includes("*")) {
		return `The asterisk counts only where it stands alone, and ${value} is not a pattern to a browser: let the server compare the origin that asks with its list, and ${sendIfListed(origin)}.`;
	}
	if (/[$%{}<>]/.test(value)) {
		return `${value} looks like a variable that nothing has put a value in: ${sendIfListed(origin)}.`;
	}
	if (isNearly(value, origin)) return `The value is compared byte for byte: write exactly ${origin}.`;
	if (value === "null") {
		return `null is the origin of sandboxed frames and local files, and not of this page: in its place, ${sendIfListed(origin)}.`;
	}
	return `${value} is not an origin: ${sendIfListed(origin)}.`;
}

/** Whether at least two origins stand in it, in whatever form of a list. */
function isSeveral(value: string): boolean {
	const parts = value.split(/[\s,;|]+/).map((part) => part.replace(/^["'[]+|["'\]]+$/g, ""));
	return parts.filter((part) => part === "*" || part === "null" || isSerializedOrigin(part)).length > 1;
}

/** Whether somebody meant this origin, and wrote it otherwise: without its scheme, with a path, a default port, a mark behind it. */
function isNearly(value: string, origin: string): boolean {
	const plain = value.toLowerCase().replace(/[;.]$/, "");
	return plain === origin || URL.parse(plain)?.origin === origin || origin.endsWith(`://${plain}`);
}

function otherOriginWords(value: string, origin: string): string {
	return `${differenceWords(value, origin)}: allow ${origin} too, and send Vary: Origin so that no cache mixes the answers up.`;
}

/** Two origins that look alike are told apart. */
function differenceWords(value: string, origin: string): string {
	const [sent, own] = [URL.parse(value), URL.parse(origin)];
	if (sent === null || own === null) return "This is not the origin that asked";
	const isSameHost = sent.hostname === own.hostname;
	if (isSameHost && sent.protocol !== own.protocol && sent.port === own.port) {
		return "This is another origin than the one that asked, as its scheme is another";
	}
	if (isSameHost && sent.protocol === own.protocol) {
		return "This is another origin than the one that asked, as its port is another";
	}
	if (isLoopback(sent.hostname) && isLoopback(own.hostname) && sent.port === own.port && !isSameHost) {
		return `This is another origin than the one that asked, as ${sent.hostname} and ${own.hostname} are two hosts to a browser`;
	}
	return "This is not the origin that asked";
}
