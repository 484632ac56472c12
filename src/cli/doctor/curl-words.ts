/** Owns the words of a curl command line as shells read it: POSIX ones, Windows' cmd, PowerShell. */

import { parse } from "shell-quote";

/** The words of a command line of bash, cmd or PowerShell; or why they are not those of one curl command. */
export function wordsOf(text: string): readonly string[] | { readonly fault: string } {
	const command = text.trim().replace(/^(?:[$%>#]|PS [^>\n]*>)\s+(?=curl\b)/, "");
	if (!/^(["']?)curl(?:\.exe)?\1(?:\s|$)/.test(command)) return { fault: notCurl(command) };
	if (/\s["']?[‘’“”]/.test(command)) {
		return { fault: "its quotes are typographic ones (‘ ’ “ ”), which no shell knows: put plain ones in" };
	}
	// A `$` stays what it is: nothing of this machine's environment gets into a call.
	const words = parse(plainWords(command), (name) => `$${name}`);
	const texts: string[] = [];
	for (const word of words) {
		if (typeof word === "string") texts.push(word);
		else if ("pattern" in word) texts.push(word.pattern);
		else if ("comment" in word) continue;
		else return { fault: operatorFault(word.op) };
	}
	return texts;
}

function notCurl(text: string): string {
	if (text === "") return "it is empty";
	if (/\bfetch\s*\(/.test(text))
		return 'it is code that calls fetch(), and "Copy as cURL" stands beside that in the menu';
	if (/Invoke-(?:WebRequest|RestMethod)|^\$session\b/i.test(text)) {
		return 'it is PowerShell\'s Invoke-WebRequest, and "Copy as cURL" stands beside that in the menu';
	}
	return "it does not begin with curl";
}

function operatorFault(operator: string): string {
	if (["|", "|&", ">", ">>", "<", ">&", "<<<"].includes(operator)) {
		return `it goes on with ${operator} behind the command, which is a shell's: leave that out`;
	}
	return [";", "&", "&&", "||"].includes(operator)
		? `it has more than one command (there is ${operator} between them): copy a single request`
		: "it has shell syntax in it that is not a single command";
}

/** A command line with the quotes and the continued lines of a POSIX shell. */
function plainWords(command: string): string {
	if (/\^["\r\n]/.test(command)) return fromCmd(command);
	if (isOldFirefoxCmd(command))
		return command.replaceAll('"%"', "%").replaceAll(/(?<=\S)""|""(?=\S)/g, '\\"');
	if (/`\r?\n/.test(command)) {
		return command
			.replaceAll(/`\r?\n/g, " ")
			.replaceAll(/(?<=\S)''(?=\S)/g, `'"'"'`)
			.replaceAll('\\"', '"');
	}
	// To shell-quote "#" begins a comment within a word, too.
	const joined = withPlainQuotes(command.replaceAll(/\\\r?\n/g, " "));
	const quote = joined.search(/["']/);
	const end = quote === -1 ? joined.length : quote;
	return joined.slice(0, end).replaceAll(/(?<=\S)#/g, "\\#") + joined.slice(end);
}

/** Without `^`, a quote within double quotes is doubled. */
function isOldFirefoxCmd(command: string): boolean {
	return /^curl(?:\.exe)? "/.test(command) && !command.includes(" '") && /[^\s"]""|""[^\s"]/.test(command);
}

/** cmd: `^` makes the next character plain, at the end of a line it goes on in the next one, and before an empty one it is a line break; `\"` is a quote in quotes. */
function fromCmd(text: string): string {
	return text
		.replaceAll(/\^\r?\n\r?\n/g, "\n")
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
