/** Owns tenant.schema.json: the JSON Schema by which editors complete and check tenant files; `npm run schema` writes it. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import { tenantSchema } from "../tenants/schema.ts";

/** Where it is kept. */
export const SCHEMA_PATH = join(import.meta.dirname, "../../tenant.schema.json");

/** The schema of a tenant file: the document's own, and `hosts`. Draft 7 is what editors know best. */
export function tenantFileSchema(): object {
	const { $schema, properties, ...rest } = toJsonSchema(tenantSchema, { target: "draft-07" });
	const { $schema: ownSchema, ...others } = properties ?? {};
	return {
		$schema,
		title: "Cordon tenant file",
		description:
			'Which web origins may read an API\'s responses: a tenant document, and with "hosts" the hostnames that it is for.',
		...rest,
		properties: {
			$schema: ownSchema,
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
