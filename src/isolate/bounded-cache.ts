/** Owns a map that is bounded by bytes and forgets what was not used for longest. */

/** A map of at most about `maxBytes`; the bytes of a value are what its owner says they are. */
export interface BoundedCache<V> {
	get(key: string): V | undefined;
	set(key: string, value: V, bytes: number): void;
	delete(key: string): void;
	/** The bytes held, by the owner's reckoning. */
	bytes(): number;
}

interface Item<V> {
	readonly value: V;
	readonly bytes: number;
}

/**
 * Makes a bounded cache of two generations: once the young one holds half of `maxBytes` it becomes the old one, and the
 * old one goes. What is used moves to the young one, so a look-up that hits costs one or two map reads and no
 * re-ordering.
 * @param maxBytes the bound; one item more may stand above it, whatever its size
 */
export function createBoundedCache<V>(maxBytes: number): BoundedCache<V> {
	let young = new Map<string, Item<V>>();
	let old = new Map<string, Item<V>>();
	let youngBytes = 0;
	let oldBytes = 0;

	function insert(key: string, item: Item<V>): void {
		if (young.size > 0 && youngBytes + item.bytes > maxBytes / 2) {
			old = young;
			oldBytes = youngBytes;
			young = new Map();
			youngBytes = 0;
		}
		young.set(key, item);
		youngBytes += item.bytes;
	}

	function remove(key: string): void {
		const inYoung = young.get(key);
		if (inYoung !== undefined) youngBytes -= inYoung.bytes;
		young.delete(key);
		const inOld = old.get(key);
		if (inOld !== undefined) oldBytes -= inOld.bytes;
		old.delete(key);
	}

	return {
		get(key) {
			const inYoung = young.get(key);
			if (inYoung !== undefined) return inYoung.value;
			const inOld = old.get(key);
			if (inOld === undefined) return undefined;
			old.delete(key);
			oldBytes -= inOld.bytes;
			insert(key, inOld);
			return inOld.value;
		},
		set(key, value, bytes) {
			remove(key);
			insert(key, { value, bytes });
		},
		delete: remove,
		bytes: () => youngBytes + oldBytes,
	};
}
