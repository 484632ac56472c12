/** Owns the policies of one place, a document or a route: one `cors` object or a list of them, compiled together. */

import type { Findings } from "../findings/collector.ts";
import { pointerTo } from "../findings/finding.ts";
import { objectBytes, stringBytes } from "../isolate/weight.ts";
import {
	type AllowedOrigins,
	checkOrigins,
	combineOrigins,
	type OriginQuota,
	type PolicyOrigins,
} from "./allowed-origins.ts";
import { type CorsConfig, compilePolicy, type Policy } from "./policy.ts";

/** Policies that one list may have. */
export const MAX_POLICIES = 16;

/** `cors` as it is configured: the first policy whose origins allow the request's origin applies. */
export type CorsConfigs = CorsConfig | readonly CorsConfig[];

/** Compiled policies. */
export interface Policies {
	/** Whose origins are allowed, and by which policy. */
	readonly origins: AllowedOrigins;
	readonly list: readonly Policy[];
	/** The policy of every origin: the last one, where it is that. A request without `Origin` gets what it says. */
	readonly ofAnyOrigin: Policy | undefined;
	/** Whether the sharing headers differ between origins; if not, the response needs no `Vary: Origin`. */
	readonly variesByOrigin: boolean;
	/** Whether `Timing-Allow-Origin` is any policy's to say: then it is not the upstream's, for nobody. */
	readonly ownsTiming: boolean;
	/** What it holds, as reckoned. */
	readonly weightBytes: number;
}

/** A policy of a list, with where it stands. */
export interface PlacedPolicy {
	readonly cors: CorsConfig;
	readonly pointer: string;
}

/** The policies of `cors`, each with its pointer: that of `cors` itself where it is one, its item's in a list. */
export function placedPolicies(cors: CorsConfigs, pointer: string): readonly PlacedPolicy[] {
	// A list may have holes where a faulty item stood, and flatMap passes them over.
	return isList(cors)
		? cors.flatMap((each, index) => [{ cors: each, pointer: pointerTo(pointer, index) }])
		: [{ cors, pointer }];
}

function isList(cors: CorsConfigs): cors is readonly CorsConfig[] {
	return Array.isArray(cors);
}

/**
 * Checks and compiles the policies of one place.
 * @param pointer where they stand in the document
 * @param findings takes every finding
 * @param quota of origins, of the document that they are in
 * @returns undefined where the document has any finding, here or elsewhere
 */
export function compilePolicies(
	cors: CorsConfigs,
	pointer: string,
	findings: Findings,
	quota: OriginQuota,
): Policies | undefined {
	const placed = placedPolicies(cors, pointer);
	const origins: PolicyOrigins[] = [];
	const list: Policy[] = [];
	const directories = new Set<string>();
	placed.forEach(({ cors: config, pointer: place }, index) => {
		if (findings.isEnough()) return;
		const policyOrigins = checkOrigins(
			config.origins,
			{
				credentials: config.credentials === true,
				dangerouslyAllowAnyExtension: config.dangerouslyAllowAnyExtension === true,
				dangerouslyAllowInsecureOrigins: config.dangerouslyAllowInsecureOrigins === true,
				dangerouslyAllowPublicSuffixSubdomains: config.dangerouslyAllowPublicSuffixSubdomains === true,
			},
			pointerTo(place, "origins"),
			findings,
			quota,
			directories,
		);
		if (policyOrigins.kind === "any" && index < placed.length - 1) {
			// What follows could never apply.
			findings.add({ code: "unreachable-policy", pointer: pointerTo(place, "origins") });
		}
		origins.push(policyOrigins);
		const policy = compilePolicy(config, place, findings);
		if (policy !== undefined) list.push(policy);
	});
	// Of a document that is refused nothing is used.
	if (findings.count() > 0) return undefined;
	const allowed = combineOrigins(origins);
	return {
		origins: allowed,
		list,
		ofAnyOrigin: allowed.anyPolicy === undefined ? undefined : list[allowed.anyPolicy],
		variesByOrigin: list.length > 1 || list.some(({ namesOrigin }) => namesOrigin),
		ownsTiming: list.some(({ timingAllowOrigin }) => timingAllowOrigin),
		weightBytes: weightOf(allowed, list),
	};
}

function weightOf({ set, asking }: AllowedOrigins, list: readonly Policy[]): number {
	let bytes = objectBytes(6) + objectBytes(3) + set.weightBytes;
	for (const { weightBytes } of list) bytes += weightBytes;
	for (const { directories } of asking) {
		bytes += objectBytes(3);
		for (const { length } of directories) bytes += stringBytes(length);
	}
	return bytes;
}
