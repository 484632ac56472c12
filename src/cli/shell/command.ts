/** Owns what a command of the command line is, and the strict reading of its arguments. */

import { parseArgs } from "node:util";
import { closest } from "../../findings/closest.ts";
import type { Kv, KvPlace } from "../kv/kv.ts";
import { Fault } from "./fault.ts";
import { safePart } from "./safe-text.ts";
import type { ExitCode, Terminal } from "./terminal.ts";

/** An option: a flag, or one that takes a value. */
export type OptionSpec =
	| { readonly type: "boolean"; readonly says: string /** One letter. */; readonly short?: string }
	| {
			readonly type: "string";
			/** What its value is called in the help. */
			readonly value: string;
			readonly says: string;
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
export interface Call<T extends OptionSpecs> extends Outside {
	readonly options: OptionValues<T>;
	readonly positionals: readonly string[];
}

/** Everything about a command but its code. */
export interface CommandSpec {
	/** Its words after `cordon`. */
	readonly name: string;
	/** What it does, in one line. */
	readonly summary: string;
	/** What a newcomer has to know, in paragraphs. */
	readonly details: readonly string[];
	readonly positionals: readonly PositionalSpec[];
	readonly options: OptionSpecs;
	readonly examples: readonly { readonly line: string; readonly says: string }[];
	/** What the exit codes 0 and 1 mean here; some commands never find anything. */
	readonly exits: { readonly good: string; readonly findings?: string };
}

/** A command, ready to be run. */
export interface Command extends CommandSpec {
	/**
	 * Reads the arguments and does the work.
	 * @throws Fault on wrong usage, and where the work cannot be done
	 */
	run(argv: readonly string[], outside: Outside): Promise<ExitCode>;
}

/** Every command takes it; it is read before all else, so that faults come as JSON too. */
const JSON_OPTION = {
	type: "boolean",
	says: "Print one JSON value on standard output, for machines.",
} as const satisfies OptionSpec;

type WithJson<T extends OptionSpecs> = T & { readonly json: typeof JSON_OPTION };

/** Makes a command; `--json` is added to its options. */
export function defineCommand<const T extends OptionSpecs>(
	spec: CommandSpec & {
		readonly options: T;
		readonly work: (call: Call<WithJson<T>>) => Promise<ExitCode>;
	},
): Command {
	const options: WithJson<T> = { ...spec.options, json: JSON_OPTION };
	return {
		...spec,
		options,
		run(argv, outside) {
			const { values, positionals } = readArguments(argv, options, spec);
			return spec.work({ ...outside, options: values, positionals });
		},
	};
}

/** node:util splits the arguments; what it lets pass is refused here, with the words that help. */
function readArguments<T extends OptionSpecs>(
	argv: readonly string[],
	options: T,
	spec: CommandSpec,
): { readonly values: OptionValues<T>; readonly positionals: readonly string[] } {
	const { tokens } = parseArgs({
		args: [...argv],
		options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])),
		strict: false,
		allowPositionals: true,
		tokens: true,
	});
	const given = new Map<string, string[]>();
	const positionals: string[] = [];
	for (const token of tokens) {
		if (token.kind === "positional") positionals.push(token.value);
		if (token.kind !== "option") continue;
		const name = token.rawName.startsWith("--") ? token.name : nameOfShort(token.name, options);
		const option = Object.hasOwn(options, name) ? options[name] : undefined;
		if (option === undefined) throw unknownOption(token.rawName, options, spec);
		const before = given.get(name);
		given.set(name, [...(before ?? []), optionValue(token, option, spec)]);
		if (before !== undefined && option.type === "string" && !option.multiple) {
			throw usage("repeated-option", `${token.rawName} is given twice, and only one could count.`, spec);
		}
	}
	checkPositionals(positionals, spec);
	const values = Object.entries(options).map(([name, option]) => {
		const texts = given.get(name);
		if (option.type === "boolean") return [name, texts !== undefined];
		return [name, option.multiple ? (texts ?? []) : texts?.[0]];
	});
	return { values: Object.fromEntries(values) as OptionValues<T>, positionals };
}

/** The option that has this letter; the letter itself, which is not an option, where there is none. */
function nameOfShort(letter: string, options: OptionSpecs): string {
	const found = Object.entries(options).find(
		([, option]) => option.type === "boolean" && option.short === letter,
	);
	return found?.[0] ?? `-${letter}`;
}

interface OptionToken {
	readonly rawName: string;
	readonly value?: string | undefined;
	readonly inlineValue?: boolean | undefined;
}

function optionValue(
	{ rawName, value, inlineValue }: OptionToken,
	option: OptionSpec,
	spec: CommandSpec,
): string {
	if (option.type === "boolean") {
		if (value === undefined) return "";
		throw usage("unexpected-value", `${safePart(rawName)} takes no value: it is there or it is not.`, spec);
	}
	// What looks like the next option was not meant to be this one's value; "-" alone is standard input.
	if (value === undefined || (!inlineValue && value.startsWith("-") && value !== "-")) {
		throw usage("missing-value", `${rawName} needs a value: ${rawName} ${option.value}.`, spec);
	}
	return value;
}

function unknownOption(rawName: string, options: OptionSpecs, spec: CommandSpec): Fault {
	const meant = closest(
		rawName,
		[...Object.keys(options), "help"].map((name) => `--${name}`),
	);
	return usage(
		"unknown-option",
		`"cordon ${spec.name}" has no option ${safePart(rawName)}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
		spec,
	);
}

function checkPositionals(positionals: readonly string[], spec: CommandSpec): void {
	const missing = spec.positionals[positionals.length];
	if (missing?.required) {
		throw usage("missing-argument", `"cordon ${spec.name}" needs ${missing.name}: ${missing.says}`, spec);
	}
	const extra = positionals[spec.positionals.length];
	if (extra !== undefined && !spec.positionals.at(-1)?.repeated) {
		throw usage(
			"unexpected-argument",
			`"cordon ${spec.name}" does not know what to do with ${JSON.stringify(extra)}: it takes ${spec.positionals.map(({ name }) => name).join(" and ")} alone.`,
			spec,
		);
	}
}

/** A fault of usage, with where to read on. */
export function usage(code: string, message: string, { name }: Pick<CommandSpec, "name">): Fault {
	return new Fault(code, `${message} See "cordon ${name} --help".`);
}
