/** Owns what a value of the wrong type was meant to be: `"true"` for true, `"2h"` for 7200, `"PUT, DELETE"` for a list. */

import { mendNames, NAME_CHECKS } from "../cors/name-words.ts";
import { mendOrigin } from "../cors/origin-mend.ts";
import type { PatternSafety } from "../cors/pattern-safety.ts";
import { closest } from "../findings/closest.ts";
import { isSmall, type Meant } from "../findings/meant.ts";
import { tokensOf } from "../findings/patch.ts";
import { meantBoolean } from "../findings/truths.ts";
import { isObject } from "./salvage.ts";
import type { BrokenRule, Shape } from "./structure.ts";

/** By key the values that other programs' words stand for. To take one over is left to whoever reads the suggestion. */
const PEER_WORDS: Readonly<Record<string, readonly (readonly [meant: unknown, words: string])[]>> = {
	credentials: [
		[true, "include allow always"],
		[false, "omit sameorigin never"],
	],
	timingAllowOrigin: [[true, "*"]],
	mode: [
		["report", "reportonly dryrun log logonly monitor monitoring observe audit shadow watch"],
		["enforce", "enforced on true enabled active live"],
	],
	deniedRequests: [
		["reject", "deny denied block refuse forbid drop 403"],
		["forward", "allow pass passthrough ignore continue"],
	],
	originHeader: [
		["strip", "remove drop delete"],
		["forward", "keep preserve pass passthrough"],
	],
	clientCertificate: [
		["forward", "optional request pass"],
		["ignore", "none off false no"],
	],
};

/** Where a list or "*" is meant, what people write for everybody. */
const ANY_WORDS: ReadonlySet<string> = new Set(["all", "any", "everything", "everyone"]);

/**
 * What a value that does not fit was meant to be.
 * @param pointer where it stands
 * @param safety of the policy that it stands in
 */
export function meantValue(
	shape: Shape,
	pointer: string,
	value: unknown,
	safety: PatternSafety,
): Meant | undefined {
	const [only, ...others] = Array.isArray(value) ? (value as readonly unknown[]) : [];
	const inner = (option: Shape, one: unknown) => meantValue(option, pointer, one, safety);
	switch (shape.type) {
		case "optional":
			return value === null ? { kind: "nothing" } : inner(shape.wrapped, value);
		case "union":
			return shape.options.map((option) => inner(option, value)).find((meant) => meant !== undefined);
		case "array":
			return meantList(pointer, value, safety);
		case "strict_object":
			if (isObject(only) && others.length === 0 && isSmall(only)) return plain(only);
			return meantObject(shape.entries, value, safety);
		default: {
			const one = only !== undefined && others.length === 0 ? only : value;
			if (one !== value && typeof one === typeOf(shape)) {
				return shape.type === "picklist" && !shape.options.includes(String(one)) ? undefined : plain(one);
			}
			return meantByPeers(pointer, one) ?? meantScalar(shape, one);
		}
	}
}

/** The nearest number that keeps the rules. */
export function nearestNumber(value: number, rules: BrokenRule["rules"]): number {
	let nearest = value;
	for (const { type, requirement } of rules) {
		if (type === "integer") nearest = Math.round(nearest);
		if (type === "min_value") nearest = Math.max(nearest, Number(requirement));
		if (type === "max_value") nearest = Math.min(nearest, Number(requirement));
	}
	return nearest;
}

function plain(value: unknown): Meant {
	return { kind: "value", value, isPlain: true };
}

function typeOf(shape: Shape): string {
	return shape.type === "picklist" ? "string" : shape.type === "literal" ? typeof shape.literal : shape.type;
}

function meantByPeers(pointer: string, value: unknown): Meant | undefined {
	if (typeof value === "object") return undefined;
	const words = PEER_WORDS[tokensOf(pointer).at(-1) ?? ""] ?? [];
	const word = String(value).trim().toLowerCase().replaceAll(/[-_ ]/g, "");
	const found = words.find(([, some]) => some.split(" ").includes(word));
	return found && { kind: "value", value: found[0], isPlain: false };
}

