/** Owns the words for what is wrong with a document's structure, and the value or the key that was meant. */

import { mendNames, NAME_CHECKS } from "../cors/name-words.ts";
import { mendOrigin } from "../cors/origin-mend.ts";
import type { PatternSafety } from "../cors/pattern-safety.ts";
import { closest } from "../findings/closest.ts";
import { quote } from "../findings/finding.ts";
import { isSmall, type Meant, type Said } from "../findings/meant.ts";
import { tokensOf, valueAt } from "../findings/patch.ts";
import { meantDocumentKey, meantPolicyKey } from "./peer-keys.ts";
import { isObject } from "./salvage.ts";
import { tenantSchema } from "./schema.ts";
import type { BrokenRule, Shape } from "./structure.ts";

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
	const meant = meantValue(shape, around);
	const hint = value === null && shape.type === "optional" ? "Remove the key" : "Change it";
	return { message: `This must be ${expectation(shape)}, not ${describe(value)}. ${hint}.`, meant };
}

export function closedWords(value: unknown): Said {
	return {
		message: `"closed" has the one value true, this is ${describe(value)}: a tenant that is not closed has no "closed". Remove it, or write true to close the tenant.`,
		meant:
			value === "true"
				? { kind: "value", value: true, isPlain: true }
				: value === false
					? { kind: "nothing" }
					: undefined,
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

function nearestNumber(value: number, rules: BrokenRule["rules"]): number {
	let nearest = value;
	for (const { type, requirement } of rules) {
		if (type === "integer") nearest = Math.round(nearest);
		if (type === "min_value") nearest = Math.max(nearest, Number(requirement));
		if (type === "max_value") nearest = Math.min(nearest, Number(requirement));
	}
	return nearest;
}

const policyKeys = () => Object.keys(entriesOf(tenantSchema.entries.cors) ?? {});

export function keyWords(known: readonly string[], { root, pointer }: Around): Said {
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
		return say(
			isThere ? `${word}, which stands here already${end} Remove this one.` : `${word}${end}`,
			meant.key,
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
	const meant = closest(key, known);
	return meant === undefined ? say(`Remove it; known here are ${known.join(", ")}.`) : didYouMean(meant);
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

/** `"true"` for true, `"none"` for "None", `"PUT, DELETE"` for a list: what was meant is plain. */
function meantValue(shape: Shape, around: Around): Meant | undefined {
	const { value } = around;
	if (shape.type === "optional") {
		return value === null ? { kind: "nothing" } : meantValue(shape.wrapped, around);
	}
	if (shape.type === "union") {
		return shape.options.map((option) => meantValue(option, around)).find((meant) => meant !== undefined);
	}
	if (shape.type === "array") return meantList(around);
	if (shape.type === "strict_object") {
		const [only] = Array.isArray(value) && value.length === 1 ? value : [];
		return isObject(only) && isSmall(only) ? { kind: "value", value: only, isPlain: true } : undefined;
	}
	if (typeof value !== "string") return undefined;
	const text = value.trim();
	switch (shape.type) {
		case "boolean": {
			const lower = text.toLowerCase();
			const isBoolean = lower === "true" || lower === "false";
			return isBoolean ? { kind: "value", value: lower === "true", isPlain: true } : undefined;
		}
		case "number": {
			const number = Number(text);
			if (text === "" || !Number.isFinite(number)) return undefined;
			return { kind: "value", value: nearestNumber(number, shape.pipe ?? []), isPlain: true };
		}
		case "picklist":
		case "literal": {
			if (shape.type === "literal" && typeof shape.literal !== "string") return undefined;
			const options = shape.type === "picklist" ? shape.options : [String(shape.literal)];
			const meant = closest(text, options);
			// "*" is near to everything that is short, and nobody means everybody by a slip.
			return meant === undefined || meant === "*"
				? undefined
				: { kind: "value", value: meant, isPlain: true };
		}
		default:
			return undefined;
	}
}

/** One value where a list is meant: the list, and what is in the value as its entries. */
function meantList({ value, pointer, safety }: Around): Meant | undefined {
	if (isObject(value)) return isSmall(value) ? { kind: "value", value: [value], isPlain: true } : undefined;
	if (typeof value !== "string") return undefined;
	const key = tokensOf(pointer).at(-1) ?? "";
	const check = NAME_CHECKS[key];
	if (check !== undefined) {
		const names = mendNames(value, check);
		return names === undefined ? undefined : { kind: "value", value: [...new Set(names)], isPlain: true };
	}
	const origins = key === "origins" ? mendOrigin(value, safety) : undefined;
	return origins && { kind: "value", value: origins.patterns, isPlain: origins.isPlain };
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
