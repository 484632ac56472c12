/** Owns what a command line leads to, and the one boundary that turns faults into exit code 2. */

import { Command as Commander, CommanderError } from "commander";
import manifest from "../../../package.json" with { type: "json" };
import type { Kv, KvPlace } from "../kv/kv.ts";
import { addCommand, addSummary } from "./arguments.ts";
import type { Outside } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { CommandFault, unexpected } from "./fault.ts";
import { addOverviewHelp, helpStyle } from "./help.ts";
import { type ExitCode, wrap } from "./terminal.ts";
import { programFault } from "./usage-faults.ts";

/** The command that writes a shell's completion script, and the one that such a script calls, with the words so far. */
const COMPLETION = "completion";
const COMPLETE = "complete";

/** Runs one command line and gives its exit code; never rejects. */
export async function runCordon(argv: readonly string[], outside: Outside): Promise<ExitCode> {
	const { terminal } = outside;
	const opened: Kv[] = [];
	const openKv = (place: KvPlace) => {
		const kv = outside.openKv(place);
		opened.push(kv);
		return kv;
	};
	try {
		const words = argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
		return await dispatch(words, { ...outside, openKv });
	} catch (error) {
		const { code, message } = error instanceof CommandFault ? error : unexpected(error);
		const lines = `${terminal.errorColors.red("cordon:")} ${message}`.split("\n");
		terminal.err(lines.map((line) => wrapped(line, terminal.errorColumns)).join("\n"));
		// In one line: before it, a command that goes on and on has written one value a line.
		if (argv.includes("--json")) terminal.jsonLine({ error: { code, message } });
		return 2;
	} finally {
		for (const kv of opened) await kv.close?.().catch(() => {});
	}
}

async function dispatch(argv: readonly string[], outside: Outside): Promise<ExitCode> {
	let exitCode: ExitCode = 0;
	const [word = ""] = argv;
	const program = createProgram(outside, argv.length === 0);
	const asked = askedCommand(argv);
	for (const [name, entry] of Object.entries(COMMANDS)) {
		if (name.split(" ")[0] !== asked) {
			addSummary(program, name, entry.summary);
			continue;
		}
		addCommand(program, await entry.load(), entry.summary, outside, (code) => {
			exitCode = code;
		});
	}
	const parse = () => program.parseAsync(isUnknown(word, program) ? [word] : [...argv], { from: "user" });
	try {
		if (word === COMPLETION || word === COMPLETE) {
			const { runCompletion } = await import("./completion.ts");
			await runCompletion(program, { script: COMPLETION, answer: COMPLETE }, argv, parse);
		} else {
			addSummary(program, COMPLETION, "print a shell's completion script");
			await parse();
		}
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		// Help or a version that was asked for; help that was not comes with 2.
		return error.exitCode === 0 ? 0 : 2;
	}
	return exitCode;
}

/** The first word of the command that a command line is about, even where an option stands before it. */
function askedCommand(argv: readonly string[]): string | undefined {
	const words = argv[0] === COMPLETE ? argv.slice(1) : argv;
	const first = words.find((word) => !word.startsWith("-"));
	return Object.keys(COMMANDS)
		.map((name) => name.split(" ")[0])
		.find((name) => name === first);
}

/** With an unknown word commander would give the help of all commands, and no word of it. */
function isUnknown(word: string, program: Commander): boolean {
	return word !== "" && !word.startsWith("-") && !program.commands.some((command) => command.name() === word);
}

function createProgram(outside: Outside, isHelpUnasked: boolean): Commander {
	const { terminal } = outside;
	const colors = isHelpUnasked ? terminal.errorColors : terminal.colors;
	const program = new Commander("cordon")
		.description("Credentialed CORS at the edge, from the command line.")
		.version(manifest.version, "-V, --version", "Print the version.")
		.helpOption("-h, --help", "Show this page.")
		.helpCommand(false)
		.configureHelp(helpStyle(terminal, colors))
		.configureOutput({
			writeOut: (text) => terminal.out(text.trimEnd()),
			writeErr: (text) => terminal.err(text.trimEnd()),
			// Whether there are colours has been decided, and a fault is written where it is caught.
			getOutHasColors: () => true,
			getErrHasColors: () => true,
			outputError: () => {},
		})
		.exitOverride((error) => {
			throw programFault(error) ?? error;
		});
	addOverviewHelp(program, colors);
	return program;
}

/** A line of a message, its indentation kept. */
function wrapped(line: string, columns: number | undefined): string {
	const indent = /^ */.exec(line)?.[0] ?? "";
	return wrap(line.slice(indent.length), columns, indent);
}
