/** Owns what Node 20 lacks of the language and of URL: the command line runs there too, and the process is its own. */

URL.parse ??= (text: string | URL, base?: string | URL) =>
	URL.canParse(String(text), base === undefined ? undefined : String(base)) ? new URL(text, base) : null;

Promise.withResolvers ??= <T>() => {
	let resolve: PromiseWithResolvers<T>["resolve"] = () => {};
	let reject: PromiseWithResolvers<T>["reject"] = () => {};
	const promise = new Promise<T>((onResolve, onReject) => {
		resolve = onResolve;
		reject = onReject;
	});
	return { promise, resolve, reject };
};

Map.groupBy ??= <K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> => {
	const groups = new Map<K, T[]>();
	let index = 0;
	for (const item of items) {
		const key = keyOf(item, index++);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [item]);
		else group.push(item);
	}
	return groups;
};

Object.groupBy ??= <K extends PropertyKey, T>(
	items: Iterable<T>,
	keyOf: (item: T, index: number) => K,
): Partial<Record<K, T[]>> => Object.fromEntries(Map.groupBy(items, keyOf)) as Partial<Record<K, T[]>>;
