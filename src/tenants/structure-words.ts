/** Owns the words for what is wrong with a document's structure, and the value or the key that was meant. */

import { mendOrigin } from "../cors/origin-mend.ts";
import type { PatternSafety } from "../cors/pattern-safety.ts";
import { closest } from "../findings/closest.ts";
import { quote } from "../findings/finding.ts";
import type { Said } from "../findings/meant.ts";
import { tokensOf, valueAt } from "../findings/patch.ts";
import { meantBoolean } from "../findings/truths.ts";
import { meantValue, nearestNumber } from "./meant-values.ts";
import { meantDocumentKey, meantMemberKey, meantPolicyKey } from "./peer-keys.ts";
import { isObject } from "./salvage.ts";
import { tenantSchema } from "./schema.ts";
import type { BrokenRule, Shape } from "./structure.ts";
import { meantUpstream } from "./upstream-words.ts";

/** What stands at a place, and around it. */
export interface Around {
	readonly root: unknown;
	readonly pointer: string;
	/** Undefined where there is none. */
	readonly value: unknown;
	/** Of the policy that it stands in. */
	readonly safety: PatternSafety;
}

export function typeWords(shape: Shape, around: Around): Said {
	const { value, pointer } = around;
	if (pointer === "/closed") return closedWords(value);
	const meant = meantValue(shape, pointer, value, around.safety);
	const hint = value === null && shape.type === "optional" ? "Remove the key" : "Change it";
	return { message: `This must be ${expectation(shape)}, not ${describe(value)}. ${hint}.`, meant };
}

export function closedWords(value: unknown): Said {
	return {
		message: `"closed" has the one value true, this is ${describe(value)}: a tenant that is not closed has no "closed". Remove it, or write true to close the tenant.`,
		meant:
			meantBoolean(value) === undefined
				? undefined
				: meantBoolean(value)
					? { kind: "value", value: true, isPlain: true }
					: { kind: "nothing" },
	};
}

export function notAloneWords(beside: readonly string[]): Said {
	return {
		message: `"closed": true stands alone: it answers everything with 503, so that nothing beside it counts. Remove ${beside.length === 1 ? quote(beside[0] ?? "") : `the ${beside.length} other keys`}, or remove "closed" to open the tenant.`,
	};
}

export function documentWords(value: unknown): Said {
	return {
		message: `A tenant document is a JSON object, this is ${typeName(value)}. Begin with {"cors": {"origins": ["https://app.example.com"]}}.`,
	};
}

export function missingWords(pointer: string): Said {
	const key = tokensOf(pointer).at(-1) ?? "";
	return { message: `${quote(key)} is missing here, and nothing can be decided without it. Add it.` };
}

export function ruleWords({ rule, rules }: BrokenRule, value: unknown): Said {
	const bound = Number(rule.requirement);
	const wanted =
		rule.type === "integer"
			? "a whole number"
			: rule.type === "min_value"
				? `at least ${bound}`
				: `at most ${bound}, the largest that counts`;
	const nearest = typeof value === "number" ? nearestNumber(value, rules) : undefined;
	return {
		message: `This must be ${wanted}, not ${describe(value)}. Change it.`,
		meant: nearest === undefined ? undefined : { kind: "value", value: nearest, isPlain: true },
	};
}

const policyKeys = () => Object.keys(entriesOf(tenantSchema.entries.cors) ?? {});

