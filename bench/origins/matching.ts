/** Owns the measurement of the match itself: pure code, at each size of the list, in this very process. */

import { parseOriginPattern } from "../../src/cors/origin-pattern.ts";
import { createOriginSet, type OriginSet } from "../../src/cors/origin-set.ts";
import { parseTenant } from "../../src/tenants/tenant.ts";
import type { Progress } from "../harness/progress.ts";
import { createRandom, median, shuffled } from "../harness/statistics.ts";
import type { Table } from "../harness/table.ts";

/** Look-ups in one turn: long enough for the clock, short enough for many turns. */
const TURN_MATCHES = 20_000;
/** Policies that a document may have in one list; the entries are dealt out to them in turn. */
const POLICIES = [1, 16] as const;
/** Origins that are asked about in turn; each is a fresh string, as a request's header is. */
const ASKED_ORIGINS = 512;

interface Kind {
	readonly name: string;
	readonly sizes: readonly number[];
	readonly entry: (index: number) => string;
	/** An origin that the entry allows, and that no other does. */
	readonly hit: (index: number) => string;
	/** One that looks alike and is denied. */
	readonly miss: (index: number) => string;
}

const KINDS: readonly Kind[] = [
	{
		name: "exact",
		sizes: [1, 10, 100, 1000, 10_000, 100_000],
		entry: (i) => `https://app.customer-${i}.example`,
		hit: (i) => `https://app.customer-${i}.example`,
		miss: (i) => `https://app.costumer-${i}.example`,
	},
	{
		name: "subdomains",
		sizes: [1, 10, 100, 1000, 10_000],
		entry: (i) => `https://*.customer-${i}.example`,
		hit: (i) => `https://www.customer-${i}.example`,
		miss: (i) => `https://www.costumer-${i}.example`,
	},
	{
		name: "in-label globs",
		sizes: [1, 10, 100, 1000, 10_000],
		entry: (i) => `https://pr${i}-*.preview.example`,
		hit: (i) => `https://pr${i}-x.preview.example`,
		miss: (i) => `https://xr${i}-x.preview.example`,
	},
];

interface Subject {
	readonly kind: Kind;
	readonly policies: number;
	readonly size: number;
	readonly set: OriginSet;
	readonly asked: { readonly hit: readonly Buffer[]; readonly miss: readonly Buffer[] };
	readonly nanoseconds: { readonly hit: number[]; readonly miss: number[] };
}

/** Measures the match at each size, hit and miss, in as many rounds. */
export function measureMatching(rounds: number, progress: Progress): Table {
	const subjects = KINDS.flatMap((kind) =>
		kind.sizes.flatMap((size) =>
			POLICIES.filter((policies) => policies <= size).map((policies) => createSubject(kind, size, policies)),
		),
	);
	const random = createRandom(3);
	for (const subject of subjects) turn(subject, "hit");
	for (let round = 0; round < rounds; round++) {
		progress.say(`matching, round ${round + 1} of ${rounds}`, round / rounds);
		for (const subject of shuffled(subjects, random)) {
			for (const outcome of ["hit", "miss"] as const)
				subject.nanoseconds[outcome].push(turn(subject, outcome));
		}
	}
	return matchTable(subjects);
}

function createSubject(kind: Kind, size: number, policies: number): Subject {
	const patterns = Array.from({ length: size }, (_, i) => {
		const result = parseOriginPattern(kind.entry(i));
		if (!result.ok) throw new Error(result.refusal.code);
		return result.pattern;
	});
	const asked = (origin: (index: number) => string) =>
		Array.from({ length: ASKED_ORIGINS }, (_, i) => Buffer.from(origin((i * 7919) % size), "latin1"));
	return {
		kind,
		size,
		policies,
		set: createOriginSet(
			Array.from({ length: policies }, (_, policy) => patterns.filter((_, i) => i % policies === policy)),
		),
		asked: { hit: asked(kind.hit), miss: asked(kind.miss) },
		nanoseconds: { hit: [], miss: [] },
	};
}

/** @returns the time of one match in nanoseconds, the making of its string included */
function turn({ set, asked }: Subject, outcome: "hit" | "miss"): number {
	const origins = asked[outcome];
	let found = 0;
	const begun = process.hrtime.bigint();
	for (let i = 0; i < TURN_MATCHES; i++) {
		const origin = origins[i % ASKED_ORIGINS]?.toString("latin1") ?? "";
		if (set.match(origin) !== undefined) found++;
	}
	const nanoseconds = Number(process.hrtime.bigint() - begun) / TURN_MATCHES;
	if (found !== (outcome === "hit" ? TURN_MATCHES : 0)) throw new Error(`wrong: ${found} found`);
	return nanoseconds;
}

function matchTable(subjects: readonly Subject[]): Table {
	const rows = subjects.map(({ kind, size, policies, nanoseconds }) => {
		// A list is held against that of one entry, 16 policies against one policy with the same entries.
		const one = subjects.find(
			(other) => other.kind === kind && other.policies === 1 && other.size === (policies === 1 ? 1 : size),
		);
		const cells = (["hit", "miss"] as const).flatMap((outcome) => {
			const cost = median(nanoseconds[outcome]);
			// Paired by round: what disturbs a round disturbs both.
			const ratios = nanoseconds[outcome].map(
				(value, round) => value / (one?.nanoseconds[outcome][round] ?? value),
			);
			return [`${cost.toFixed(0)} ns`, median(ratios).toFixed(2)];
		});
		const name = `${kind.name}, ${size.toLocaleString("en")}`;
		return [policies === 1 ? name : `${name}, in ${policies} policies`, ...cells];
	});
	return [["list", "hit", "/ list of one, or / one policy", "miss", "likewise"], ...rows];
}

/** @returns the document's size and the CPU time of a load */
export function loadCost(size: number): readonly [string, string] {
	const origins = Array.from({ length: size }, (_, i) => `https://app.customer-${i}.example`);
	const text = JSON.stringify({ cors: { origins, credentials: true } });
	const milliseconds = Array.from({ length: 5 }, () => {
		const before = process.cpuUsage();
		if (!parseTenant(text).ok) throw new Error("the document is refused");
		const { user, system } = process.cpuUsage(before);
		return (user + system) / 1000;
	});
	return [`${(text.length / 1e6).toFixed(2)} MB`, `${median(milliseconds).toFixed(0)} ms`];
}
