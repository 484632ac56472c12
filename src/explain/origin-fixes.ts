/** Owns what suggests itself where an origin, or its credentials, are not allowed. */

import { parseOriginPattern } from "../cors/origin-pattern.ts";
import { createOriginSet } from "../cors/origin-set.ts";
import type { CorsConfig } from "../cors/policy.ts";
import { pointerTo } from "../findings/finding.ts";
import { type PatchOperation, valueAt } from "../findings/patch.ts";
import type { Question } from "./question.ts";
import type { Fix } from "./report.ts";

/** The first of these that is accepted is taken. */
export type Alternatives = readonly Fix[];

/** A change of the page alone. */
export function page(says: string, change: Partial<Question>): Fix {
	return { says, patch: [], page: change };
}

/** Lets an origin in that no policy has. */
export function originFixes(document: unknown, policy: string, origin: string): Alternatives {
	const pointer = pointerTo(policy, "origins");
	const add = (value: string): readonly PatchOperation[] => [{ op: "add", path: `${pointer}/-`, value }];
	const says = (value: string) => `add ${JSON.stringify(value)} to ${pointer}`;
	if (!Array.isArray(valueAt(document, pointer))) return [];
	const secure = origin.startsWith("http://") ? `https://${origin.slice("http://".length)}` : undefined;
	const entries = valueAt(document, pointer) as readonly unknown[];
	const isListed = secure !== undefined && matchesOne(entries, secure);
	return [
		{ says: says(origin), patch: add(origin) },
		...(isListed
			? [page(`serve the page over https: ${secure} is allowed already`, { origin: secure })]
			: []),
		...(secure === undefined || isListed
			? []
			: [
					{
						says: `serve the page over https, and ${says(secure)}`,
						patch: add(secure),
						page: { origin: secure },
					},
				]),
	];
}

/** Lets the origin send its cookies. */
export function credentialsFixes(document: unknown, policy: string, origin: string): Alternatives {
	if (valueAt(document, pointerTo(policy, "origins")) === "*") {
		return [...credentialsBeforeAny(document, policy, origin), OMIT];
	}
	const path = pointerTo(policy, "credentials");
	const op = valueAt(document, path) === undefined ? "add" : "replace";
	return [{ says: `set "credentials": true in ${policy}`, patch: [{ op, path, value: true }] }, OMIT];
}

const OMIT = page("let the page call without credentials", { credentials: "omit" });

/** "*" never has credentials: a policy before it has them for this origin, one that is there already or a new one. */
function credentialsBeforeAny(document: unknown, policy: string, origin: string): Alternatives {
	const [, list = policy, index] = /^(.*\/cors)\/(\d+)$/.exec(policy) ?? [];
	const held = valueAt(document, list);
	const before =
		index === undefined || !Array.isArray(held) ? [] : (held.slice(0, Number(index)) as CorsConfig[]);
	const joined = before.flatMap(({ credentials, origins }, at): Alternatives => {
		const pointer = `${list}/${at}/origins`;
		if (credentials !== true || !Array.isArray(origins)) return [];
		return [
			{
				says: `add ${JSON.stringify(origin)} to ${pointer}, which has credentials`,
				patch: [{ op: "add", path: `${pointer}/-`, value: origin }],
			},
		];
	});
	const any = valueAt(document, policy) as CorsConfig;
	const own = { ...any, origins: [origin], credentials: true };
	const patch: readonly PatchOperation[] =
		index === undefined
			? [{ op: "replace", path: policy, value: [own, any] }]
			: [{ op: "add", path: policy, value: own }];
	const says = `put a policy with "credentials": true for ${JSON.stringify(origin)} before the one of "*" at ${policy} (or let the page call without credentials)`;
	return [...joined, { says, patch }];
}

function matchesOne(entries: readonly unknown[], origin: string): boolean {
	const patterns = entries.flatMap((entry) => {
		const parsed = typeof entry === "string" ? parseOriginPattern(entry) : undefined;
		return parsed?.ok ? [parsed.pattern] : [];
	});
	return createOriginSet([patterns]).match(origin) !== undefined;
}
