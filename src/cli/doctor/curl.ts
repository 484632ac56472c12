/** Owns the reading of a curl command line, as "Copy as cURL" in a browser's developer tools writes it. */

import { parse } from "shell-quote";
import type { Header } from "../../browser/header-list.ts";
import { pageHeaders } from "../../doctor/recorded-headers.ts";

/** What a curl command line says of the call. */
export interface CurlCall {
	readonly url: string;
	/** Undefined where none is named and there is no body. */
	readonly method: string | undefined;
	/** What the page has set; what every browser adds is left out. */
	readonly headers: readonly Header[];
	/** The page's origin; undefined where neither Origin nor Referer is there. */
	readonly origin: string | undefined;
	readonly cookie: string | undefined;
	readonly data: string | undefined;
	readonly insecure: boolean;
}

/** Why a text cannot be read as a curl command line. */
export interface CurlFault {
	readonly fault: string;
}

/** What an option of curl means here. Its value, where it has one, is the next word or stands right behind it. */
type Meaning =
	| "method"
	| "header"
	| "data"
	| "json"
	| "urlencode"
	| "form"
	| "cookie"
	| "user"
	| "url"
	| "head"
	| "get"
	| "insecure"
	| "flag"
	| "value";

/** The options that browsers and people write; `flag` and `value` change nothing about what a page's call is. */
const OPTIONS: Readonly<Record<string, Meaning>> = {
	...{ "-X": "method", "--request": "method", "-H": "header", "--header": "header" },
	...{
		"-d": "data",
		"--data": "data",
		"--data-raw": "data",
		"--data-binary": "data",
		"--data-ascii": "data",
	},
	...{ "--data-urlencode": "urlencode", "--json": "json", "-F": "form", "--form": "form" },
	...{ "--form-string": "form", "-b": "cookie", "--cookie": "cookie", "-u": "user", "--user": "user" },
	...{ "--url": "url", "-I": "head", "--head": "head", "-G": "get", "--get": "get" },
	...{ "-k": "insecure", "--insecure": "insecure" },
	...{ "--compressed": "flag", "-L": "flag", "--location": "flag", "-s": "flag", "--silent": "flag" },
	...{ "-S": "flag", "--show-error": "flag", "-v": "flag", "--verbose": "flag", "-i": "flag" },
	...{ "--include": "flag", "-f": "flag", "--fail": "flag", "-g": "flag", "--globoff": "flag" },
	...{ "--http1.1": "flag", "--http2": "flag", "--http3": "flag", "-N": "flag", "--no-buffer": "flag" },
	...{ "-4": "flag", "-6": "flag", "--tlsv1.2": "flag", "--tlsv1.3": "flag", "--path-as-is": "flag" },
	...{ "-#": "flag", "--progress-bar": "flag", "--tr-encoding": "flag", "-n": "flag" },
	...{ "-A": "value", "--user-agent": "value", "-e": "value", "--referer": "value", "-o": "value" },
	...{ "--output": "value", "-w": "value", "--write-out": "value", "-m": "value", "--max-time": "value" },
	...{ "--connect-timeout": "value", "--retry": "value", "-x": "value", "--proxy": "value" },
	...{ "-c": "value", "--cookie-jar": "value", "-D": "value", "--dump-header": "value" },
	...{ "--resolve": "value", "--connect-to": "value", "--interface": "value", "--max-redirs": "value" },
};

/** Reads a command line of a shell (bash, with `$'…'`) or of Windows (cmd, with `^`). */
export function readCurl(text: string): CurlCall | CurlFault {
	const words = wordsOf(text);
	if (words === undefined) return { fault: "it has shell syntax in it that is not a single command" };
	if (!/^curl(\.exe)?$/.test(words[0] ?? "")) return { fault: "it does not begin with curl" };
	const given: (readonly [Meaning, string])[] = [];
	for (let i = 1; i < words.length; i++) {
		const word = words[i] ?? "";
		if (!word.startsWith("-") || word === "-") {
			given.push(["url", word]);
			continue;
		}
		const option = splitOption(word);
		if (option === undefined)
			return { fault: `it has the option ${word.split("=")[0]}, which is not known here` };
		for (const { meaning, value } of option) {
			if (isBare(meaning)) given.push([meaning, ""]);
			else {
				const next = value ?? words[++i];
				if (next === undefined) return { fault: `its option ${word} has no value` };
				given.push([meaning, next]);
			}
		}
	}
	return callOf(given);
}

function isBare(meaning: Meaning): boolean {
	return meaning === "flag" || meaning === "head" || meaning === "get" || meaning === "insecure";
}

/** `-sSk`, `-XPUT`, `--request=PUT`: several letters in one word, a value right behind. */
function splitOption(
	word: string,
): readonly { readonly meaning: Meaning; readonly value: string | undefined }[] | undefined {
	if (word.startsWith("--")) {
		const equals = word.indexOf("=");
		const name = equals === -1 ? word : word.slice(0, equals);
		const meaning = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
		const value = equals === -1 ? undefined : word.slice(equals + 1);
		return meaning === undefined ? undefined : [{ meaning, value }];
	}
	const letters: { meaning: Meaning; value: string | undefined }[] = [];
	for (let i = 1; i < word.length; i++) {
		const meaning = OPTIONS[`-${word.charAt(i)}`];
		if (meaning === undefined) return undefined;
		if (!isBare(meaning)) {
			const rest = word.slice(i + 1);
			return [...letters, { meaning, value: rest === "" ? undefined : rest }];
		}
		letters.push({ meaning, value: undefined });
	}
	return letters;
}

