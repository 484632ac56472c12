/** Owns the parting of long lists: what one call takes, and how many calls are under way at once. */

/** Parts items into batches of at most `maxItems` and `maxBytes`; a single larger item is a batch of its own. */
export function batchesOf<T>(
	items: readonly T[],
	maxItems: number,
	maxBytes = Number.POSITIVE_INFINITY,
	bytesOf: (item: T) => number = () => 0,
): readonly (readonly T[])[] {
	const batches: T[][] = [];
	let batch: T[] = [];
	let bytes = 0;
	for (const item of items) {
		const more = bytesOf(item);
		if (batch.length === maxItems || (batch.length > 0 && bytes + more > maxBytes)) {
			batches.push(batch);
			batch = [];
			bytes = 0;
		}
		batch.push(item);
		bytes += more;
	}
	return batch.length > 0 ? [...batches, batch] : batches;
}

/** Does work for each item, no more than `limit` at once; rejects with the first failure. */
export async function eachOf<T>(
	items: readonly T[],
	limit: number,
	work: (item: T) => Promise<void>,
): Promise<void> {
	const waiting = [...items];
	const worker = async () => {
		for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
	};
	await Promise.all(Array.from({ length: limit }, worker));
}
