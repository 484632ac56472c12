/** Owns what the help says beyond what commander makes of arguments and options: examples, exit codes, colours. */

import type { Command as Commander, HelpConfiguration } from "commander";
import { type Colors, visibleLength } from "./colors.ts";
import type { CommandSpec } from "./command.ts";
import { type Terminal, wrap } from "./terminal.ts";

/** Help is laid out for this width where the terminal does not tell its own. */
const DEFAULT_COLUMNS = 80;

/** How commander lays the help out; the commands inherit it from the program. */
export function helpStyle({ columns = DEFAULT_COLUMNS }: Terminal, colors: Colors): HelpConfiguration {
	return {
		helpWidth: columns,
		// A colour is a mark of ours until it is written, and no terminal's code.
		displayWidth: visibleLength,
		subcommandTerm: (command) => command.name(),
		// Without what commander would add: the words have the values in them.
		optionDescription: ({ description }) => description,
		styleTitle: colors.bold,
		styleCommandText: colors.bold,
		styleSubcommandTerm: colors.cyan,
		styleArgumentTerm: colors.cyan,
		styleOptionTerm: colors.cyan,
	};
}

/** Adds what a newcomer begins with to the page that lists all commands. */
export function addOverviewHelp(program: Commander, colors: Colors): void {
	const lines = [
		"validate tenants",
		"explain tenants/acme.jsonc --origin https://app.example.com",
		"push tenants --local",
	];
	program.addHelpText(
		"after",
		[
			"",
			...section(
				"Begin with:",
				lines.map((line) => `  npx cordon ${line}`),
				colors,
			),
			"",
			'"cordon COMMAND --help" says more of each. Exit codes: 0 good, 1 findings, 2 wrong usage or a file that cannot be read.',
		].join("\n"),
	);
}

/** Adds examples and exit codes to the page of a command. */
export function addCommandHelp(
	added: Commander,
	{ examples, exits }: CommandSpec,
	{ colors, columns = DEFAULT_COLUMNS }: Terminal,
): void {
	const codes = [
		["0", exits.good],
		...(exits.findings === undefined ? [] : [["1", exits.findings] as const]),
		["2", "Wrong usage, or something that cannot be read or reached."],
	] as const;
	added.addHelpText("after", () =>
		[
			"",
			...section(
				"Examples:",
				examples.flatMap(({ line, says }) => [
					`  npx cordon ${line}`,
					colors.dim(wrap(says, columns, "      ")),
				]),
				colors,
			),
			"",
			...section(
				"Exit codes:",
				codes.map(([code, says]) => `  ${colors.cyan(code)}  ${wrap(says, columns, "     ").slice(5)}`),
				colors,
			),
		].join("\n"),
	);
}

function section(title: string, lines: readonly string[], colors: Colors): readonly string[] {
	return [colors.bold(title), ...lines];
}
