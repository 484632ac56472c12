/** Owns the terminal: where a command's words, findings and progress go, and who can be asked. */

import { tooLarge } from "../files/regular-file.ts";
import { type Colors, createColors, render, visibleLength } from "./colors.ts";
import { safeJson, safePart } from "./safe-text.ts";

/** 0: good. 1: findings. 2: wrong usage, or something that cannot be read. */
export type ExitCode = 0 | 1 | 2;

/** What a command needs of a terminal. Nothing that is written through it can command the terminal or a CI. */
export interface Terminal {
	/** Writes lines to standard output: what was asked for, and nothing else. */
	out(lines: string): void;
	/** Writes a value to standard output as JSON. */
	json(value: unknown): void;
	/** Writes a value as JSON in one line, of which more may follow. */
	jsonLine(value: unknown): void;
	/** Shows lines in the place of those that it showed before; only for a terminal (`columns`). */
	frame(lines: readonly string[]): void;
	/** Writes lines to standard error: faults, progress, questions. */
	err(lines: string): void;
	/** Shows what goes on until the next line is written; only a terminal shows it, with a bar where a share (0 to 1) is done. */
	busy(text: string, share?: number): void;
	/** Tells how far a long work has come: as `busy` on a terminal, else line by line on standard error. */
	progress(text: string, share?: number): void;
	/** Colours of standard output. */
	readonly colors: Colors;
	/** Colours of standard error. */
	readonly errorColors: Colors;
	/** How wide texts may run, in columns; undefined where nobody looks: then they are not wrapped. */
	readonly columns: number | undefined;
	/** The same of standard error. */
	readonly errorColumns: number | undefined;
	/** Whether somebody can be asked: never where CI is set, even on a terminal. */
	readonly interactive: boolean;
	/** Asks a question, and gives the answer back; empty where there is none. */
	ask(question: string): Promise<string>;
	/**
	 * Reads standard input to its end.
	 * @throws CommandFault where it has more than `maxBytes`
	 */
	readInput(maxBytes: number): Promise<Uint8Array>;
	/** Reads standard input as it comes, without an end. */
	inputPieces(): AsyncIterable<string | Uint8Array>;
	/** Takes away what `busy` shows. */
	clear(): void;
}

/** What a terminal is made of; a process is. */
interface Streams {
	readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
	readonly stdout: Screen;
	readonly stderr: Screen;
}

type Screen = NodeJS.WritableStream & {
	readonly isTTY?: boolean;
	readonly columns?: number;
	readonly rows?: number;
};

/** Back to the beginning of the line, and empties it. */
const CLEAR_LINE = "\r\u001B[K";

