/** Owns tenant.schema.json: the JSON Schema by which editors complete and check tenant files; `npm run schema` writes it. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import { type DescribedSchema, withWords } from "../src/tenants/described-schema.ts";
import { closedSchema, tenantSchema } from "../src/tenants/schema.ts";

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
	const { properties, ...rest } = withWords(root as DescribedSchema);
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

if (import.meta.main) writeFileSync(SCHEMA_PATH, `${JSON.stringify(tenantFileSchema(), null, "\t")}\n`);
