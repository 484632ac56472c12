/** Owns the question before something is overwritten: who is asked, and that nobody is where nobody can answer. */

import { type CommandSpec, usage } from "./command.ts";
import { withWord } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

/** How a command was told to ask. */
interface Asking {
	readonly yes: boolean;
	readonly json: boolean;
}

/**
 * Asks, unless `--yes` has answered.
 * @throws CommandFault where nobody can be asked
 */
export async function isAgreed(
	question: string,
	{ yes, json }: Asking,
	spec: CommandSpec,
	terminal: Terminal,
): Promise<boolean> {
	if (yes) return true;
	if (json || !terminal.interactive) {
		const why = json
			? "With --json nobody is asked"
			: process.env["CI"]
				? "Where CI is set nobody is asked"
				: "There is no terminal to ask on";
		throw usage("not-confirmed", `${question} ${why}, so nothing was written. Add --yes to do it.`, spec);
	}
	const given = await withWord(
		() => "Nothing was written.",
		() => terminal.ask(`${question} [y/N] `),
	);
	const answer = given.trim().toLowerCase();
	return answer === "y" || answer === "yes";
}
