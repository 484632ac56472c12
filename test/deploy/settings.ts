/** Owns how wrangler.toml leaves settings out: lines behind "# " are a block to take in, lines behind "##" are prose. */

/** A line that is a setting once its first two characters are gone, or the empty line between two of them. */
const LEFT_OUT = /^#(?: |$)/;

/** A run of lines that are taken in together. */
export interface Block {
	/** Its first setting, to call it by. */
	readonly name: string;
	/** The numbers of its lines, from 0. */
	readonly lines: readonly number[];
}

/** Finds every block that is left out, in order. */
export function blocksOf(text: string): readonly Block[] {
	const runs: number[][] = [];
	const lines = text.split("\n");
	for (const [number, line] of lines.entries()) {
		if (!LEFT_OUT.test(line)) continue;
		if (number > 0 && LEFT_OUT.test(lines[number - 1] ?? "")) runs.at(-1)?.push(number);
		else runs.push([number]);
	}
	return runs.map((run) => ({ name: taken(lines[run[0] ?? 0] ?? ""), lines: run }));
}

/** The text with these blocks taken in: the first two characters of each line are removed. */
export function takeIn(text: string, blocks: readonly Block[]): string {
	const numbers = new Set(blocks.flatMap(({ lines }) => lines));
	return text
		.split("\n")
		.map((line, number) => (numbers.has(number) ? taken(line) : line))
		.join("\n");
}

/** The text with everything taken in that is left out, also what a block itself leaves out. */
export function takeInAll(text: string): string {
	const blocks = blocksOf(text);
	return blocks.length === 0 ? text : takeInAll(takeIn(text, blocks));
}

function taken(line: string): string {
	return line.slice(2);
}
