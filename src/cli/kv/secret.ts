/** Owns the reading of secrets from the environment. */

import { CommandFault } from "../shell/fault.ts";

/**
 * Reads a secret that goes into a header. Blanks and a line's end around it come of how it was copied, and are no part of it.
 * @returns empty where it is not set
 * @throws CommandFault where no header can hold it; nothing of it is shown
 */
export function secretVariable(name: string): string {
	const value = (process.env[name] ?? "").trim();
	if (/^[\x21-\x7e]*$/.test(value)) return value;
	throw new CommandFault(
		"invalid-secret",
		`${name} holds a blank, a line break or another character that no such value has.\nSet it anew, to the value alone.`,
	);
}
