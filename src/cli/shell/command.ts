/** Owns what a command of the command line is: its words as data, for commander, the help and completion alike. */

import type { Kv, KvPlace } from "../kv/kv.ts";
import { CommandFault } from "./fault.ts";
import type { ExitCode, Terminal } from "./terminal.ts";

/** An option: a flag, or one that takes a value. */
export type OptionSpec =
	| { readonly type: "boolean"; readonly says: string /** One letter. */; readonly short?: string }
	| {
			readonly type: "string";
			/** What its value is called in the help. */
			readonly value: string;
			readonly says: string;
			/** All values that there are, for the shell to offer; what refuses another one is the command itself. */
			readonly offers?: readonly string[];
			/** Whether it may be given several times. */
			readonly multiple?: true;
	  };

/** A command's options by their long names. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was given: flags always, values where they were given. */
export type OptionValues<T extends OptionSpecs> = {
	readonly [K in keyof T]: T[K] extends { readonly type: "boolean" }
		? boolean
		: T[K] extends { readonly multiple: true }
			? readonly string[]
			: string | undefined;
};

/** An argument that is told by its place. */
export interface PositionalSpec {
	readonly name: string;
	readonly says: string;
	readonly required: boolean;
	/** Whether more may follow; the last one only. */
	readonly repeated?: true;
}

/** What a command needs from outside. */
export interface Outside {
	readonly terminal: Terminal;
	readonly openKv: (place: KvPlace) => Kv;
}

/** What the command's own code gets. */
export interface Invocation<T extends OptionSpecs> extends Outside {
	readonly options: OptionValues<T>;
	readonly positionals: readonly string[];
}

/** Everything about a command but its code. */
export interface CommandSpec {
	/** Its words after `cordon`. */
	readonly name: string;
	/** What a newcomer has to know, in paragraphs. */
	readonly details: readonly string[];
	readonly positionals: readonly PositionalSpec[];
	readonly options: OptionSpecs;
	readonly examples: readonly { readonly line: string; readonly says: string }[];
	/** What the exit codes 0 and 1 mean here; some commands never find anything. */
	readonly exits: { readonly good: string; readonly findings?: string };
}

/** What commander read, by the options' long names. */
export interface Given {
	readonly values: Readonly<Record<string, unknown>>;
	readonly positionals: readonly string[];
}

/** A command, ready to be run. */
export interface Command extends CommandSpec {
	/**
	 * Does the work.
	 * @throws CommandFault where it cannot be done
	 */
	run(given: Given, outside: Outside): Promise<ExitCode>;
}

/** Every command takes it, so that faults come as JSON too. */
const JSON_OPTION = {
	type: "boolean",
	says: "Print one JSON value on standard output, for machines.",
} as const satisfies OptionSpec;

type WithJson<T extends OptionSpecs> = T & { readonly json: typeof JSON_OPTION };

/**
 * Makes a command; `--json` is added to its options. Chains of commander's own calls would say the same, but neither
 * its help nor a fault could then name the arguments in our words.
 */
export function defineCommand<const T extends OptionSpecs>(
	spec: CommandSpec & {
		readonly options: T;
		readonly work: (call: Invocation<WithJson<T>>) => Promise<ExitCode>;
	},
): Command {
	const options: WithJson<T> = { ...spec.options, json: JSON_OPTION };
	return {
		...spec,
		options,
		run: ({ values, positionals }, outside) =>
			spec.work({ ...outside, options: values as OptionValues<WithJson<T>>, positionals }),
	};
}

/** A fault of usage, with where to read on. */
export function usage(code: string, message: string, { name }: Pick<CommandSpec, "name">): CommandFault {
	return new CommandFault(code, `${message} See "cordon ${name} --help".`);
}