function callOf(given: readonly (readonly [Meaning, string])[]): CurlCall | CurlFault {
	const of = (meaning: Meaning) => given.filter(([one]) => one === meaning).map(([, value]) => value);
	const [url, ...more] = of("url");
	if (url === undefined) return { fault: "it names no URL" };
	if (more.length > 0) return { fault: "it names more than one URL" };
	if (of("data").some((value) => value.startsWith("@"))) return { fault: "its body is in a file" };
	const headers: Header[] = [];
	for (const line of of("header")) {
		const colon = line.indexOf(":");
		// `Name;` is an empty header, `Name:` takes one away.
		if (colon > 0 && line.slice(colon + 1).trim() !== "") {
			headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
		} else if (line.endsWith(";")) headers.push([line.slice(0, -1), ""]);
	}
	const bodies = [...of("data"), ...of("urlencode").map(urlencoded), ...of("json")];
	const isGet = of("get").length > 0;
	const data = bodies.length === 0 || isGet ? undefined : bodies.join(of("json").length > 0 ? "" : "&");
	const hasForm = of("form").length > 0;
	const named = (name: string) => headers.find(([other]) => other.toLowerCase() === name)?.[1];
	const add = (name: string, value: string) => {
		if (named(name) === undefined) headers.push([name, value]);
	};
	if (of("json").length > 0) {
		add("content-type", "application/json");
		add("accept", "application/json");
	} else if (hasForm) add("content-type", "multipart/form-data; boundary=cordon");
	else if (data !== undefined) add("content-type", "application/x-www-form-urlencoded");
	const [user] = of("user");
	if (user !== undefined) add("authorization", `Basic ${Buffer.from(user).toString("base64")}`);
	const [cookie = named("cookie")] = of("cookie").filter((value) => value.includes("="));
	return {
		url: isGet && bodies.length > 0 ? `${url}${url.includes("?") ? "&" : "?"}${bodies.join("&")}` : url,
		method: of("method").at(-1) ?? (of("head").length > 0 ? "HEAD" : hasForm ? "POST" : undefined),
		headers: pageHeaders(headers),
		origin: named("origin") ?? originOf(named("referer")),
		cookie,
		data: hasForm ? "" : data,
		insecure: of("insecure").length > 0,
	};
}

function originOf(referer: string | undefined): string | undefined {
	const url = referer === undefined ? null : URL.parse(referer);
	return url === null || url.origin === "null" ? undefined : url.origin;
}

function urlencoded(value: string): string {
	const equals = value.indexOf("=");
	return equals === -1
		? encodeURIComponent(value)
		: `${value.slice(0, equals + 1)}${encodeURIComponent(value.slice(equals + 1))}`;
}

/** The words of a command line; undefined where it is more than one command. */
function wordsOf(text: string): readonly string[] | undefined {
	const isWindows = /\^["\r\n]/.test(text);
	const plain = isWindows ? fromCmd(text) : withPlainQuotes(text.replaceAll(/\\\r?\n/g, " "));
	// A `$` stays what it is: nothing of this machine's environment gets into a call.
	const words = parse(plain.trim(), (name) => `$${name}`);
	const texts: string[] = [];
	for (const word of words) {
		if (typeof word === "string") texts.push(word);
		else if ("pattern" in word) texts.push(word.pattern);
		else return undefined;
	}
	return texts;
}

/** cmd: `^` makes the next character plain, at the end of a line it goes on in the next one; `\"` is a quote in quotes. */
function fromCmd(text: string): string {
	return text
		.replaceAll(/\^\r?\n/g, " ")
		.replaceAll(/\^(.)/g, "$1")
		.replaceAll(/\\\$/g, "$");
}

/** bash's `$'…'` as single quotes, which shell-quote knows; other quotes stay. */
function withPlainQuotes(text: string): string {
	return text.replaceAll(
		/'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\$'((?:[^'\\]|\\[\s\S])*)'/g,
		(whole, ansi: string | undefined) =>
			ansi === undefined ? whole : `'${unescapeAnsi(ansi).replaceAll("'", `'"'"'`)}'`,
	);
}

const ESCAPES: Readonly<Record<string, string>> = {
	...{ n: "\n", t: "\t", r: "\r", a: "\u0007", b: "\b", e: "\u001B", f: "\f", v: "\v" },
	...{ "\\": "\\", "'": "'", '"': '"', "?": "?" },
};

/** https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html */
function unescapeAnsi(text: string): string {
	return text.replaceAll(
		/\\(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S]))/g,
		(whole, u?: string, long?: string, x?: string, octal?: string, plain?: string) => {
			const hex = u ?? long ?? x;
			if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
			if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
			return ESCAPES[plain ?? ""] ?? whole;
		},
	);
}
