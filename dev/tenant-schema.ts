/** Owns tenant.schema.json: the JSON Schema by which editors complete and check tenant files; `npm run schema` writes it. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import { closedSchema, tenantSchema } from "../src/tenants/schema.ts";
import { SCHEMA_WORDS } from "../src/tenants/schema-words.ts";

/** Where it is kept. */
export const SCHEMA_PATH = join(import.meta.dirname, "../tenant.schema.json");

/** The schema of a tenant file: the document's own, open or closed, and `hosts`. Draft 7 is what editors know best. */
export function tenantFileSchema(): object {
	return {
		$schema: "http://json-schema.org/draft-07/schema#",
		title: "Cordon tenant file",
		description:
			'Which web origins may read an API\'s responses: a tenant document, and with "hosts" the hostnames that it is for.',
		anyOf: [withHosts(tenantSchema), withHosts(closedSchema)],
	};
}

function withHosts(schema: typeof tenantSchema | typeof closedSchema): object {
	const { $schema: _, ...root } = toJsonSchema(schema, { target: "draft-07" });
	const { properties, ...rest } = withWords(root as Node, "");
	const { $schema, ...others } = properties ?? {};
	return {
		...rest,
		properties: {
			$schema,
			hosts: {
				type: "array",
				items: { type: "string" },
				minItems: 1,
				uniqueItems: true,
				description:
					'The hostnames that "cordon push" stores this document under: "api.acme.com", or "*.acme.com" for every name one label below. Not part of the document itself.',
			},
			...others,
		},
	};
}

/** A JSON Schema as far as it is walked here. */
interface Node {
	readonly description?: string;
	readonly properties?: Readonly<Record<string, Node>>;
	readonly items?: Node;
	readonly anyOf?: readonly Node[];
}

/** The same schema, each key with what it means. @param path of the node; the items of a list have the list's */
function withWords(node: Node, path: string): Node {
	const { properties, items, anyOf } = node;
	const described = (key: string, value: Node): Node => {
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

if (import.meta.main) writeFileSync(SCHEMA_PATH, `${JSON.stringify(tenantFileSchema(), null, "\t")}\n`);
