/** Owns the reading of an options object of a Node middleware as JSON: express' cors, fastify's, hono's. */

import { namesOf } from "../rules.ts";
import type { Format, OriginRule } from "../source-policy.ts";
import { isOn, items, member, secondsOf, type Tree, texts } from "../tree.ts";

const DEFAULT_METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

export const options: Format = {
	name: "options",
	title: "cors({…}) options of express, fastify or hono, as JSON",
	read(file) {
		// Nest and others keep the options under "cors".
		const nested = member(file, "cors", "enableCors");
		const document = member(nested, "origin") === undefined ? file : (nested ?? file);
		const isOptions = ["origin", "optionsSuccessStatus", "preflightContinue"].some((name) =>
			member(document, name),
		);
		const known =
			isOptions || (member(document, "credentials") && member(document, "allowHeaders", "allowedHeaders"));
		if (!known) return [];
		return [
			{
				name: "cors options",
				line: document.line,
				hosts: [],
				paths: [],
				origins: originsOf(document),
				credentials: isOn(member(document, "credentials")),
				methods: namesOf(member(document, "methods", "allowMethods"), "literal-star", DEFAULT_METHODS),
				// Without a list these middlewares answer with what was asked for.
				requestHeaders: namesOf(member(document, "allowedHeaders", "allowHeaders"), "literal-star", "any"),
				exposedHeaders: namesOf(member(document, "exposedHeaders", "exposeHeaders"), "literal-star", []),
				maxAgeSeconds: secondsOf(member(document, "maxAge")),
				remarks: [],
			},
		];
	},
};

function originsOf(document: Tree): readonly OriginRule[] {
	const origin = member(document, "origin");
	if (origin === undefined) return [{ text: "*", line: document.line, match: { kind: "any" } }];
	if (origin.value === true) return [{ text: "true", line: origin.line, match: { kind: "any" } }];
	if (origin.value === false) return [];
	return items(origin).flatMap((item): OriginRule[] => {
		const { value, line } = item;
		if (typeof value !== "string") return [];
		const [, pattern, flags] = /^\/(.+)\/([a-z]*)$/.exec(value) ?? [];
		if (pattern !== undefined) {
			const source = { pattern, anchored: false, ignoreCase: flags?.includes("i") === true };
			return [{ text: value, line, match: { kind: "regex", source } as const }];
		}
		return texts(item).map(({ text }) => ({
			text,
			line,
			match: text === "*" ? ({ kind: "any" } as const) : ({ kind: "exact" } as const),
		}));
	});
}
