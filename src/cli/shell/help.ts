/** Owns the help: what `cordon --help` and `cordon COMMAND --help` say. */

import type { Colors } from "./colors.ts";
import type { Command, OptionSpec } from "./command.ts";
import { wrap } from "./terminal.ts";

/** Help is laid out for this width where the terminal does not tell its own. */
const DEFAULT_COLUMNS = 80;

/** The page that lists all commands. */
export function renderOverview(
	commands: readonly Command[],
	colors: Colors,
	columns = DEFAULT_COLUMNS,
): string {
	return [
		`${colors.bold("cordon")}: credentialed CORS at the edge, from the command line`,
		section("Usage", ["  npx cordon COMMAND [ARGUMENT…] [--json]"], colors),
		section(
			"Commands",
			table(
				commands.map(({ name, summary }) => [name, summary]),
				colors,
				columns,
			),
			colors,
		),
		section(
			"Begin with",
			[
				"  npx cordon validate tenants/*.jsonc",
				"  npx cordon explain tenants/acme.jsonc --origin https://app.example.com",
				"  npx cordon push tenants --local",
			],
			colors,
		),
		`"cordon COMMAND --help" says more of each. Exit codes: 0 good, 1 findings, 2 wrong usage or a file that cannot be read.`,
	].join("\n\n");
}

/** The page of one command. */
export function renderHelp(command: Command, colors: Colors, columns = DEFAULT_COLUMNS): string {
	const { name, summary, details, positionals, options, examples, exits } = command;
	const words = positionals.map(({ name, required, repeated }) => {
		const word = repeated ? `${name}…` : name;
		return required ? word : `[${word}]`;
	});
	const rows = Object.entries(options).map(
		([key, option]) => [optionWords(key, option), option.says] as const,
	);
	return [
		`${colors.bold(`cordon ${name}`)}: ${summary}`,
		section("Usage", [`  npx cordon ${[name, ...words].join(" ")} [OPTION…]`], colors),
		...details.map((paragraph) => wrap(paragraph, columns, "")),
		section(
			"Arguments",
			table(
				positionals.map((p) => [p.name, p.says]),
				colors,
				columns,
			),
			colors,
		),
		section("Options", table([...rows, ["--help", "Show this page."]], colors, columns), colors),
		section(
			"Examples",
			examples.flatMap(({ line, says }) => [
				`  npx cordon ${line}`,
				colors.dim(wrap(says, columns, "      ")),
			]),
			colors,
		),
		section(
			"Exit codes",
			table(
				[
					["0", exits.good],
					...(exits.findings === undefined ? [] : [["1", exits.findings] as const]),
					["2", "Wrong usage, or something that cannot be read or reached."],
				],
				colors,
				columns,
			),
			colors,
		),
	].join("\n\n");
}

function optionWords(key: string, option: OptionSpec): string {
	if (option.type === "boolean")
		return option.short === undefined ? `--${key}` : `-${option.short}, --${key}`;
	return `--${key} ${option.value}${option.multiple ? " …" : ""}`;
}

function section(title: string, lines: readonly string[], colors: Colors): string {
	return [colors.bold(title), ...lines].join("\n");
}

/** Two columns, the second one wrapped under itself. */
function table(
	rows: readonly (readonly [string, string])[],
	colors: Colors,
	columns: number,
): readonly string[] {
	const width = Math.max(...rows.map(([left]) => left.length));
	const indent = " ".repeat(width + 4);
	return rows.map(
		([left, right]) => `  ${colors.cyan(left)}${wrap(right, columns, indent).slice(2 + left.length)}`,
	);
}
