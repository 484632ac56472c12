/** Owns the reading of JSON values that follow each other, in whichever lines: what `wrangler tail` and exports print. */

import { CommandFault } from "../shell/fault.ts";

/** Takes pieces of a text, and gives each value as soon as it is whole. */
export interface JsonStream {
	/**
	 * @returns the values that became whole with this piece; what is not JSON is passed over
	 * @throws CommandFault where a value is larger than what is held
	 */
	take(piece: string): readonly unknown[];
}

/** Largest value that is held until it is whole, in characters: an export may be one list. */
const MAX_VALUE_CHARACTERS = 128 * 1024 * 1024;

/**
 * Makes a stream. A value is told by its brackets alone, so that no value is read twice: a parser would have to begin
 * again with each piece. What is cut off (a tail that was ended, a disk that was full) must not take along what follows:
 * no text of JSON goes over the end of a line, and a bracket at the beginning of one is that of a new value. Of a list each
 * element is a value.
 */
export function createJsonStream(): JsonStream {
	let held: string[] = [];
	let heldCharacters = 0;
	let depth = 0;
	let inText = false;
	let escaped = false;
	let isLineStart = true;
	return {
		take(piece) {
			const values: unknown[] = [];
			let start = depth > 0 ? 0 : -1;
			const forget = () => {
				held = [];
				heldCharacters = 0;
				depth = 0;
				inText = false;
				escaped = false;
				start = -1;
			};
			for (let i = 0; i < piece.length; i++) {
				const character = piece[i];
				const isFirst = isLineStart;
				isLineStart = character === "\n";
				if (inText) {
					if (character === "\n") forget();
					else if (escaped) escaped = false;
					else if (character === "\\") escaped = true;
					else if (character === '"') inText = false;
					continue;
				}
				if (character === '"' && depth > 0) inText = true;
				else if (character === "{" || (character === "[" && depth > 0)) {
					if (isFirst && depth > 0) forget();
					if (depth === 0 && !canOpen(piece[i + 1])) continue;
					if (depth++ === 0) start = i;
				} else if ((character === "}" || character === "]") && depth > 0 && --depth === 0) {
					const value = parsed(held.join("") + piece.slice(start, i + 1));
					if (value !== undefined) values.push(value);
					forget();
				}
			}
			if (start !== -1) {
				held.push(piece.slice(start));
				heldCharacters += piece.length - start;
			}
			if (heldCharacters > MAX_VALUE_CHARACTERS) {
				throw new CommandFault(
					"record-too-large",
					`One JSON value of these records has more than ${MAX_VALUE_CHARACTERS.toLocaleString("en")} characters, or its brackets never close. Split it, or export one value a line.`,
				);
			}
			return values;
		},
	};
}

/** Whether a bracket can be one of JSON, by what follows it: logs have others. What comes with the next piece is not known. */
function canOpen(next: string | undefined): boolean {
	return next === undefined || /["}\s]/.test(next);
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
