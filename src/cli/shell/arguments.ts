/** Owns what a command is to commander: its arguments, its options, and its help. */

import { Argument, type Command as Commander, type CommanderError, Option } from "commander";
import { type Command, type OptionSpec, type Outside, usage } from "./command.ts";
import { addCommandHelp } from "./help.ts";
import type { ExitCode } from "./terminal.ts";
import { commandFault, groupFault } from "./usage-faults.ts";

/**
 * Adds a command to commander's program; of `origins add`, the group too.
 * @param end told the exit code, where the command ran
 */
export function addCommand(
	program: Commander,
	command: Command,
	summary: string,
	outside: Outside,
	end: (code: ExitCode) => void,
): void {
	const added: Commander = addSummary(program, command.name, summary)
		.description([asSentence(summary), ...command.details].join("\n\n"))
		.exitOverride((error) => passOn(error, commandFault(error, command, added.args)));
	const options = Object.entries(command.options).map(([name, spec]) => {
		const option = optionOf(name, spec, command, added);
		added.addOption(option);
		return { name, spec, key: option.attributeName() };
	});
	for (const { name, says, required, repeated } of command.positionals) {
		const word = `${name}${repeated ? "..." : ""}`;
		added.addArgument(new Argument(required ? `<${word}>` : `[${word}]`, says));
	}
	addCommandHelp(added, command, outside.terminal);
	added.action(async () => {
		const given = added.opts<Record<string, unknown>>();
		const values = options.map(({ name, spec, key }) => [name, given[key] ?? absent(spec)]);
		end(await command.run({ values: Object.fromEntries(values), positionals: added.args }, outside));
	});
}

/** Adds what the list of commands says of one, and nothing that could be run. */
export function addSummary(program: Commander, name: string, summary: string): Commander {
	const words = name.split(" ");
	const [group = ""] = words;
	const parent = words.length === 1 ? program : (findCommand(program, group) ?? addGroup(program, group));
	return parent
		.command(words.at(-1) ?? "")
		.summary(summary)
		.description(asSentence(summary));
}

/** Finds a command that has been added. */
function findCommand(program: Commander, name: string): Commander | undefined {
	return program.commands.find((command) => command.name() === name);
}

function addGroup(program: Commander, name: string): Commander {
	const group: Commander = program
		.command(name)
		.helpCommand(false)
		// What it would write there comes as a fault.
		.configureOutput({ writeErr: () => {} })
		.exitOverride((error) => passOn(error, groupFault(error, name, namesOf(group))));
	return group.description(`manage ${name === "origins" ? "an origin directory" : name}`);
}

function asSentence(summary: string): string {
	return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function namesOf(group: Commander): readonly string[] {
	return group.commands.map((command) => command.name());
}

function passOn(error: CommanderError, fault: Error | undefined): never {
	throw fault ?? error;
}

function absent(spec: OptionSpec): unknown {
	if (spec.type === "boolean") return false;
	return spec.multiple ? [] : undefined;
}

/** commander takes any next word for a value, and the last of several; that is refused here. */
function optionOf(name: string, spec: OptionSpec, command: Command, added: Commander): Option {
	const flag = `--${name}`;
	if (spec.type === "boolean") {
		return new Option(spec.short === undefined ? flag : `-${spec.short}, ${flag}`, spec.says);
	}
	const option = new Option(`${flag} <${spec.value}>`, spec.says);
	// Not its `choices`, which would refuse others in commander's words.
	if (spec.offers !== undefined) option.argChoices = [...spec.offers];
	return option.argParser((value: string, before: string | readonly string[] | undefined) => {
		// What looks like the next option was not meant to be this one's value; "-" alone is standard input.
		if (value.startsWith("-") && value !== "-" && !isInline(`${flag}=${value}`, added)) {
			if (value === "--help" || value === "-h") added.help();
			throw usage("missing-value", `${flag} needs a value: ${flag} ${spec.value}.`, command);
		}
		if (spec.multiple) return [...(before ?? []), value];
		if (before === undefined) return value;
		throw usage("repeated-option", `${flag} is given twice, but it can be given only once.`, command);
	});
}

/** Whether a value was joined to its option, and is meant for it without a doubt. */
function isInline(word: string, command: Commander): boolean {
	const { rawArgs } = rootOf(command) as Commander & { readonly rawArgs: readonly string[] };
	return rawArgs.includes(word);
}

function rootOf(command: Commander): Commander {
	return command.parent === null ? command : rootOf(command.parent);
}
