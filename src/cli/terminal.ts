/** Owns the terminal: where a command's words, findings and progress go, and who can be asked. */

import { createInterface } from "node:readline";
import pc from "picocolors";

/** Ways to colour a text; each gives it back unchanged where there are no colours. */
export type Colors = ReturnType<typeof pc.createColors>;

/** 0: good. 1: findings. 2: wrong usage, or something that cannot be read. */
export type ExitCode = 0 | 1 | 2;

/** What a command needs of a terminal. */
export interface Terminal {
	/** Writes a line to standard output: what was asked for, and nothing else. */
	out(line: string): void;
	/** Writes a line to standard error: faults, progress, questions. */
	err(line: string): void;
	/** Shows what goes on until the next line is written; only a terminal shows it. */
	busy(text: string): void;
	/** Tells how far a long work has come: in place on a terminal, else line by line on standard error. */
	progress(text: string): void;
	/** Colours of standard output. */
	readonly colors: Colors;
	/** Colours of standard error. */
	readonly errorColors: Colors;
	/** How wide texts may run, in columns; undefined where nobody looks: then they are not wrapped. */
	readonly columns: number | undefined;
	/** Whether somebody can be asked. */
	readonly interactive: boolean;
	/** Asks a question, and gives the answer back; empty where there is none. */
	ask(question: string): Promise<string>;
	/** Reads standard input to its end. */
	readInput(): Promise<Uint8Array>;
}

/** Back to the beginning of the line, and empties it. */
const CLEAR_LINE = "\r\u001B[K";

/** Texts wider than this are hard to read. */
const MAX_TEXT_COLUMNS = 100;

/** The terminal that this process runs in. */
export function createTerminal(): Terminal {
	const { stdin, stdout, stderr } = process;
	// A reader that has seen enough (`| head`) is no fault.
	stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
		process.exit();
	});
	let isBusy = false;
	const clear = () => {
		if (isBusy) stderr.write(CLEAR_LINE);
		isBusy = false;
	};
	const busy = (text: string) => {
		if (!stderr.isTTY) return;
		isBusy = true;
		stderr.write(CLEAR_LINE + text);
	};
	return {
		out(line) {
			clear();
			stdout.write(`${line}\n`);
		},
		err(line) {
			clear();
			stderr.write(`${line}\n`);
		},
		busy,
		progress(text) {
			if (stderr.isTTY) busy(text);
			else stderr.write(`${text}\n`);
		},
		colors: pc.createColors(hasColors(stdout)),
		errorColors: pc.createColors(hasColors(stderr)),
		columns: stdout.isTTY ? Math.min(stdout.columns, MAX_TEXT_COLUMNS) : undefined,
		interactive: stdin.isTTY === true && stderr.isTTY === true,
		ask(question) {
			clear();
			const lines = createInterface({ input: stdin, output: stderr });
			return new Promise((resolve) => {
				let answer: string | undefined;
				lines.once("close", () => {
					// Ctrl-C and Ctrl-D close it without an answer, in the middle of the line.
					if (answer === undefined) stderr.write("\n");
					resolve(answer ?? "");
				});
				lines.question(question, (given) => {
					answer = given;
					lines.close();
				});
			});
		},
		async readInput() {
			const chunks: Buffer[] = [];
			for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
			return Buffer.concat(chunks);
		},
	};
}

/** https://no-color.org; picocolors itself would colour a pipe wherever CI is set. */
function hasColors(stream: NodeJS.WriteStream): boolean {
	const { NO_COLOR, TERM } = process.env;
	// Of a pipe it is not false, but undefined.
	return stream.isTTY === true && !NO_COLOR && TERM !== "dumb";
}

/**
 * Breaks a text into lines.
 * @param columns of the terminal; undefined: one line, whatever its length
 * @param indent what every line begins with
 */
export function wrap(text: string, columns: number | undefined, indent: string): string {
	if (columns === undefined) return indent + text;
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(" ")) {
		if (line !== "" && indent.length + line.length + 1 + word.length > columns) {
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
	return `${done.toLocaleString("en")} of ${counted(total, noun)}`;
}

/** "1 file", "2 files": a count with its noun. */
export function counted(count: number, noun: string): string {
	return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
