/** Owns the colours of our own words, told from what looks the same in words of others. */

import { safeLines } from "./safe-text.ts";

type Paint = (text: string) => string;

/** Ways to colour a text; each gives it back unchanged where there are no colours. */
export interface Colors {
	readonly bold: Paint;
	readonly dim: Paint;
	readonly red: Paint;
	readonly green: Paint;
	readonly yellow: Paint;
	readonly cyan: Paint;
}

/**
 * Stands for the beginning of an escape sequence until the text is written. It is made anew in each process, so nobody
 * else's text can have it: an ESC in a file name stays a character to be escaped, and needs no care where it is put together.
 * (What is read was written before, by somebody who cannot see this process; node:crypto would be a tenth of the start-up.)
 */
const MARK = `<${Array.from({ length: 3 }, () => Math.random().toString(36).slice(2)).join("")}:`;
const MARKED_CODE = new RegExp(`(${MARK}\\d+>)`);

/** ECMA-48 SGR codes that begin and end a colour. */
function paint(begin: number, end: number): Paint {
	return (text) => `${MARK}${begin}>${text}${MARK}${end}>`;
}

const PAINTS: Colors = {
	bold: paint(1, 22),
	dim: paint(2, 22),
	red: paint(31, 39),
	green: paint(32, 39),
	yellow: paint(33, 39),
	cyan: paint(36, 39),
};

const plain: Paint = (text) => text;
const PLAIN: Colors = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

/** Colours, or none. */
export function createColors(enabled: boolean): Colors {
	return enabled ? PAINTS : PLAIN;
}

/** How many characters of a text are seen once it is written: its colours are none. */
export function visibleLength(text: string): number {
	if (!text.includes(MARK)) return text.length;
	return text
		.split(MARKED_CODE)
		.reduce((length, piece, index) => (index % 2 === 1 ? length : length + piece.length), 0);
}

/** Makes a text fit to be written: our own colours become what a terminal knows, everything else is made safe. */
export function render(text: string): string {
	// The pieces at odd places are what the pattern's group matched.
	return text
		.split(MARKED_CODE)
		.map((piece, index) => (index % 2 === 1 ? `\u001B[${piece.slice(MARK.length, -1)}m` : safeLines(piece)))
		.join("");
}
