/** Owns shell completion: the scripts of @bomb.sh/tab and its answers to them, with what those lack here. */

import addCompletion from "@bomb.sh/tab/commander";
import type { Command as Commander } from "commander";

/** What commands of completion are called: the one that a user gives, and the one that a script does. */
export interface CompletionNames {
	readonly script: string;
	readonly answer: string;
}

/**
 * Adds both commands, and runs one of them.
 * @param run parses the command line
 */
export async function runCompletion(
	program: Commander,
	names: CompletionNames,
	argv: readonly string[],
	run: () => Promise<unknown>,
): Promise<void> {
	describeInOneLine(program);
	addCompletion(program, { completionCommandName: names.script });
	const lines: string[] = [];
	// The library writes there and nowhere else; the terminal's own way out would make blanks of the tabs.
	const { log } = console;
	console.log = (line: string) => void lines.push(line);
	try {
		await run();
	} finally {
		console.log = log;
	}
	for (const line of argv[0] === names.answer ? withFiles(lines, argv) : lines.map(corrected)) log(line);
}

/** Every line of an answer is an offer, so a description of several lines would be offered too. */
function describeInOneLine(command: Commander): void {
	command.description(command.description().split("\n", 1)[0] ?? "");
	for (const inner of command.commands) describeInOneLine(inner);
}

/** What tells the shell to offer no files, and what leaves it to do so. */
const NO_FILES = ":4";
const FILES = ":0";

/** The library never leaves files to the shell; behind a command they are what is mostly meant where it knows nothing. */
function withFiles(answer: readonly string[], argv: readonly string[]): readonly string[] {
	const words = argv.slice(argv.indexOf("--") + 1);
	const isOption = /^-[^=]*$/.test(words.at(-1) ?? "");
	if (answer.length > 1 || words.length < 2 || isOption) return answer;
	return answer.map((line) => (line === NO_FILES ? FILES : line));
}

/** Of bash's script: what has to be otherwise, and how. */
const CORRECTIONS: readonly (readonly [pattern: RegExp, instead: string])[] = [
	// A second reading of ~/.bashrc would fail at each of them.
	[/^readonly (?=ShellComp)/gm, ""],
	// It would run what is typed: a $(…) behind which the Tab key is pressed.
	[
		/out=\$\(eval "\$requestComp" 2>\/dev\/null\)/,
		`out=$(cordon complete -- "\${words[@]:1:cword}" 2>/dev/null)`,
	],
	// Without it there are never any files.
	[/^complete -F /m, "complete -o default -F "],
];

function corrected(script: string): string {
	return CORRECTIONS.reduce((text, [pattern, instead]) => text.replace(pattern, () => instead), script);
}
