/** Owns the JSON Schema of a document with words in it: for editors, and for the description of the control plane's API. */

import { SCHEMA_WORDS } from "./schema-words.ts";

/** A JSON Schema as far as it is walked here. */
export interface DescribedSchema {
	readonly description?: string;
	readonly properties?: Readonly<Record<string, DescribedSchema>>;
	readonly items?: DescribedSchema;
	readonly anyOf?: readonly DescribedSchema[];
}

/** The same schema, each key with what it means. @param path of the node; the items of a list have the list's */
export function withWords(node: DescribedSchema, path = ""): DescribedSchema {
	const { properties, items, anyOf } = node;
	const described = (key: string, value: DescribedSchema): DescribedSchema => {
		const inner = path === "" ? key : `${path}/${key}`;
		const description = SCHEMA_WORDS[inner];
		if (description === undefined) throw new Error(`schema-words.ts says nothing of ${inner}`);
		return { ...withWords(value, inner), description };
	};
	return {
		...node,
		...(properties && {
			properties: Object.fromEntries(
				Object.entries(properties).map(([key, value]) => [key, described(key, value)]),
			),
		}),
		...(items && { items: withWords(items, path) }),
		...(anyOf && { anyOf: anyOf.map((each) => withWords(each, path)) }),
	};
}