/** Up to a line, and empties everything from there. */
const clearFrame = (lines: number) => `${lines > 0 ? `\u001B[${lines}A` : ""}\r\u001B[J`;

/** Texts wider than this are hard to read. */
const MAX_TEXT_COLUMNS = 100;
const DEFAULT_ROWS = 24;
const BAR_COLUMNS = 20;

/** Makes a terminal of the streams of a process. */
export function createTerminal({ stdin, stdout, stderr }: Streams = process): Terminal {
	for (const stream of [stdout, stderr]) {
		// A reader that has seen enough (`| head`) is not a fault.
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code !== "EPIPE") throw error;
			process.exit();
		});
	}
	let isBusy = false;
	let framed = 0;
	const clear = () => {
		if (isBusy) stderr.write(CLEAR_LINE);
		isBusy = false;
	};
	const write = (stream: Screen, lines: string) => {
		clear();
		stream.write(`${render(lines)}\n`);
	};
	const busy = (text: string, share?: number) => {
		if (!stderr.isTTY) return;
		isBusy = true;
		const line = (share === undefined ? "" : `${bar(share)} `) + render(safePart(text));
		// What is wider would go on in the next line, and only the last line can be emptied again.
		stderr.write(CLEAR_LINE + line.slice(0, widthOf(stderr) - 1));
	};
	return {
		out: (lines) => write(stdout, lines),
		json: (value) => write(stdout, safeJson(value)),
		jsonLine: (value) => write(stdout, safeJson(value, 0)),
		frame(lines) {
			// What is above the screen cannot be written over.
			const shown = lines.slice(0, Math.max(1, (stdout.rows ?? DEFAULT_ROWS) - 1));
			stdout.write(clearFrame(framed) + shown.map((line) => `${render(line)}\n`).join(""));
			framed = shown.length;
		},
		err: (lines) => write(stderr, lines),
		busy,
		progress(text, share) {
			if (stderr.isTTY) busy(text, share);
			else write(stderr, text);
		},
		colors: createColors(hasColors(stdout)),
		errorColors: createColors(hasColors(stderr)),
		columns: stdout.isTTY ? Math.min(widthOf(stdout), MAX_TEXT_COLUMNS) : undefined,
		errorColumns: stderr.isTTY ? Math.min(widthOf(stderr), MAX_TEXT_COLUMNS) : undefined,
		interactive: stdin.isTTY === true && stderr.isTTY === true && !process.env["CI"],
		async ask(question) {
			clear();
			// Loaded here, as it takes longer than most commands run.
			const { createInterface } = await import("node:readline");
			const lines = createInterface({ input: stdin, output: stderr });
			return new Promise((resolve) => {
				let answer: string | undefined;
				// Here Ctrl-C is a key, and no signal yet.
				lines.once("SIGINT", () => {
					stderr.write("\n");
					process.kill(process.pid, "SIGINT");
				});
				lines.once("close", () => {
					// Ctrl-D closes it without an answer, in the middle of the line.
					if (answer === undefined) stderr.write("\n");
					resolve(answer ?? "");
				});
				lines.question(render(question), (given) => {
					answer = given;
					lines.close();
				});
			});
		},
		async readInput(maxBytes) {
			const chunks: Buffer[] = [];
			let bytes = 0;
			for await (const chunk of stdin) {
				const buffer = Buffer.from(chunk);
				bytes += buffer.length;
				if (bytes > maxBytes) throw tooLarge("Standard input", maxBytes);
				chunks.push(buffer);
			}
			return Buffer.concat(chunks);
		},
		inputPieces: () => stdin,
		clear,
	};
}

/**
 * A bar of what is done. That of @clack/prompts draws a frame of several lines around it, and could not go on as plain
 * lines in a pipe.
 */
function bar(share: number): string {
	return `[${"#".repeat(Math.round(share * BAR_COLUMNS)).padEnd(BAR_COLUMNS, ".")}]`;
}

/** Some terminals say that they have no columns at all. */
function widthOf({ columns = 0 }: Screen): number {
	return columns > 0 ? columns : MAX_TEXT_COLUMNS;
}

/** https://no-color.org; a pipe has none, even where CI is set. */
function hasColors(stream: Screen): boolean {
	const { NO_COLOR, TERM } = process.env;
	// Of a pipe it is not false, but undefined.
	return stream.isTTY === true && !NO_COLOR && TERM !== "dumb";
}

/**
 * Breaks a text into lines.
 * @param columns of the terminal; undefined: one line of any length
 * @param indent what every line begins with
 */
export function wrap(text: string, columns: number | undefined, indent: string): string {
	if (columns === undefined) return indent + text;
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(" ")) {
		if (line !== "" && indent.length + visibleLength(line) + 1 + visibleLength(word) > columns) {
			lines.push(indent + line);
			line = word;
		} else {
			line = line === "" ? word : `${line} ${word}`;
		}
	}
	return [...lines, indent + line].join("\n");
}

/** "1,000 of 2,500 files": how far something has come. */
export function progressOf(done: number, total: number, noun: string): string {
	return `${grouped(done)} of ${counted(total, noun)}`;
}

/** "1,000 of 2,500": the same without a noun. */
export function shareOf(done: number, total: number): string {
	return `${grouped(done)} of ${grouped(total)}`;
}

/** "1 file", "2 files": a count with its noun. */
export function counted(count: number, noun: string): string {
	return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Whole numbers as toLocaleString would write them, whose tables take longer to load than most commands run. */
function grouped(count: number): string {
	return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}
