/** Owns the way through tenant.schema.json: what may stand at a place of a document, and what it means. */

import TENANT_SCHEMA from "../../../../tenant.schema.json";

/** As much of JSON Schema as the file uses. */
interface Schema {
	readonly type?: string;
	readonly description?: string;
	readonly default?: unknown;
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly anyOf?: readonly Schema[];
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
}

/** A key that may stand somewhere. */
export interface SchemaKey {
	readonly name: string;
	readonly description: string;
	/** What to write for its value to begin with; `#{}` is where the cursor goes. */
	readonly start: string;
}

/** A value that may stand somewhere. */
export interface SchemaValue {
	readonly text: string;
	readonly description: string;
}

/** Of the tenant file only: the API takes documents, and knows neither. */
const FILE_ONLY = ["$schema", "hosts"];

/** The keys that may stand in the object at a path. */
export function keysAt(path: readonly (string | number)[]): readonly SchemaKey[] {
	const keys = new Map<string, SchemaKey>();
	for (const { properties = {} } of schemasAt(path)) {
		for (const [name, schema] of Object.entries(properties)) {
			if (path.length === 0 && FILE_ONLY.includes(name)) continue;
			if (!keys.has(name)) keys.set(name, { name, description: wordsOf(schema), start: startOf(schema) });
		}
	}
	return [...keys.values()];
}

/** The values that may stand at a path, where they can be listed. */
export function valuesAt(path: readonly (string | number)[]): readonly SchemaValue[] {
	const values = new Map<string, SchemaValue>();
	for (const schema of schemasAt(path)) {
		for (const value of listedValues(schema)) {
			const text = JSON.stringify(value);
			values.set(text, { text, description: wordsOf(schema) });
		}
	}
	return [...values.values()];
}

function schemasAt(path: readonly (string | number)[]): readonly Schema[] {
	let schemas = alternatives(TENANT_SCHEMA as Schema);
	for (const step of path) {
		schemas = schemas
			.map(({ items, properties = {} }) => (typeof step === "number" ? items : properties[step]))
			.filter((schema) => schema !== undefined)
			.flatMap(alternatives);
	}
	return schemas;
}

/** A schema with all that it may be instead, each with the description of the whole. */
function alternatives(schema: Schema): readonly Schema[] {
	const { anyOf = [], description } = schema;
	const inner = anyOf.flatMap(alternatives).map((each) => ({ ...(description && { description }), ...each }));
	return [schema, ...inner];
}

function listedValues(schema: Schema): readonly unknown[] {
	if (schema.const !== undefined) return [schema.const];
	if (schema.enum !== undefined) return schema.enum;
	return schema.type === "boolean" ? [true, false] : [];
}

function wordsOf(schema: Schema): string {
	return schema.description ?? alternatives(schema).find(({ description }) => description)?.description ?? "";
}

function startOf(schema: Schema): string {
	const all = alternatives(schema);
	if (all.some(({ type }) => type === "array")) return "[#{}]";
	if (all.some((each) => listedValues(each).length > 0)) return "#{}";
	if (all.some(({ type }) => type === "string")) return '"#{}"';
	return all.some(({ type }) => type === "object") ? "{#{}}" : "#{}";
}
