/** Owns the arithmetic: medians, percentiles, paired ratios and their noise. */

/** The value below which `fraction` of the numbers lie. */
export function percentile(numbers: readonly number[], fraction: number): number {
	const sorted = [...numbers].sort((a, b) => a - b);
	const place = (sorted.length - 1) * fraction;
	const low = Math.floor(place);
	const below = sorted[low] ?? Number.NaN;
	const above = sorted[Math.ceil(place)] ?? below;
	return below + (above - below) * (place - low);
}

export function median(numbers: readonly number[]): number {
	return percentile(numbers, 0.5);
}

export function mean(numbers: readonly number[]): number {
	return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** A ratio with what is known of its precision. */
export interface Ratio {
	readonly ratio: number;
	/** One standard error, from how far the pairs of processes and the rounds lie apart. */
	readonly standardError: number;
	/** The ratio of the means, garbage collection and all. */
	readonly ofMeans: number;
}

/**
 * Compares two contenders that took turns. Each pair of their processes is reduced by itself, to the median over the
 * rounds, and only then the mean is taken: a mean inside a round would set tails against medians.
 * @param subject by process, then by round
 * @param base by process, then by round, in the same rounds
 */
export function pairedRatio(
	subject: readonly (readonly number[])[],
	base: readonly (readonly number[])[],
): Ratio {
	const pairs: number[] = [];
	const errors: number[] = [];
	for (const ours of subject) {
		for (const theirs of base) {
			const ratios = ours.map((cost, round) => cost / (theirs[round] ?? Number.NaN));
			pairs.push(median(ratios));
			errors.push(medianError(ratios));
		}
	}
	const ratio = mean(pairs);
	const betweenPairs = Math.sqrt(mean(pairs.map((pair) => (pair - ratio) ** 2)));
	const processes = Math.max(1, Math.min(subject.length, base.length));
	return {
		ratio,
		standardError: Math.hypot(betweenPairs, mean(errors)) / Math.sqrt(processes),
		ofMeans: mean(subject.flat()) / mean(base.flat()),
	};
}

/** The standard error of a median, from the distance of the quartiles, as of a normal distribution. */
function medianError(numbers: readonly number[]): number {
	const quartiles = percentile(numbers, 0.75) - percentile(numbers, 0.25);
	return (1.2533 * quartiles) / 1.349 / Math.sqrt(numbers.length);
}

/** The same order for the same seed; results of two runs differ by what was measured, not by what was asked. */
export function createRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
	const copy = [...items];
	for (let i = copy.length - 1; i > 0; i--) {
		const j = Math.floor(random() * (i + 1));
		[copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
	}
	return copy;
}

/** Draws ranks (0 is the most popular) by Zipf's law with exponent 1, by inversion over a table of sums. */
export function createZipf(count: number, random: () => number): () => number {
	const sums = new Float64Array(count);
	let total = 0;
	for (let i = 0; i < count; i++) {
		total += 1 / (i + 1);
		sums[i] = total;
	}
	return () => {
		const wanted = random() * total;
		let low = 0;
		let high = count - 1;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((sums[middle] ?? 0) < wanted) low = middle + 1;
			else high = middle;
		}
		return low;
	};
}
