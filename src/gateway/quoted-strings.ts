/** Owns the quoted strings of header fields: what stands inside of quotes separates nothing. RFC 9110, section 5.6.4 */

/**
 * Where the quoted string that begins at `start` is over.
 * @returns the index behind its closing quote; -1 where there is none
 */
export function endOfQuotes(text: string, start: number): number {
	for (let at = start + 1; at < text.length; at++) {
		if (text.charAt(at) === "\\") at++;
		else if (text.charAt(at) === '"') return at + 1;
	}
	return -1;
}

/**
 * Splits at every `separator` that stands outside of quotes.
 * @returns undefined where a quote is never closed
 */
export function splitOutsideQuotes(text: string, separator: string): readonly string[] | undefined {
	const parts: string[] = [];
	let start = 0;
	let at = 0;
	while (at < text.length) {
		const character = text.charAt(at);
		if (character === '"') {
			at = endOfQuotes(text, at);
			if (at === -1) return undefined;
			continue;
		}
		if (character === separator) {
			parts.push(text.slice(start, at));
			start = at + 1;
		}
		at++;
	}
	return [...parts, text.slice(start)];
}
