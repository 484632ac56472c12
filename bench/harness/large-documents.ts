/** Owns the large documents that the stand-in for Workers KV makes, each as large as a document of its kind may be. */

/** What a large document has much of. */
export const LARGE_KINDS = ["origins", "wildcards", "routes"] as const;

type LargeKind = (typeof LARGE_KINDS)[number];

const ORIGINS = 100_000;
const WILDCARDS = 10_000;
const ROUTES = 1000;
const NAMES_OF_ROUTE = 20;

/** The host of the large document of a kind that has this number. */
export function largeHost(kind: LargeKind, number: number): string {
	return `${kind}-${number}.large.example`;
}

/** The text of the document of a host; undefined where it is not one of these. */
export function largeDocument(host: string): string | undefined {
	const [, kind, number] = /^(origins|wildcards|routes)-(\d+)\.large\.example$/.exec(host) ?? [];
	if (kind === undefined || number === undefined) return undefined;
	return JSON.stringify(contentOf(kind as LargeKind, number));
}

function contentOf(kind: LargeKind, number: string): object {
	switch (kind) {
		case "origins":
			return { cors: { origins: listOf(ORIGINS, (i) => `https://shop-${i}.of-${number}.example`) } };
		case "wildcards":
			return { cors: { origins: listOf(WILDCARDS, (i) => `https://*.shop-${i}.of-${number}.example`) } };
		case "routes":
			return {
				cors: { origins: [] },
				routes: listOf(ROUTES, (route) => ({
					path: `/of-${number}/${route}/*`,
					cors: {
						origins: [`https://*.shop-${route}.of-${number}.example`],
						requestHeaders: listOf(NAMES_OF_ROUTE, (i) => `X-Of-${number}-${route}-${i}`),
					},
				})),
			};
	}
}

function listOf<T>(count: number, itemOf: (index: number) => T): readonly T[] {
	return Array.from({ length: count }, (_, index) => itemOf(index));
}
