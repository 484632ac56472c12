/** Owns the table of commands, what a command line leads to, and the one boundary that turns faults into exit code 2. */

import { closest } from "../../findings/closest.ts";
import { diff } from "../diff.ts";
import { doctor } from "../doctor/doctor.ts";
import { explain } from "../explain/explain.ts";
import { importCommand } from "../import/import.ts";
import { init } from "../init/init.ts";
import { learn } from "../learn/learn.ts";
import { originsAdd, originsList, originsRemove } from "../origins/origins.ts";
import { pull } from "../pull/pull.ts";
import { push } from "../push/push.ts";
import { test } from "../test/test.ts";
import { validate } from "../validate.ts";
import type { Command, Outside } from "./command.ts";
import { Fault, unexpected } from "./fault.ts";
import { renderHelp, renderOverview } from "./help.ts";
import { safePart } from "./safe-text.ts";
import type { ExitCode } from "./terminal.ts";

/** In the order of the help. */
const COMMANDS: readonly Command[] = [
	init,
	validate,
	test,
	explain,
	doctor,
	diff,
	push,
	pull,
	originsAdd,
	originsRemove,
	originsList,
	importCommand,
	learn,
];

/** Runs one command line and gives its exit code; never rejects. */
export async function runCordon(argv: readonly string[], outside: Outside): Promise<ExitCode> {
	const { terminal } = outside;
	try {
		return await dispatch(argv, outside);
	} catch (error) {
		const { code, message } = error instanceof Fault ? error : unexpected(error);
		terminal.err(`${terminal.errorColors.red("cordon:")} ${message}`);
		if (argv.includes("--json")) terminal.json({ error: { code, message } });
		return 2;
	}
}

async function dispatch(argv: readonly string[], outside: Outside): Promise<ExitCode> {
	const { terminal } = outside;
	const words = argv[0] === "help" ? argv.slice(1) : argv;
	const command = findCommand(words);
	if (argv[0] === "help" || words.includes("--help") || words.includes("-h")) {
		const { colors, columns } = terminal;
		if (command !== undefined) terminal.out(renderHelp(command, colors, columns));
		else if (words[0] === undefined || words[0].startsWith("-")) {
			terminal.out(renderOverview(COMMANDS, colors, columns));
		} else if (isGroup(words[0])) terminal.out(groupHelp(words[0], outside));
		else throw unknownCommand(words);
		return 0;
	}
	if (command !== undefined) return command.run(words.slice(command.name.split(" ").length), outside);
	if (words[0] === undefined) {
		terminal.err(renderOverview(COMMANDS, terminal.errorColors, terminal.columns));
		return 2;
	}
	throw unknownCommand(words);
}

/** Of `origins add` and the like, all words. */
function findCommand(words: readonly string[]): Command | undefined {
	return COMMANDS.find(({ name }) => name.split(" ").every((word, index) => word === words[index]));
}

/** Whether a word is the first one of several commands. */
function isGroup(word: string): boolean {
	return COMMANDS.some(({ name }) => name.startsWith(`${word} `));
}

function groupHelp(group: string, { terminal }: Outside): string {
	const commands = COMMANDS.filter(({ name }) => name.startsWith(`${group} `));
	return commands
		.map((command) => renderHelp(command, terminal.colors, terminal.columns))
		.join(`\n\n${terminal.colors.dim("—".repeat(40))}\n\n`);
}

function unknownCommand(words: readonly string[]): Fault {
	const [first = "", next] = words;
	const second = next?.startsWith("-") ? undefined : next;
	if (first.startsWith("-")) {
		return new Fault(
			"missing-command",
			`${safePart(first)} stands where the command has to be: the command comes first, its options after it. See "cordon --help".`,
		);
	}
	if (isGroup(first)) {
		const actions = COMMANDS.map(({ name }) => name.split(" "))
			.filter(([group]) => group === first)
			.map(([, action = ""]) => action);
		const meant = second === undefined ? undefined : closest(second, actions);
		return new Fault(
			"unknown-command",
			`"cordon ${first}" is followed by ${actions.slice(0, -1).join(", ")} or ${actions.at(-1)}${second === undefined ? "" : `, not ${JSON.stringify(second)}`}.${meant === undefined ? "" : ` Did you mean "cordon ${first} ${meant}"?`} See "cordon ${first} --help".`,
		);
	}
	const meant = closest(first, [...new Set(COMMANDS.map(({ name }) => name.split(" ")[0] ?? ""))]);
	return new Fault(
		"unknown-command",
		`There is no command ${JSON.stringify(first)}.${meant === undefined ? "" : ` Did you mean "cordon ${meant}"?`} "cordon --help" lists all commands.`,
	);
}
