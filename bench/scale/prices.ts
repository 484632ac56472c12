/** Owns the prices that the simulation reckons with: data, with their date. */

/** Cloudflare's Workers Paid plan, beyond what it includes; as published on 2026-11-23. */
export const PRICES = {
	asOf: "2026-11-23",
	/** US dollars per million. */
	requests: 0.3,
	/** US dollars per million CPU milliseconds. */
	cpuMilliseconds: 0.02,
	/** US dollars per million keys read. */
	kvReads: 0.5,
} as const;

/** What a million requests cost, in US dollars. */
export function costPerMillion(cpuMilliseconds: number, kvReadsPerRequest: number) {
	const cpu = cpuMilliseconds * PRICES.cpuMilliseconds;
	const kv = kvReadsPerRequest * PRICES.kvReads;
	return { requests: PRICES.requests, cpu, kv, total: PRICES.requests + cpu + kv };
}
