/** Owns the reckoning of what compiled values hold of an isolate's heap; `npm run bench -- weight` holds it to the truth. */

/** V8 packs pointers into 4 bytes in workerd; Node does not, and there all this is about 1.6 times as much. */
const WORD_BYTES = 4;

/** The header of any object: its map, its properties, its elements. */
const OBJECT_HEADER_BYTES = 3 * WORD_BYTES;

/** The header of a string: its map, its hash, its length. */
const STRING_HEADER_BYTES = 12;

/** A function with what it closes over. */
export const CLOSURE_BYTES = 64;

/** The least capacity of a Map. */
const MIN_CAPACITY = 4;

/** An entry has its key, its value and its chain, and there is a bucket for each two. */
const WORDS_PER_ENTRY = 3.5;

/** The table of a Map besides its entries: three words, and what an empty one has. */
const TABLE_HEADER_BYTES = 8 * WORD_BYTES;

/** A string of so many characters, ASCII; there is one empty string for all. */
export function stringBytes(characters: number): number {
	if (characters === 0) return 0;
	return STRING_HEADER_BYTES + WORD_BYTES * Math.ceil(characters / WORD_BYTES);
}

/** An object with so many fields; what they hold is not in it. */
export function objectBytes(fields: number): number {
	return OBJECT_HEADER_BYTES + WORD_BYTES * fields;
}

/** A list of so many items; what they hold is not in it. */
export function arrayBytes(items: number): number {
	return 2 * OBJECT_HEADER_BYTES + WORD_BYTES * items;
}

/** A Map of so many entries; what they hold is not in it. The capacity doubles each time that it is full. */
export function mapBytes(entries: number): number {
	const capacity = Math.max(MIN_CAPACITY, 2 ** Math.ceil(Math.log2(Math.max(1, entries))));
	return OBJECT_HEADER_BYTES + TABLE_HEADER_BYTES + WORD_BYTES * capacity * WORDS_PER_ENTRY;
}
