/** Owns the shapes of what goes in and comes out beside documents: for the checks, and for the API's description. */

import * as v from "valibot";
import { isForbiddenMethod, isForbiddenRequestHeader, isToken } from "../cors/standard.ts";
import { readHeader } from "../explain/question.ts";

/** Origins that one call may add and remove together. */
export const MAX_ORIGINS_PER_CALL = 10_000;

/** Headers that an explained call may have. */
const MAX_EXPLAINED_HEADERS = 100;

const version = v.pipe(
	v.number(),
	v.integer(),
	v.minValue(1),
	v.description("Counted from 1, for each host."),
);
const at = v.pipe(v.string(), v.isoTimestamp(), v.description("When, in UTC."));
const by = v.pipe(v.string(), v.description("The token's name, or the identity at Cloudflare Access."));
const cursor = v.pipe(
	v.nullable(v.string()),
	v.description("Where the next page begins; null where this is the last one."),
);

const versionEntries = {
	version,
	at,
	by,
	via: v.pipe(v.picklist(["token", "access"]), v.description("How the writer was known.")),
	action: v.picklist(["put", "delete", "rollback"]),
	restores: v.optional(v.pipe(v.number(), v.description("Of a rollback: the version that it brought back."))),
};

/** One version, without its document. */
export const versionSchema = v.object(versionEntries);

/** A finding, as `cordon validate --json` has it. */
export const findingSchema = v.object({
	code: v.pipe(v.string(), v.description("Stable.")),
	pointer: v.pipe(v.string(), v.description("A JSON Pointer (RFC 6901); empty for the whole.")),
	message: v.string(),
	suggestion: v.optional(
		v.pipe(v.unknown(), v.description("What to write in that place, where it is obvious.")),
	),
	value: v.optional(v.pipe(v.unknown(), v.description("What stands there, shortened where it is long."))),
	fix: v.optional(
		v.pipe(
			v.array(
				v.object({
					op: v.picklist(["add", "remove", "replace", "move"]),
					path: v.string(),
					from: v.optional(v.string()),
					value: v.optional(v.unknown()),
				}),
			),
			v.description("JSON Patch (RFC 6902) against the document: applied, this finding is gone."),
		),
	),
});

const copied = v.pipe(
	v.boolean(),
	v.description("Whether KV has it already; where not, a cron trigger writes it until KV has."),
);

/** What a write of a document answers. */
export const writtenSchema = v.object({
	host: v.string(),
	...versionEntries,
	copied,
	warnings: v.array(findingSchema),
});

/** The same, or what a write answers that stops before writing. */
export const writtenOrNotSchema = v.union([
	writtenSchema,
	v.object({ host: v.string(), dryRun: v.literal(true), warnings: v.array(findingSchema) }),
]);

/** A page of hosts. */
export const tenantsSchema = v.object({
	tenants: v.array(v.object({ host: v.string(), version, at, by })),
	cursor,
});

/** A page of versions. */
export const versionsSchema = v.object({ host: v.string(), versions: v.array(versionSchema), cursor });

/** What a rollback takes. */
export const rollbackSchema = v.strictObject({ version });

const originList = v.optional(
	v.pipe(v.array(v.string()), v.description("Serialized origins: https://shop.example.")),
	[],
);

/** What a change of a directory takes. */
export const changeSchema = v.pipe(
	v.strictObject({ add: originList, remove: originList }),
	v.description(`${MAX_ORIGINS_PER_CALL} origins at most, those to add and those to remove together.`),
);

/** What a change of a directory answers. */
export const changedSchema = v.object({
	directory: v.string(),
	added: v.pipe(v.number(), v.description("How many were not there before.")),
	removed: v.pipe(v.number(), v.description("How many were there before.")),
	copied,
	warnings: v.array(findingSchema),
});

/** An origin of a directory. */
export const memberSchema = v.object({ directory: v.string(), origin: v.string(), at, by });

/** A page of a directory. */
export const membersSchema = v.object({ directory: v.string(), origins: v.array(v.string()), cursor });

const method = v.pipe(
	v.string(),
	v.check(isToken, "This is not a method"),
	v.check((name) => !isForbiddenMethod(name), "No browser lets a page send this method"),
);

const header = v.pipe(
	v.string(),
	v.check(isToken, "This is not the name of a header"),
	v.check(
		(name) => !isForbiddenRequestHeader(name.toLowerCase()),
		"Browsers set this header themselves, and no page can",
	),
);

/** As in HTTP: no line breaks and no NUL in a value. */
const value = v.pipe(v.string(), v.regex(/^[^\r\n\0]*$/, "No header can have this value"));

/** A name, or `Name: value`. */
const headerLine = v.pipe(
	v.string(),
	v.check(
		(line) => v.is(header, readHeader(line)[0]),
		"This is not the name of a header that a page can set",
	),
	v.check((line) => v.is(value, line), "No header can have this value"),
);

/** To valibot a list is a record of its indices. */
const headerKey = v.pipe(header, v.regex(/\D/, "This is not the name of a header"));

/** What a page wants to do, and with which host, or which document. */
export const explainSchema = v.pipe(
	v.strictObject({
		host: v.optional(v.pipe(v.string(), v.description("Whose stored document decides."))),
		document: v.optional(v.pipe(v.unknown(), v.description("A document that is not stored, or not yet."))),
		origin: v.pipe(v.string(), v.nonEmpty("The origin of the page is missing"), v.maxLength(2048)),
		method: v.optional(method, "GET"),
		headers: v.optional(
			v.pipe(
				v.union([
					v.array(headerLine),
					v.pipe(
						v.record(headerKey, value),
						v.transform((headers) => Object.entries(headers).map(([name, text]) => `${name}: ${text}`)),
					),
				]),
				v.maxLength(MAX_EXPLAINED_HEADERS),
				v.description(
					"The headers that the page sets: names, or “Name: value”; or an object. Values count where the standard looks at them.",
				),
			),
			[],
		),
		path: v.optional(
			v.pipe(v.string(), v.startsWith("/", "A path begins with a slash"), v.maxLength(8192)),
			"/",
		),
		redirectTo: v.optional(
			v.pipe(
				v.string(),
				v.regex(
					/^(?:30[12378] )?[\x21-\x7e]+$/,
					"This is not the value of a Location, with a status before it or not",
				),
				v.maxLength(8192),
				v.description("Where the API redirects the call: `308 /v1/items/`, 302 without a status."),
			),
		),
		credentials: v.optional(
			v.pipe(
				v.union([v.boolean(), v.picklist(["include", "omit", "same-origin"])]),
				v.description("The mode in which the page calls; the answer has both where it is left out."),
			),
		),
	}),
	v.check(
		({ host, document }) => host !== undefined || document !== undefined,
		'Name a "host", or give a "document"',
	),
);
