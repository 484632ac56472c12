/** Owns the proof of a document's structure: every place of the schema, with every wrong type of JSON. */

import { describe, expect, test } from "vitest";
import { pointerTo } from "../../src/findings/finding.ts";
import { closedSchema, tenantSchema } from "../../src/tenants/schema.ts";
import type { Shape } from "../../src/tenants/structure.ts";
import { compileTenant } from "../../src/tenants/tenant.ts";

/** One value of each type that JSON has, and lists and objects with something in them. */
const VALUES: readonly (readonly [type: string, value: unknown])[] = [
	["null", null],
	["boolean", true],
	["number", 7],
	["string", "x"],
	["list", []],
	["list", [[]]],
	["list", [{}]],
	["list", ["x"]],
	["object", {}],
	["object", { "0": "x", length: 1 }],
];

interface Place {
	readonly pointer: string;
	readonly types: readonly string[];
	/** The least document that has `value` there. */
	readonly documentWith: (value: unknown) => unknown;
}

/** Every place where the schema expects something, from the schema itself. */
function placesOf(shape: Shape, pointer: string, documentWith: Place["documentWith"]): readonly Place[] {
	switch (shape.type) {
		case "optional":
			return placesOf(shape.wrapped, pointer, documentWith);
		case "union":
			return [
				{ pointer, types: shape.options.flatMap(typesOf), documentWith },
				...shape.options.flatMap((option) => placesOf(option, pointer, documentWith).slice(1)),
			];
		case "array":
			return [
				{ pointer, types: ["list"], documentWith },
				...placesOf(shape.item, pointerTo(pointer, 0), (value) => documentWith([value])),
			];
		case "strict_object": {
			const least = leastOf(shape) as object;
			return [
				{ pointer, types: ["object"], documentWith },
				...Object.entries(shape.entries).flatMap(([key, entry]) =>
					placesOf(entry, pointerTo(pointer, key), (value) => documentWith({ ...least, [key]: value })),
				),
			];
		}
		default:
			return [{ pointer, types: typesOf(shape), documentWith }];
	}
}

function typesOf(shape: Shape): readonly string[] {
	switch (shape.type) {
		case "optional":
			return typesOf(shape.wrapped);
		case "union":
			return shape.options.flatMap(typesOf);
		case "array":
			return ["list"];
		case "strict_object":
			return ["object"];
		case "literal":
			return [shape.literal === true ? "boolean" : "string"];
		case "picklist":
			return ["string"];
		default:
			return [shape.type];
	}
}

/** What has to be there, and no more. */
function leastOf(shape: Shape): unknown {
	switch (shape.type) {
		case "union":
			return leastOf(shape.options[0] ?? shape);
		case "literal":
			return shape.literal;
		case "array":
			return [];
		case "strict_object":
			return Object.fromEntries(
				Object.entries(shape.entries)
					.filter(([, entry]) => entry.type !== "optional")
					.map(([key, entry]) => [key, key === "path" ? "/a" : leastOf(entry)]),
			);
		default:
			return "name";
	}
}

const PLACES = placesOf(tenantSchema, "", (value) => value);

test("the table has every place there is", () => {
	const pointers = PLACES.map(({ pointer }) => pointer);
	expect(pointers.length).toBeGreaterThan(40);
	expect(pointers).toContain("/cors/origins/0/directory");
	expect(pointers).toContain("/routes/0/cors/origins/0/directory");
	expect(pointers).toContain("/routes/0/cors/0/origins/0/directory");
	expect(pointers).toContain("/upstream/service");
	expect(pointers).toContain("/cookies/partitioned");
	expect(new Set(pointers).size).toBe(pointers.length);
});