function meantScalar(shape: Shape, value: unknown): Meant | undefined {
	if (shape.type === "boolean") {
		const meant = meantBoolean(value);
		return meant === undefined ? undefined : plain(meant);
	}
	if (typeof value !== "string") return undefined;
	const text = value.trim();
	switch (shape.type) {
		case "number": {
			const number = text === "" ? undefined : (secondsOf(text) ?? Number(text));
			return number === undefined || !Number.isFinite(number)
				? undefined
				: plain(nearestNumber(number, shape.pipe ?? []));
		}
		case "picklist":
		case "literal": {
			if (shape.type === "literal" && typeof shape.literal !== "string") return undefined;
			const options = shape.type === "picklist" ? shape.options : [String(shape.literal)];
			const meant = closest(text, options);
			// "*" is near to everything that is short, and nobody means everybody by a slip.
			return meant === undefined || meant === "*" ? undefined : plain(meant);
		}
		default:
			return undefined;
	}
}

/** By the first letters of a unit. */
const SECONDS: readonly (readonly [unit: RegExp, seconds: number])[] = [
	[/^(?:ms|millis)/, 0.001],
	[/^s/, 1],
	[/^m/, 60],
	[/^h/, 3600],
	[/^d/, 86_400],
];
const DURATION_PART = String.raw`(\d+(?:\.\d+)?)\s*(ms|millis(?:econds?)?|s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?)\s*`;
const MAX_DURATION_CHARACTERS = 40;

/** `90s`, `1h30m`, `10 minutes`: every number of a document is one of seconds. */
function secondsOf(text: string): number | undefined {
	const lower = text.toLowerCase();
	if (lower.length > MAX_DURATION_CHARACTERS) return undefined;
	if (!new RegExp(`^(?:${DURATION_PART})+$`).test(lower)) return undefined;
	let sum = 0;
	for (const [, number, unit = ""] of lower.matchAll(new RegExp(DURATION_PART, "g"))) {
		sum += Number(number) * (SECONDS.find(([start]) => start.test(unit))?.[1] ?? 0);
	}
	return sum;
}

/** One value where a list is meant: the list, and what is in the value as its entries. */
function meantList(pointer: string, value: unknown, safety: PatternSafety): Meant | undefined {
	const key = tokensOf(pointer).at(-1) ?? "";
	if (isObject(value)) {
		if (!isSmall(value)) return undefined;
		return plain(key === "routes" ? (routesByPath(value) ?? [value]) : [value]);
	}
	if (typeof value !== "string") return undefined;
	if (ANY_WORDS.has(value.trim().toLowerCase())) return { kind: "value", value: "*", isPlain: false };
	const check = NAME_CHECKS[key];
	if (check !== undefined) {
		const names = mendNames(value, check);
		return names === undefined ? undefined : plain([...new Set(names)]);
	}
	const origins = key === "origins" ? mendOrigin(value, safety) : undefined;
	return origins && { kind: "value", value: origins.patterns, isPlain: origins.isPlain };
}

/** `{ "/v1/*": { "cors": … } }`: the path as the key. */
function routesByPath(value: Readonly<Record<string, unknown>>): readonly object[] | undefined {
	const entries = Object.entries(value);
	if (entries.length === 0) return undefined;
	const routes = entries.map(([path, rest]) =>
		path.startsWith("/") && isObject(rest) ? { path, ...rest } : undefined,
	);
	return routes.every((route) => route !== undefined) ? routes : undefined;
}

/** What stands alone where an object is meant that would have it as its one member. */
function meantObject(
	entries: Readonly<Record<string, Shape>>,
	value: unknown,
	safety: PatternSafety,
): Meant | undefined {
	if (typeof value !== "string") return undefined;
	if (Object.hasOwn(entries, "sameSite")) {
		return value.trim().toLowerCase() === "none" ? plain({ sameSite: "None" }) : undefined;
	}
	if (!Object.hasOwn(entries, "origins")) return undefined;
	if (value === "*") return { kind: "value", value: { origins: "*" }, isPlain: false };
	const origins = /[.:]/.test(value) ? mendOrigin(value, safety) : undefined;
	return origins && { kind: "value", value: { origins: origins.patterns }, isPlain: origins.isPlain };
}
