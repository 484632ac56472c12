/** Owns the table of commands, what a command line leads to, and the one boundary that turns faults into exit code 2. */

import { Command as Commander, CommanderError } from "commander";
import manifest from "../../../package.json" with { type: "json" };
import type { Kv, KvPlace } from "../kv/kv.ts";
import { addCommand } from "./arguments.ts";
import type { Command, Outside } from "./command.ts";
import { Fault, unexpected } from "./fault.ts";
import { addOverviewHelp, helpStyle } from "./help.ts";
import type { ExitCode } from "./terminal.ts";
import { programFault } from "./usage-faults.ts";

/** In the order of the help. Each is loaded when it is asked for: together they take longer than any of them runs. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
	init: async () => (await import("../init/init.ts")).init,
	validate: async () => (await import("../validate.ts")).validate,
	test: async () => (await import("../test/test.ts")).test,
	explain: async () => (await import("../explain/explain.ts")).explain,
	doctor: async () => (await import("../doctor/doctor.ts")).doctor,
	diff: async () => (await import("../diff.ts")).diff,
	push: async () => (await import("../push/push.ts")).push,
	pull: async () => (await import("../pull/pull.ts")).pull,
	"origins add": async () => (await import("../origins/origins.ts")).originsAdd,
	"origins remove": async () => (await import("../origins/origins.ts")).originsRemove,
	"origins list": async () => (await import("../origins/origins.ts")).originsList,
	history: async () => (await import("../history.ts")).history,
	rollback: async () => (await import("../history.ts")).rollback,
	import: async () => (await import("../import/import.ts")).importCommand,
	learn: async () => (await import("../learn/learn.ts")).learn,
	watch: async () => (await import("../watch/watch.ts")).watch,
};

/** The command that writes a shell's completion script. */
const COMPLETION = "completion";

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
		const { code, message } = error instanceof Fault ? error : unexpected(error);
		terminal.err(`${terminal.errorColors.red("cordon:")} ${message}`);
		if (argv.includes("--json")) terminal.json({ error: { code, message } });
		return 2;
	} finally {
		for (const kv of opened) await kv.close?.().catch(() => {});
	}
}

async function dispatch(argv: readonly string[], outside: Outside): Promise<ExitCode> {
	let exitCode: ExitCode = 0;
	const [word = ""] = argv;
	const asked = Object.keys(COMMANDS).filter((name) => name.split(" ")[0] === word);
	const program = createProgram(outside, argv.length === 0);
	const wanted = asked.length > 0 || word === "--version" ? asked : Object.keys(COMMANDS);
	for (const name of wanted) {
		const command = await COMMANDS[name]?.();
		if (command === undefined) continue;
		addCommand(program, command, outside, (code) => {
			exitCode = code;
		});
	}
	if (wanted.length > asked.length) {
		const { default: addCompletion } = await import("@bomb.sh/tab/commander");
		addCompletion(program, { completionCommandName: COMPLETION });
	}
	try {
		await program.parseAsync(isUnknown(word, program) ? [word] : [...argv], { from: "user" });
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		// Help or a version that was asked for; help that was not comes with 2.
		return error.exitCode === 0 ? 0 : 2;
	}
	return exitCode;
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
		.version(manifest.version, "--version", "Print the version.")
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
