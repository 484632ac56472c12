/** Owns `npm run bench`: which measurement runs, and how it is asked for. */

import { type ArgsDef, type CommandDef, defineCommand, runMain } from "citty";
import { compare, compareArguments } from "./compare/command.ts";
import { benchOrigins, originsArguments } from "./origins/command.ts";
import { benchOutage, outageArguments } from "./outage/command.ts";
import { benchScale, scaleArguments } from "./scale/command.ts";
import { benchSize, sizeArguments } from "./size/command.ts";
import { benchTenants, tenantsArguments } from "./tenants/command.ts";
import { benchWeight, weightArguments } from "./tenants/weight.ts";

const origins = defineCommand({
	meta: { name: "npm run bench -- origins", description: "What a match costs at each size of the list" },
	args: originsArguments,
	run: ({ args }) => benchOrigins(args),
});

const tenants = defineCommand({
	meta: {
		name: "npm run bench -- tenants",
		description: "What many tenants cost, in CPU, KV reads and heap",
	},
	args: tenantsArguments,
	run: ({ args }) => benchTenants(args),
});

const scale = defineCommand({
	meta: {
		name: "npm run bench -- scale",
		description: "A fleet of isolates and a million tenants, simulated",
	},
	args: scaleArguments,
	run: ({ args }) => benchScale(args),
});

const outage = defineCommand({
	meta: { name: "npm run bench -- outage", description: "What clients see while KV is wrong, in every way" },
	args: outageArguments,
	run: ({ args }) => benchOutage(args),
});

const size = defineCommand({
	meta: { name: "npm run bench -- size", description: "The size of the bundle, by import, and its start-up" },
	args: sizeArguments,
	run: ({ args }) => benchSize(args),
});

const weight = defineCommand({
	meta: {
		name: "npm run bench -- weight",
		description: "What compiled tenants hold of the heap, beside what they are reckoned to hold",
	},
	args: weightArguments,
	run: () => benchWeight(),
});

const whole = defineCommand({
	meta: {
		name: "npm run bench --",
		description:
			"What Cordon costs, beside a bare pass-through Worker and the usual alternatives, in one run. Also: npm run bench -- origins | tenants | scale | outage | size | weight",
	},
	args: compareArguments,
	run: ({ args }) => compare(args),
});

async function run<T extends ArgsDef>(command: CommandDef<T>, rawArgs: string[]): Promise<void> {
	await runMain(command, { rawArgs });
}

const [first, ...rest] = process.argv.slice(2);
switch (first) {
	case "origins":
		await run(origins, rest);
		break;
	case "tenants":
		await run(tenants, rest);
		break;
	case "scale":
		await run(scale, rest);
		break;
	case "outage":
		await run(outage, rest);
		break;
	case "size":
		await run(size, rest);
		break;
	case "weight":
		await run(weight, rest);
		break;
	default:
		await run(whole, process.argv.slice(2));
}