describe("a value of the wrong type is a finding where it stands", () => {
	test.each(PLACES)("$pointer takes $types", ({ pointer, types, documentWith }) => {
		for (const [type, value] of VALUES) {
			const result = compileTenant(documentWith(value));
			const found = result.ok ? [] : result.errors.filter((error) => error.pointer === pointer);
			const wrongType = found.filter(({ code }) => code === "invalid-type" || code === "invalid-document");
			const shown = `${pointer} ${JSON.stringify(value)}`;
			if (types.includes(type) && type !== "string") expect(wrongType, shown).toEqual([]);
			if (!types.includes(type)) {
				expect(wrongType, shown).toHaveLength(1);
				expect(result.ok || result.errors.length, shown).toBe(1);
			}
		}
	});

	test("and says what is expected there", () => {
		const messageOf = (value: unknown) => {
			const result = compileTenant(value);
			return result.ok ? [] : result.errors.map(({ message }) => message);
		};
		const cors = { origins: [] };
		expect(messageOf({ cors, cookies: [] })).toEqual(["This must be an object, not a list. Change it."]);
		expect(messageOf({ cors: [[]] })).toEqual(["This must be an object, not a list. Change it."]);
		expect(messageOf({ cors, routes: {} })).toEqual(["This must be a list, not an object. Change it."]);
		expect(messageOf({ cors, routes: [[]] })).toEqual(["This must be an object, not a list. Change it."]);
		expect(messageOf({ cors: { origins: [["https://a.example"]] } })).toEqual([
			"This must be a string or an object, not a list. Change it.",
		]);
		expect(messageOf({ cors: { origins: {} } })).toEqual([
			'This must be "*" or a list, not an object. Change it.',
		]);
		expect(messageOf({ cors, upstream: [] })).toEqual([
			"This must be a string or an object, not a list. Change it.",
		]);
	});

	test("among sound ones too, which keep their places", () => {
		for (const key of ["origins", "methods", "requestHeaders", "exposedHeaders"]) {
			const good = key === "origins" ? "https://a.example" : "X-A";
			const bad = key === "origins" ? "https://a.example/" : "X A";
			for (const faulty of [5, null, []]) {
				const value = {
					cors: { origins: [], [key]: [good, faulty, good, bad] },
					routes: [faulty, { path: "x" }],
				};
				const result = compileTenant(value);
				expect(result.ok || result.errors.map(({ pointer }) => pointer).sort()).toEqual([
					`/cors/${key}/1`,
					`/cors/${key}/3`,
					"/routes/0",
					"/routes/1/cors",
					"/routes/1/path",
				]);
				const alone = compileTenant({ cors: { origins: [], [key]: [good, faulty, good] } });
				expect(alone.ok || alone.errors.map(({ pointer }) => pointer)).toEqual([`/cors/${key}/1`]);
			}
		}
	});

	test("all of them at once", () => {
		const document = {
			cors: { origins: [[], 1, null, { directory: [] }], methods: {}, credentials: [] },
			routes: [[], { path: {}, cors: 1 }],
			cookies: [],
			upstream: { service: {} },
			mode: [],
		};
		const result = compileTenant(document);
		expect(result.ok || result.errors.map(({ code, pointer }) => `${code} ${pointer}`).sort()).toEqual(
			[
				"/cookies",
				"/cors/credentials",
				"/cors/methods",
				"/cors/origins/0",
				"/cors/origins/1",
				"/cors/origins/2",
				"/cors/origins/3/directory",
				"/mode",
				"/routes/0",
				"/routes/1/cors",
				"/routes/1/path",
				"/upstream/service",
			].map((pointer) => `invalid-type ${pointer}`),
		);
	});
});

describe("a closed tenant", () => {
	const errorsOf = (value: unknown) => {
		const result = compileTenant(value);
		return result.ok ? [] : result.errors.map(({ code, pointer }) => `${code} ${pointer}`);
	};

	test("is a document that says so and nothing else", () => {
		expect(compileTenant({ closed: true })).toMatchObject({
			ok: true,
			closed: true,
			tenant: { closed: true },
		});
		expect(compileTenant({ closed: true, $schema: "x" })).toMatchObject({ ok: true, closed: true });
		expect(Object.keys(closedSchema.entries)).toEqual(["$schema", "closed"]);
	});

	test("has nothing beside it, and what stands there is checked all the same", () => {
		expect(errorsOf({ closed: true, cors: { origins: [] } })).toEqual(["closed-not-alone /closed"]);
		expect(errorsOf({ closed: true, mode: "report" })).toEqual(["closed-not-alone /closed"]);
		expect(errorsOf({ closed: true, nope: 1, cors: { origins: ["null"] }, cookies: [] })).toEqual([
			"closed-not-alone /closed",
			"unknown-key /nope",
			"invalid-type /cookies",
			"prohibited-origin-null /cors/origins/0",
		]);
		expect(errorsOf(JSON.parse('{"closed": true, "__proto__": {}}'))).toEqual([
			"closed-not-alone /closed",
			"unknown-key /__proto__",
		]);
		expect(errorsOf({ closed: true, $schema: [] })).toEqual(["invalid-type /$schema"]);
	});

	test.each([
		[false, "invalid-value"],
		["true", "invalid-type"],
		[1, "invalid-type"],
		[null, "invalid-type"],
		[[], "invalid-type"],
		[{}, "invalid-type"],
	])("%j closes nothing", (closed, code) => {
		expect(errorsOf({ closed })).toEqual([`${code} /closed`]);
		expect(errorsOf({ closed, cors: { origins: [] } })).toEqual([`${code} /closed`]);
	});
});
