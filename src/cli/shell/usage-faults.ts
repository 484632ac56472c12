/** Owns how wrong usage is told: what commander found, in our words, with what was meant and where to read on. */

import type { CommanderError } from "commander";
import { type CommandSpec, usage } from "./command.ts";
import { CommandFault } from "./fault.ts";
import { safePart } from "./safe-text.ts";

/** commander's codes for what is wrong; everything else it ends with is help or a version that was asked for. */
const CODES = {
	unknownOption: "commander.unknownOption",
	unknownCommand: "commander.unknownCommand",
	missingArgument: "commander.missingArgument",
	excessArguments: "commander.excessArguments",
	missingValue: "commander.optionMissingArgument",
	help: "commander.help",
} as const;

/** What is wrong with the arguments of a command; undefined where nothing is. */
export function commandFault(
	error: CommanderError,
	spec: CommandSpec,
	args: readonly string[],
): CommandFault | undefined {
	if (error.exitCode === 0) return undefined;
	const quoted = quotedIn(error);
	switch (error.code) {
		case CODES.unknownOption:
			return unknownOption(quoted, error, spec);
		case CODES.missingValue: {
			const [flag = "", value = ""] = quoted.split(" ");
			return usage("missing-value", `${flag} needs a value: ${flag} ${value.replaceAll(/[<>]/g, "")}.`, spec);
		}
		case CODES.missingArgument: {
			const says = spec.positionals.find(({ name }) => name === quoted)?.says ?? "";
			return usage("missing-argument", `"cordon ${spec.name}" needs ${quoted}: ${says}`, spec);
		}
		case CODES.excessArguments: {
			const taken = spec.positionals.map(({ name }) => name).join(" and ");
			return usage(
				"unexpected-argument",
				`"cordon ${spec.name}" does not know what to do with ${JSON.stringify(args[spec.positionals.length])}: it takes ${taken === "" ? "options" : taken} alone.`,
				spec,
			);
		}
		default:
			return usage("wrong-usage", plainWords(error), spec);
	}
}

/** What is wrong with what follows the first word of several commands; undefined where nothing is. */
export function groupFault(
	error: CommanderError,
	group: string,
	actions: readonly string[],
): CommandFault | undefined {
	if (error.exitCode === 0) return undefined;
	const given = error.code === CODES.unknownCommand ? `, not ${JSON.stringify(quotedIn(error))}` : "";
	return new CommandFault(
		"unknown-command",
		`"cordon ${group}" is followed by ${actions.slice(0, -1).join(", ")} or ${actions.at(-1)}${given}.${meant(error, `cordon ${group} `)} See "cordon ${group} --help".`,
	);
}

/** What is wrong with the first word; undefined where nothing is. */
export function programFault(error: CommanderError): CommandFault | undefined {
	const quoted = quotedIn(error);
	switch (error.code) {
		case CODES.unknownCommand:
			return new CommandFault(
				"unknown-command",
				`There is no command ${JSON.stringify(quoted)}.${meant(error, "cordon ")} "cordon --help" lists all commands.`,
			);
		case CODES.unknownOption:
			return new CommandFault(
				"missing-command",
				`${safePart(quoted)} stands where the command has to be: the command comes first, its options after it. See "cordon --help".`,
			);
		// The help is what a command line without any word leads to, and it has been shown.
		case CODES.help:
			return undefined;
		default:
			return error.exitCode === 0
				? undefined
				: new CommandFault("wrong-usage", `${plainWords(error)} See "cordon --help".`);
	}
}

function unknownOption(flag: string, error: CommanderError, spec: CommandSpec): CommandFault {
	const [name = ""] = flag.split("=");
	const option = Object.hasOwn(spec.options, name.slice(2)) ? spec.options[name.slice(2)] : undefined;
	if (option?.type === "boolean") {
		return usage("unexpected-value", `${name} takes no value: it is there or it is not.`, spec);
	}
	return usage(
		"unknown-option",
		`"cordon ${spec.name}" has no option ${safePart(name)}.${meant(error, "", false)}`,
		spec,
	);
}

/** The first part of commander's sentence in quotes: the word that is wrong. It may have quotes in it itself. */
function quotedIn({ message }: CommanderError): string {
	const [line = ""] = message.split("\n(", 1);
	return /'([\s\S]*)'/.exec(line)?.[1] ?? "";
}

/** commander's own guess at what was meant, as a sentence of ours. */
function meant({ message }: CommanderError, before: string, isQuoted = true): string {
	const [, list] = /\n\(Did you mean (?:one of )?(.*)\?\)$/.exec(message) ?? [];
	if (list === undefined) return "";
	const words = list.split(", ").map((word) => (isQuoted ? `"${before}${word}"` : before + word));
	return ` Did you mean ${words.join(" or ")}?`;
}

function plainWords({ message }: CommanderError): string {
	const words = message.replace(/^error: /, "");
	return safePart(words.charAt(0).toUpperCase() + words.slice(1));
}
