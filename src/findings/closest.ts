/** Owns the guess at what a misspelt word was meant to be. */

import { distance } from "fastest-levenshtein";

/** Longest word that is guessed at, in characters. */
const MAX_WORD_CHARACTERS = 64;

/**
 * The known word that `word` most likely was meant to be.
 * @returns undefined where none is close: more than a third of its letters differ
 */
export function closest(word: string, known: readonly string[]): string | undefined {
	if (word.length > MAX_WORD_CHARACTERS) return undefined;
	let best: string | undefined;
	let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
	for (const candidate of known) {
		const edits = distance(word.toLowerCase(), candidate.toLowerCase());
		if (edits < bestDistance) {
			best = candidate;
			bestDistance = edits;
		}
	}
	return best;
}
