/** Owns the check of a document's structure: every missing, unknown or mistyped key at once. */

import { closest } from "../findings/closest.ts";
import type { Findings } from "../findings/collector.ts";
import { pointerTo, quote } from "../findings/finding.ts";
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
interface Rule {
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
		findings.add({
			code: "invalid-document",
			pointer: "",
			message: `A tenant document is a JSON object, this is ${typeName(value)}. Begin with {"cors": {"origins": ["https://app.example.com"]}}.`,
		});
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
			message: `"closed" has the one value true, this is ${describe(closed)}: a tenant that is not closed has no "closed". Remove it, or write true to close the tenant.`,
			...(closed === "true" ? { suggestion: "true" } : {}),
		});
	} else if (beside.length > 0) {
		findings.add({
			code: "closed-not-alone",
			pointer: pointerOf(place),
			message: `"closed": true stands alone: it answers everything with 503, so that nothing beside it counts. Remove ${beside.length === 1 ? quote(beside[0] ?? "") : `the ${beside.length} other keys`}, or remove "closed" to open the tenant.`,
		});
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
		findings.add(() => ({
			code: "invalid-type",
			pointer: pointerOf(place),
			message: `This must be ${expectation(shape)}, not ${describe(value)}. Change it.`,
			...suggestValue(shape, value),
		}));
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
	for (const rule of shape.pipe ?? []) checkRule(rule, value, place, findings);
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
		if (!Object.hasOwn(entries, key)) findings.add(() => unknownKey(key, { parent, token: key }, entries));
	}
	for (const [key, entry] of Object.entries(entries)) {
		const place = { parent, token: key };
		if (Object.hasOwn(value, key)) check(entry, value[key], place, findings);
		else if (entry.type !== "optional") {
			findings.add({
				code: "missing-key",
				pointer: pointerOf(place),
				message: `${quote(key)} is missing here, and nothing can be decided without it. Add it.`,
			});
		}
	}
}

function unknownKey(key: string, place: Place, entries: Readonly<Record<string, Shape>>) {
	const known = Object.keys(entries);
	const meant = closest(key, known);
	return {
		code: "unknown-key",
		pointer: pointerOf(place),
		message: `${quote(key)} is not a key that Cordon knows here, and a misspelt key must not silently weaken a policy. ${meant === undefined ? `Remove it; known here are ${known.join(", ")}.` : `Did you mean ${quote(meant)}?`}`,
		...(meant === undefined ? {} : { suggestion: meant }),
	};
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

function checkRule(
	{ type, requirement, message }: Rule,
	value: unknown,
	place: Place | undefined,
	findings: Findings,
): void {
	if (type === "max_length" || type === "min_length") {
		const isMost = type === "max_length";
		const bound = Number(requirement);
		if (!Array.isArray(value) || (isMost ? value.length <= bound : value.length >= bound)) return;
		const code = isMost ? "too-many-items" : "too-few-items";
		findings.add({ code, pointer: pointerOf(place), message: String(message) });
		return;
	}
	if (typeof value !== "number") return;
	const wanted =
		type === "integer" && !Number.isInteger(value)
			? "a whole number"
			: type === "min_value" && value < Number(requirement)
				? `at least ${Number(requirement)}`
				: type === "max_value" && value > Number(requirement)
					? `at most ${Number(requirement)}`
					: undefined;
	if (wanted === undefined) return;
	findings.add({
		code: "invalid-value",
		pointer: pointerOf(place),
		message: `This must be ${wanted}, not ${describe(value)}. Change it.`,
	});
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

/** `"true"` for true, `"none"` for "None", `"Enforce"` for "enforce": what was meant is plain. */
function suggestValue(shape: Shape, value: unknown): { suggestion?: string } {
	if (typeof value !== "string") return {};
	switch (shape.type) {
		case "optional":
			return suggestValue(shape.wrapped, value);
		case "boolean":
			return value === "true" || value === "false" ? { suggestion: value } : {};
		case "number":
			return value.trim() !== "" && Number.isFinite(Number(value)) ? { suggestion: value.trim() } : {};
		case "picklist":
		case "literal": {
			const meant = closest(value, shape.type === "picklist" ? shape.options : [String(shape.literal)]);
			return meant === undefined ? {} : { suggestion: meant };
		}
		default:
			return {};
	}
}

function pointerOf(place: Place | undefined): string {
	return place === undefined ? "" : pointerTo(pointerOf(place.parent), place.token);
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
