/** Owns the fault: why a command could not do its work at all, as opposed to what it found. */

import { reasonOf } from "../../findings/reason.ts";

/**
 * Typed by mistake: no path or host of use is as long. Of such a word a fault shows what tells which one it was.
 * Rejected alternative: a bound at each of the places that quote.
 */
const LONG_WORD = /\S{300,}/g;
const SHOWN_WORD_CHARACTERS = 100;

/**
 * Wrong usage, a file that cannot be read, a store that does not answer. Ends the command with exit code 2; the one
 * boundary that catches it is in dispatch.ts.
 */
export class CommandFault extends Error {
	override readonly name = "CommandFault";
	/** Stable and machine-readable; part of the public interface. */
	readonly code: string;

	/** @param message what happened, why, and how to put it right */
	constructor(code: string, message: string) {
		super(message.replaceAll(LONG_WORD, (word) => `${word.slice(0, SHOWN_WORD_CHARACTERS)}…`));
		this.code = code;
	}
}

/** The fault that an unexpected error ends in: two plain lines, and the stack for those who ask for it. */
export function unexpected(error: unknown): CommandFault {
	const stack = process.env["CORDON_DEBUG"] === "1" && error instanceof Error ? `\n${error.stack}` : "";
	return new CommandFault(
		"internal-error",
		`Cordon failed on this: ${reasonOf(error).split("\n", 1)[0]}\nPlease report it with the command and the files that led to it; CORDON_DEBUG=1 shows where it happened.${stack}`,
	);
}
