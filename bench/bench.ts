/** Owns `npm run bench`: which measurement runs, and how it is asked for. */

import { type ArgsDef, type CommandDef, defineCommand, runMain } from "citty";
import { compare, compareArguments } from "./compare/command.ts";
import { benchOrigins, originsArguments } from "./origins/command.ts";

const origins = defineCommand({
	meta: { name: "npm run bench -- origins", description: "What a match costs at each size of the list" },
	args: originsArguments,
	run: ({ args }) => benchOrigins(args),
});

const whole = defineCommand({
	meta: {
		name: "npm run bench --",
		description:
			"What Cordon costs, beside a bare pass-through Worker and the usual alternatives, in one run. Also: npm run bench -- origins",
	},
	args: compareArguments,
	run: ({ args }) => compare(args),
});

async function run<T extends ArgsDef>(command: CommandDef<T>, rawArgs: string[]): Promise<void> {
	await runMain(command, { rawArgs });
}

const [first, ...rest] = process.argv.slice(2);
if (first === "origins") await run(origins, rest);
else await run(whole, process.argv.slice(2));