export function keyWords(known: readonly string[], { root, pointer, safety }: Around): Said {
	const tokens = tokensOf(pointer);
	const key = tokens.at(-1) ?? "";
	const say = (rest: string, meant?: string): Said => ({
		message: `${quote(key)} is not a key that Cordon knows here, and a misspelt key must not silently weaken a policy. ${rest}`,
		meant: meant === undefined ? undefined : { kind: "key", key: meant },
	});
	const didYouMean = (meant: string) => say(`Did you mean ${quote(meant)}?`, meant);
	const isPolicy = known.includes("credentials") && known.includes("origins");
	if (isPolicy) {
		const meant = meantPolicyKey(key, known);
		if (meant?.kind === "none") return say(meant.reason);
		if (Object.hasOwn(tenantSchema.entries, key))
			return say(`It belongs at the top of the document, beside "cors".`);
		if (meant === undefined) return say(`Remove it; known here are ${known.join(", ")}.`);
		const holder = valueAt(root, pointer.slice(0, pointer.lastIndexOf("/")));
		const isThere = isObject(holder) && Object.hasOwn(holder, meant.key);
		const word = meant.isPeers
			? `Cordon's word for it is ${quote(meant.key)}`
			: `Did you mean ${quote(meant.key)}`;
		const end = meant.isPeers ? "." : "?";
		// A misspelt key that is written right would stand twice; another program's word for it is still worth the translation.
		return say(
			isThere ? `${word}, which stands here already${end} Remove this one.` : `${word}${end}`,
			isThere && !meant.isPeers ? undefined : meant.key,
		);
	}
	if (known.includes("cors")) {
		if (policyKeys().includes(key)) return say(`It belongs inside "cors": {"cors": {${quote(key)}: …}}.`);
		const own = meantDocumentKey(key, known);
		if (own !== undefined) return didYouMean(own);
		const meant = meantPolicyKey(key, policyKeys());
		if (meant?.kind === "none") return say(meant.reason);
		if (meant !== undefined)
			return say(`It belongs inside "cors", where Cordon's word for it is ${quote(meant.key)}.`);
		return say(`Remove it; known here are ${known.join(", ")}.`);
	}
	const alone = aloneWords(known, valueAt(root, pointer), safety);
	if (alone !== undefined) return say(alone);
	const meant = meantMemberKey(key, known) ?? closest(key, known);
	return meant === undefined ? say(`Remove it; known here are ${known.join(", ")}.`) : didYouMean(meant);
}

/** What stands in an object, and would be right without it: the origin of an entry, the address of an upstream. */
function aloneWords(known: readonly string[], value: unknown, safety: PatternSafety): string | undefined {
	if (typeof value !== "string" || !value.includes("://")) return undefined;
	if (known.includes("directory")) {
		const { patterns = [] } = mendOrigin(value, safety) ?? {};
		const written = patterns.length === 0 ? "" : `: ${patterns.map(quote).join(", ")}`;
		return `An origin stands in the list by itself, not in an object${written}.`;
	}
	return known.includes("service")
		? `An address stands by itself, not in an object: "upstream": ${quote(meantUpstream(value) ?? value)}.`
		: undefined;
}

/** The entries of the first object in a shape. */
function entriesOf(shape: Shape): Readonly<Record<string, Shape>> | undefined {
	switch (shape.type) {
		case "optional":
			return entriesOf(shape.wrapped);
		case "array":
			return entriesOf(shape.item);
		case "union":
			return shape.options.map(entriesOf).find((entries) => entries !== undefined);
		case "strict_object":
			return shape.entries;
		default:
			return undefined;
	}
}

function expectation(shape: Shape): string {
	switch (shape.type) {
		case "optional":
			return expectation(shape.wrapped);
		case "union":
			return shape.options.map(expectation).join(" or ");
		case "picklist":
			return shape.options.map((option) => JSON.stringify(option)).join(" or ");
		case "literal":
			return JSON.stringify(shape.literal);
		case "array":
			return "a list";
		case "strict_object":
			return "an object";
		default:
			return `a ${shape.type}`;
	}
}

function describe(value: unknown): string {
	return typeof value === "string"
		? quote(value)
		: typeof value === "number" || typeof value === "boolean"
			? String(value)
			: typeName(value);
}

function typeName(value: unknown): string {
	if (value === null) return "null";
	if (value === undefined) return "missing";
	if (Array.isArray(value)) return "a list";
	return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
