/** Owns the form of a recorded session, as far as it is needed: HAR 1.2, and what Chromium adds to it. */

import * as v from "valibot";

/** Of what a browser blocked, it may leave the headers out. */
const headersSchema = v.optional(v.array(v.looseObject({ name: v.string(), value: v.string() })), []);

const entrySchema = v.looseObject({
	pageref: v.nullish(v.string()),
	_resourceType: v.nullish(v.string()),
	request: v.looseObject({
		method: v.string(),
		url: v.string(),
		headers: headersSchema,
		postData: v.nullish(v.looseObject({})),
	}),
	response: v.looseObject({
		status: v.number(),
		headers: headersSchema,
		content: v.nullish(v.looseObject({ text: v.nullish(v.string()), encoding: v.nullish(v.string()) })),
		_error: v.nullish(v.string()),
	}),
});

/** http://www.softwareishard.com/blog/har-12-spec/, what of it is needed */
export const harSchema = v.looseObject({
	log: v.looseObject({
		entries: v.array(entrySchema),
		pages: v.nullish(v.array(v.looseObject({ id: v.nullish(v.string()), title: v.nullish(v.string()) }))),
	}),
});

/** One request of a recording. */
export type Entry = v.InferOutput<typeof entrySchema>;
