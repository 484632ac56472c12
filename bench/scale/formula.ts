/** Owns the closed form that the simulation is checked by, and that carries it to other parameters. */

/** Sums whose terms hardly change are taken in steps beyond this rank. */
const EXACT_RANKS = 10_000;

/**
 * KV reads per request of one isolate whose tenants are popular by Zipf's law with exponent 1. A tenant that is asked for
 * r times a second, and read again at the first request after it has been fresh for F seconds, is read once every F + 1/r
 * seconds: r / (1 + rF) reads a second. Summed over all tenants, divided by the requests.
 * @param requestsPerSecond of the isolate
 */
export function readsPerRequest(requestsPerSecond: number, tenants: number, freshSeconds: number): number {
	let harmonic = 0;
	for (const { rank, width } of ranks(tenants)) harmonic += width / rank;
	let reads = 0;
	for (const { rank, width } of ranks(tenants)) {
		const share = 1 / rank / harmonic;
		reads += (width * share) / (1 + requestsPerSecond * share * freshSeconds);
	}
	return reads;
}

/** Every rank by itself at first, then in steps of a thousandth; `width` ranks stand behind each. */
function* ranks(tenants: number): Generator<{ readonly rank: number; readonly width: number }> {
	let rank = 1;
	while (rank <= tenants) {
		const width = rank < EXACT_RANKS ? 1 : Math.min(Math.floor(rank / 1000), tenants - rank + 1);
		yield { rank: rank + (width - 1) / 2, width };
		rank += width;
	}
}
