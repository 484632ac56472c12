/** Owns what something that was thrown says for itself. */

/** What an error says; for errors of the system, without their stack. */
export function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
