/** Owns the variable CORDON_TEST_BROWSERS: whether missing browsers are installed, only found, or all left out. */

/** `install` what is missing where that is possible, use what is `installed`, or `skip` browsers altogether. */
export type Choice = "install" | "installed" | "skip";

/** The name of the variable. */
export const VARIABLE = "CORDON_TEST_BROWSERS";

/** Reads the choice; `install` if there is none. Throws an `Error` for the user where it is another word. */
export function readChoice(env: Readonly<Record<string, string | undefined>>): Choice {
	const word = env[VARIABLE] ?? "";
	if (word === "") return "install";
	if (word === "install" || word === "installed" || word === "skip") return word;
	throw new Error(`${VARIABLE} must be "install" (the default), "installed" or "skip", not "${word}".`);
}
