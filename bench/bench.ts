/** Owns `npm run bench`: which measurement runs, and how it is asked for. */

import { Command } from "@commander-js/extra-typings";
import { cliCommand } from "./cli/command.ts";
import { compareCommand } from "./compare/command.ts";
import { originsCommand } from "./origins/command.ts";
import { outageCommand } from "./outage/command.ts";
import { scaleCommand } from "./scale/command.ts";
import { sizeCommand } from "./size/command.ts";
import { tenantsCommand } from "./tenants/command.ts";
import { weightCommand } from "./tenants/weight.ts";

await new Command("npm run bench --")
	.description("What Cordon costs, measured.")
	.addCommand(compareCommand, { isDefault: true })
	.addCommand(originsCommand)
	.addCommand(tenantsCommand)
	.addCommand(scaleCommand)
	.addCommand(outageCommand)
	.addCommand(sizeCommand)
	.addCommand(cliCommand)
	.addCommand(weightCommand)
	.parseAsync();
