/** Owns options that may be given once: of several, commander would take the last. */

import { InvalidArgumentError } from "@commander-js/extra-typings";

/** Reads the value of an option that may stand once in a command line. */
export function once(value: string, before: string | undefined): string {
	if (before !== undefined) throw new InvalidArgumentError("It is given twice, and only one could count.");
	return value;
}
