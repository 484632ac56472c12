/** Owns the check of a document's structure: every missing, unknown or mistyped key at once; its words are in structure-words.ts. */

import type { Findings } from "../findings/collector.ts";
import { pointerTo } from "../findings/finding.ts";
import { isObject, salvage } from "./salvage.ts";
import { type ClosedDocument, closedSchema, type TenantDocument, tenantSchema } from "./schema.ts";

/** What the schema is made of; anything else in it would not compile. */
export type Shape = { readonly pipe?: readonly Rule[] } & (
	| { readonly type: "optional"; readonly wrapped: Shape }
	| { readonly type: "union"; readonly options: readonly Shape[] }
	| { readonly type: "array"; readonly item: Shape }
	| { readonly type: "strict_object"; readonly entries: Readonly<Record<string, Shape>> }
	| { readonly type: "literal"; readonly literal: unknown }
	| { readonly type: "picklist"; readonly options: readonly string[] }
	| { readonly type: "string" | "number" | "boolean" }
);

/** What a value has to be besides its type; descriptions and the schema itself stand in the same list. */
export interface Rule {
	readonly type: string;
	readonly requirement?: unknown;
	readonly message?: unknown;
}

/** A place in the document; its pointer is made only where there is something to say of it. */
interface Place {
	readonly parent: Place | undefined;
	readonly token: string | number;
}

/**
 * Checks the structure of a parsed document.
 * @returns the document, as far as it is sound; undefined where it is not an object at all, or closed and not right
 */
export function checkStructure(
	value: unknown,
	findings: Findings,
): TenantDocument | ClosedDocument | undefined {
	if (!isObject(value)) {
		findings.add({ code: "invalid-document", pointer: "" });
		return undefined;
	}
	if (Object.hasOwn(value, "closed")) return checkClosed(value, findings);
	const before = findings.count();
	check(tenantSchema, value, undefined, findings);
	// It is what the schema says, in itself: no copy is needed, and valibot's own check takes a list for an object.
	return findings.count() === before ? (value as unknown as TenantDocument) : salvage(value);
}

/** `"closed"` stands alone; what stands beside it is checked all the same, so that all errors come at once. */
function checkClosed(
	{ closed, ...others }: Readonly<Record<string, unknown>>,
	findings: Findings,
): TenantDocument | ClosedDocument | undefined {
	const before = findings.count();
	const place = { parent: undefined, token: "closed" };
	const beside = Object.keys(others).filter((key) => key !== "$schema");
	if (closed !== true) {
		findings.add({
			code: typeof closed === "boolean" ? "invalid-value" : "invalid-type",
			pointer: pointerOf(place),
			facts: closedSchema.entries.closed,
		});
	} else if (beside.length > 0) {
		findings.add({ code: "closed-not-alone", pointer: pointerOf(place), facts: beside });
	}
	if (beside.length === 0) {
		check(closedSchema, { ...others, closed: true }, undefined, findings);
		return findings.count() === before ? { closed: true } : undefined;
	}
	check(tenantSchema, { cors: { origins: [] }, ...others }, undefined, findings);
	return salvage(others);
}

/** Checks a value against the schema's shape. Calls itself as deep as the schema goes, however deep the value. */
function check(shape: Shape, value: unknown, place: Place | undefined, findings: Findings): void {
	if (findings.isEnough()) return;
	if (!fits(shape, value)) {
		findings.add(() => ({ code: "invalid-type", pointer: pointerOf(place), facts: shape }));
		return;
	}
	switch (shape.type) {
		case "optional":
			check(shape.wrapped, value, place, findings);
			break;
		case "union": {
			const meant = shape.options.find((option) => fits(option, value));
			if (meant !== undefined) check(meant, value, place, findings);
			break;
		}
		case "array":
			if (Array.isArray(value)) {
				for (let i = 0; i < value.length; i++)
					check(shape.item, value[i], { parent: place, token: i }, findings);
			}
			break;
		case "strict_object":
			if (isObject(value)) checkMembers(shape.entries, value, place, findings);
			break;
		default:
			break;
	}
	for (const rule of shape.pipe ?? []) {
		if (breaks(rule, value))
			findings.add(() => ({ ...brokenRule(rule, shape.pipe), pointer: pointerOf(place) }));
	}
}

function checkMembers(
	entries: Readonly<Record<string, Shape>>,
	value: Readonly<Record<string, unknown>>,
	parent: Place | undefined,
	findings: Findings,
): void {
	// An own __proto__, as JSON.parse makes it, is one of them.
	for (const key of Object.keys(value)) {
		if (findings.isEnough()) return;
		if (!Object.hasOwn(entries, key)) {
			const place = { parent, token: key };
			findings.add(() => ({ code: "unknown-key", pointer: pointerOf(place), facts: Object.keys(entries) }));
		}
	}
	for (const [key, entry] of Object.entries(entries)) {
		const place = { parent, token: key };
		if (Object.hasOwn(value, key)) check(entry, value[key], place, findings);
		else if (entry.type !== "optional") {
			findings.add({ code: "missing-key", pointer: pointerOf(place) });
		}
	}
}

/** Tells whether a value is of the shape's own type; what it holds is another question. */
function fits(shape: Shape, value: unknown): boolean {
	switch (shape.type) {
		case "optional":
			return fits(shape.wrapped, value);
		case "union":
			return shape.options.some((option) => fits(option, value));
		case "array":
			return Array.isArray(value);
		case "strict_object":
			return isObject(value);
		case "literal":
			return value === shape.literal;
		case "picklist":
			return typeof value === "string" && shape.options.includes(value);
		default:
			return typeof value === shape.type;
	}
}

function breaks({ type, requirement }: Rule, value: unknown): boolean {
	switch (type) {
		case "max_length":
			return Array.isArray(value) && value.length > Number(requirement);
		case "min_length":
			return Array.isArray(value) && value.length < Number(requirement);
		case "integer":
			return typeof value === "number" && !Number.isInteger(value);
		case "min_value":
			return typeof value === "number" && value < Number(requirement);
		case "max_value":
			return typeof value === "number" && value > Number(requirement);
		default:
			return false;
	}
}

/** What the words for a broken rule go by: the rule, and the others that the value has to keep. */
export interface BrokenRule {
	readonly rule: Rule;
	readonly rules: readonly Rule[];
}

function brokenRule(rule: Rule, rules: readonly Rule[] = []) {
	switch (rule.type) {
		case "max_length":
			return { code: "too-many-items", message: String(rule.message) };
		case "min_length":
			return { code: "too-few-items", message: String(rule.message) };
		default:
			return { code: "invalid-value", facts: { rule, rules } satisfies BrokenRule };
	}
}

function pointerOf(place: Place | undefined): string {
	return place === undefined ? "" : pointerTo(pointerOf(place.parent), place.token);
}
