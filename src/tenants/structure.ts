/** Owns the check of a document's structure: every missing, unknown or mistyped key at once. */

import * as v from "valibot";
import { closest } from "../findings/closest.ts";
import { type Finding, pointerTo, quote } from "../findings/finding.ts";
import { isObject, salvage } from "./salvage.ts";
import { type TenantDocument, tenantSchema } from "./schema.ts";

type Schema = v.GenericSchema;
type Issue = v.BaseIssue<unknown>;

/**
 * Checks the structure of a parsed document.
 * @param errors takes a finding for each fault
 * @returns the document, as far as it is sound; undefined where it is no object at all
 */
export function checkStructure(value: unknown, errors: Finding[]): TenantDocument | undefined {
	if (!isObject(value)) {
		errors.push({
			code: "invalid-document",
			pointer: "",
			message: `A tenant document is a JSON object, this is ${typeName(value)}. Begin with {"cors": {"origins": ["https://app.example.com"]}}.`,
		});
		return undefined;
	}
	const result = v.safeParse(tenantSchema, value);
	const before = errors.length;
	for (const issue of result.issues ?? []) addIssue(issue, "", errors);
	// valibot reports the first unknown key of an object only.
	addUnknownKeys(tenantSchema, value, "", errors);
	return result.success && errors.length === before ? result.output : salvage(value);
}

function addIssue(issue: Issue, parent: string, errors: Finding[]): void {
	const pointer = (issue.path ?? []).reduce((path, item) => pointerTo(path, String(item.key)), parent);
	// Of a union's alternatives, the one that got further into the value was meant.
	const deeper = issue.type === "union" ? (issue.issues ?? []).filter((sub) => sub.path !== undefined) : [];
	if (deeper.length > 0) {
		for (const sub of deeper) addIssue(sub, pointer, errors);
		return;
	}
	if (issue.type === "strict_object" && issue.expected === "never") return;
	if (issue.type === "strict_object" && issue.path?.at(-1)?.origin === "key") {
		const key = pointer.slice(pointer.lastIndexOf("/") + 1);
		errors.push({
			code: "missing-key",
			pointer,
			message: `${quote(key)} is missing here, and nothing can be decided without it. Add it.`,
		});
		return;
	}
	const refined = issue.kind === "validation";
	errors.push({
		code: refined ? "invalid-value" : "invalid-type",
		pointer,
		message: `This must be ${expectation(issue)}, not ${describe(issue.input)}. Change it.`,
		...suggestValue(issue),
	});
}

function expectation(issue: Issue): string {
	switch (issue.type) {
		case "integer":
			return "a whole number";
		case "min_value":
			return `at least ${Number(issue.requirement)}`;
		case "max_value":
			return `at most ${Number(issue.requirement)}`;
		case "array":
			return "a list";
		case "strict_object":
			return "an object";
		case "union":
		case "picklist":
			return alternatives(issue.expected)
				.map((name) => NOUNS.get(name) ?? name)
				.join(" or ");
		case "literal":
			return issue.expected ?? "";
		default:
			return `a ${issue.type}`;
	}
}

const NOUNS: ReadonlyMap<string, string> = new Map([
	["string", "a string"],
	["Array", "a list"],
	["Object", "an object"],
]);

/** valibot's `("a" | "b")`, taken apart. */
function alternatives(expected: string | null): string[] {
	return (expected ?? "").replaceAll(/[()]/g, "").split(" | ");
}

/** `"true"` for true, `"none"` for "None", `"Enforce"` for "enforce": what was meant is plain. */
function suggestValue(issue: Issue): { suggestion?: string } {
	if (typeof issue.input !== "string" || issue.expected === null) return {};
	const input = issue.input;
	if (issue.type === "boolean" && (input === "true" || input === "false")) return { suggestion: input };
	if (issue.type === "number" && input.trim() !== "" && Number.isFinite(Number(input)))
		return { suggestion: input.trim() };
	if (issue.type !== "picklist" && issue.type !== "literal") return {};
	const options = alternatives(issue.expected).filter((option) => option.startsWith('"'));
	const meant = closest(
		input,
		options.map((option) => option.slice(1, -1)),
	);
	return meant === undefined ? {} : { suggestion: meant };
}

/** Walks schema and value together; `Object.keys` sees an own `__proto__`, as JSON.parse makes it. */
function addUnknownKeys(schema: Schema, value: unknown, pointer: string, errors: Finding[]): void {
	if (isOfType(schema, "optional")) {
		addUnknownKeys(schema.wrapped, value, pointer, errors);
		return;
	}
	if (isOfType(schema, "union")) {
		for (const option of schema.options) addUnknownKeys(option, value, pointer, errors);
		return;
	}
	if (isOfType(schema, "array")) {
		if (!Array.isArray(value)) return;
		value.forEach((item, index) => {
			if (isObject(item)) addUnknownKeys(schema.item, item, pointerTo(pointer, index), errors);
		});
		return;
	}
	if (!isOfType(schema, "strict_object") || !isObject(value)) return;
	const known = Object.keys(schema.entries);
	for (const key of Object.keys(value)) {
		const child = pointerTo(pointer, key);
		const entry = known.includes(key) ? schema.entries[key] : undefined;
		if (entry !== undefined) {
			addUnknownKeys(entry, value[key], child, errors);
			continue;
		}
		const meant = closest(key, known);
		errors.push({
			code: "unknown-key",
			pointer: child,
			message: `${quote(key)} is no key that Cordon knows here, and a misspelt key must not silently weaken a policy. ${meant === undefined ? `Remove it; known here are ${known.join(", ")}.` : `Did you mean ${quote(meant)}?`}`,
			...(meant === undefined ? {} : { suggestion: meant }),
		});
	}
}

interface Kinds {
	optional: Schema & { readonly wrapped: Schema };
	union: Schema & { readonly options: readonly Schema[] };
	array: Schema & { readonly item: Schema };
	strict_object: Schema & { readonly entries: Readonly<Record<string, Schema>> };
}

function isOfType<K extends keyof Kinds>(schema: Schema, type: K): schema is Kinds[K] {
	return schema.type === type;
}

function describe(value: unknown): string {
	return typeof value === "string"
		? quote(value)
		: typeof value === "number"
			? String(value)
			: typeName(value);
}

function typeName(value: unknown): string {
	if (value === null) return "null";
	if (value === undefined) return "missing";
	if (Array.isArray(value)) return "a list";
	return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
