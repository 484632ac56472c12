/** Owns the reading of an options object of a Node middleware as JSON: express' cors, fastify's, hono's. */

import { ANY_AS_ASTERISK, namesOf } from "../rules.ts";
import type { Format, OriginRule } from "../source-policy.ts";
import { credentialsOf } from "../switches.ts";
import { findMappings, items, member, secondsOf, type Tree, texts } from "../tree.ts";

const DEFAULT_METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

export const options: Format = {
	name: "options",
	title: "cors({…}) options of express, fastify or hono, as JSON",
	read(file) {
		const found = optionsIn(file);
		return found.map((document, index) => ({
			name: "cors options",
			scope: found.length > 1 ? `options-${index + 1}` : "",
			line: document.line,
			hosts: [],
			paths: [],
			origins: originsOf(document),
			...credentialsOf(member(document, "credentials")),
			methods: namesOf(member(document, "methods", "allowMethods"), "literal-star", DEFAULT_METHODS),
			// Without a list these middlewares answer with what was asked for.
			requestHeaders: namesOf(member(document, "allowedHeaders", "allowHeaders"), "literal-star", "any"),
			exposedHeaders: namesOf(member(document, "exposedHeaders", "exposeHeaders"), "literal-star", []),
			maxAgeSeconds: secondsOf(member(document, "maxAge")),
			remarks: [],
		}));
	},
};

/** Options by which they are known, besides the origin. */
const OTHERS = [
	"credentials",
	"methods",
	"allowMethods",
	"allowedHeaders",
	"allowHeaders",
	"exposedHeaders",
	"exposeHeaders",
	"maxAge",
	"optionsSuccessStatus",
	"preflightContinue",
];

/** The file itself, or what lies in the settings of an application: Nest and others keep the options under "cors". */
function optionsIn(file: Tree): readonly Tree[] {
	const nested = member(file, "cors", "enableCors");
	const document = member(nested, "origin") === undefined ? file : (nested ?? file);
	const isOptions = ["origin", "optionsSuccessStatus", "preflightContinue"].some((name) =>
		member(document, name),
	);
	if (isOptions) return [document];
	if (member(document, "credentials") && member(document, "allowHeaders", "allowedHeaders"))
		return [document];
	const isInner = (tree: Tree) =>
		member(tree, "origin") !== undefined && OTHERS.some((name) => member(tree, name) !== undefined);
	return findMappings(
		file,
		(tree) => isInner(tree) || member(member(tree, "cors"), "origin") !== undefined,
	).map((tree) => (isInner(tree) ? tree : (member(tree, "cors") ?? tree)));
}

function originsOf(document: Tree): readonly OriginRule[] {
	const origin = member(document, "origin");
	// Not the same as none: express then sends no CORS headers at all.
	if (document.child("origin")?.value === null) return [];
	if (origin === undefined) return [{ text: "*", line: document.line, match: ANY_AS_ASTERISK }];
	if (origin.value === true) return [{ text: "true", line: origin.line, match: { kind: "any" } }];
	if (origin.value === false) return [];
	return items(origin).flatMap((item): OriginRule[] => {
		const { value, line } = item;
		if (typeof value !== "string") {
			const why = value
				? "express takes it for every origin. Name the origins that are meant"
				: "it is not a text, so it lets nobody in";
			return [{ text: JSON.stringify(value), line, match: { kind: "not-a-text", why } }];
		}
		const [, pattern, flags] = /^\/(.+)\/([a-z]*)$/.exec(value) ?? [];
		if (pattern !== undefined) {
			const source = { pattern, anchored: false, ignoreCase: flags?.includes("i") === true };
			return [{ text: value, line, match: { kind: "regex", source } as const }];
		}
		return texts(item).map(({ text }) => ({
			text,
			line,
			// In a list they compare it as a text.
			match: text === "*" && !Array.isArray(origin.value) ? ANY_AS_ASTERISK : ({ kind: "exact" } as const),
		}));
	});
}
