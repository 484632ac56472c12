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
	/** Whether it was asked for since room was last made. */
	isUsed: boolean;
}

/**
 * Makes a bounded cache that gives everything in use a second chance: room is made from the oldest on, and what was used
 * since the last time goes to the end instead of out. A hit costs one map read and a mark. To put each hit at the end at
 * once would order exactly, and cost two map writes a hit; two generations would need no marks, but an item of more
 * than half of `maxBytes` would turn out everything else.
 * @param maxBytes the bound; an item that is heavier alone is kept, and nothing beside it
 */
export function createBoundedCache<V>(maxBytes: number): BoundedCache<V> {
	const items = new Map<string, Item<V>>();
	let held = 0;

	function remove(key: string): void {
		held -= items.get(key)?.bytes ?? 0;
		items.delete(key);
	}

	function makeRoom(newest: string): void {
		for (const [key, item] of items) {
			if (held <= maxBytes || items.size === 1) return;
			items.delete(key);
			if (item.isUsed || key === newest) {
				item.isUsed = false;
				items.set(key, item);
			} else {
				held -= item.bytes;
			}
		}
	}

	return {
		get(key) {
			const item = items.get(key);
			if (item === undefined) return undefined;
			item.isUsed = true;
			return item.value;
		},
		set(key, value, bytes) {
			remove(key);
			items.set(key, { value, bytes, isUsed: false });
			held += bytes;
			makeRoom(key);
		},
		delete: remove,
		bytes: () => held,
	};
}
