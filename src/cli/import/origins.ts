/** Owns what becomes of each way in which a product allows origins: entries of `cors.origins` that never let in more. */

import { RE2JS } from "re2js";
import { mendOrigin } from "../../cors/origin-mend.ts";
import { parseOriginPattern } from "../../cors/origin-pattern.ts";
import { isLoopback } from "../../cors/origin-syntax.ts";
import { originMessage, STRICTEST } from "../../cors/origin-words.ts";
import { quote } from "../../findings/finding.ts";
import { ANY_ORIGIN, ANY_PORT_WRITTEN, type Candidate, type Converted, fromShape } from "./host-pattern.ts";
import { type ExpressionShape, MAX_EXPRESSION_CHARACTERS, shapesOf } from "./regex.ts";
import type { OriginRule, RegexSource } from "./source-policy.ts";

/** What became of one rule. */
export interface Carried {
	readonly outcome: "as-is" | "made-safe" | "left-out";
	/** The entries to write. */
	readonly entries: readonly string[];
	/** What was changed, or why it was left out; empty where it stays as it is. */
	readonly why: string;
	/** An origin that the source lets in and nobody meant. */
	readonly letsIn?: string;
	/** What to add by hand, where that is for a person to decide: it lets in more than the source does. */
	readonly question?: string;
}

/** What may be assumed. */
export interface CarryOptions {
	/** Whether `*.` may stand for one label alone, though it lets in names further down as well. */
	readonly deeperSubdomains: boolean;
}

/** Origins that have nothing in common: a rule that takes them all takes every origin. */
const STRANGERS = [
	"https://a.example",
	"http://xn--b-1ga.test:8081",
	"chrome-extension://abcdefghijklmnop",
	"http://127.0.0.1",
];

/** Whether a rule lets every origin in, by any spelling. */
export function isAnyOrigin({ text, match }: OriginRule): boolean {
	switch (match.kind) {
		case "any":
			return true;
		case "regex":
			return STRANGERS.every(matcherOf(match.source));
		case "glob":
			return /^\*+$/.test(text.trim());
		case "prefix":
		case "suffix":
		case "contains":
			// A matcher that takes the text "*" allows every origin in Envoy.
			return text === "" || text === "*";
		default:
			return false;
	}
}

/** Carries a rule over. Rules that let every origin in are for the whole policy to decide and are not given here. */
export function carryOrigin(rule: OriginRule, options: CarryOptions): Carried {
	const text = rule.text.trim();
	if (rule.match.kind === "not-a-text") return carryMatch(rule, text, options);
	if (text === "null") {
		return leftOut(`"null" is the origin of every sandboxed frame and local file, so anybody can have it`);
	}
	const marks = rule.match.kind === "regex" ? PLACEHOLDER_IN_EXPRESSION : PLACEHOLDER;
	const filledIn = marks.exec(text)?.[0];
	if (filledIn !== undefined) {
		return leftOut(
			`${quote(filledIn)} is filled in when the source is deployed: put in what it stands for, or import what comes out of the template`,
		);
	}
	const carried = carryMatch(rule, text, options);
	if (rule.why === undefined || carried.outcome === "left-out") return carried;
	const why = [carried.why, rule.why].filter((one) => one !== "").join("; ");
	return { ...carried, outcome: "made-safe", why };
}

/** What templates and shells leave open: `${NAME}`, `{{ .Values.host }}`, `<your-host>`, `$NAME`, `__NAME__`. */
const PLACEHOLDER =
	/[$#]\{[^}]*\}?|\{\{.*\}\}|<[^>]*>|\$\([^)]*\)|\$[A-Za-z_]\w*|%[A-Z_]+%|__[A-Z][A-Z\d_]*__|@@?[A-Za-z][\w.-]*@@?/;
/** Those of them that mean nothing in an expression. */
const PLACEHOLDER_IN_EXPRESSION = /[$#]\{[A-Za-z_.][^}]*\}|\{\{.*\}\}|__[A-Z][A-Z\d_]*__/;

function carryMatch(rule: OriginRule, text: string, options: CarryOptions): Carried {
	switch (rule.match.kind) {
		case "exact":
			return exact(text);
		case "host":
			return exact(
				`https://${text}`,
				`the source allows ${quote(text)} with any scheme and port; only https is carried over`,
			);
		case "glob":
			return text.includes("*") ? settle(fromShape(globShape(text, rule.match.star)), options) : exact(text);
		case "regex":
			return fromRegex(rule.match.source, options);
		case "suffix":
			return settle(fromShape(shape([{ kind: "any" }, { kind: "text", text }])), options);
		case "prefix":
			return fromRegex({ pattern: `^${escaped(text)}`, anchored: false }, options);
		case "contains":
			return leftOut(
				`it lets in every origin with ${quote(text)} anywhere in it`,
				`https://${hostIn(text)}.evil.example`,
			);
		case "not-a-text":
			return leftOut(
				rule.match.why ??
					"it is not a text, so it is not an origin; what the source makes of it is not carried over",
			);
		case "any":
			return leftOut(ANY_ORIGIN);
	}
}

function leftOut(why: string, letsIn?: string): Carried {
	return { outcome: "left-out", entries: [], why, ...(letsIn === undefined ? {} : { letsIn }) };
}

/** A browser's own form of an origin is taken; any other form is mended where that is plain. */
function exact(text: string, why = ""): Carried {
	const result = parseOriginPattern(text);
	if (result.ok && !text.includes("*")) {
		return { outcome: why === "" ? "as-is" : "made-safe", entries: [text], why };
	}
	if (result.ok) return leftOut(`${quote(text)} has an asterisk, which the source compares as a letter`);
	if (text === "*") {
		return leftOut(
			'the source compares it as a string, so that it lets nobody in. If everybody is meant, write "origins": "*"',
		);
	}
	const mended = mendOrigin(text, STRICTEST);
	// Browsers always send a scheme, so that the source lets in nobody by it: which was meant is for a person to say.
	if (mended !== undefined && !text.includes("://")) {
		return {
			...leftOut("it has no scheme, so that it never was what a browser sends"),
			question: mended.patterns.map((pattern) => JSON.stringify(pattern)).join(", "),
		};
	}
	if (mended?.isPlain && mended.patterns.every((pattern) => !pattern.includes("*"))) {
		return { outcome: "made-safe", entries: mended.patterns, why: "written as browsers send it" };
	}
	return leftOut(originMessage(result.refusal.code, text));
}

function globShape(text: string, star: "any" | "label"): ExpressionShape {
	const parts = text.split("*");
	return shape(
		parts.flatMap((part, index) => [
			...(index === 0 ? [] : [{ kind: star } as const]),
			...(part === "" ? [] : [{ kind: "text", text: part } as const]),
		]),
	);
}

function shape(pieces: ExpressionShape["pieces"]): ExpressionShape {
	return { pieces, openStart: false, openEnd: false, looseDots: false };
}

function fromRegex(source: RegexSource, options: CarryOptions): Carried {
	const shapes = shapesOf(source);
	if (shapes === undefined) {
		return leftOut(
			"this regular expression says more than origin patterns can: list the origins that it is for",
		);
	}
	const matches = matcherOf(source);
	const results = shapes
		.map((one) => verified(fromShape(one), one, matches))
		.filter((one) => one !== undefined);
	if (results.length === 0) return leftOut("no origin can ever match it");
	const entries = withAnyPorts([...new Set(results.flatMap((one) => one.entries))]);
	const failed = results.find((one) => one.entries.length === 0);
	if (failed !== undefined) return leftOut(failed.why, failed.letsIn);
	const wider = results.find((one) => "wider" in one && one.wider);
	const why = [...new Set(results.map((one) => one.why).filter((one) => one !== ""))].join("; ");
	const letsIn = results.find((one) => one.letsIn !== undefined)?.letsIn;
	return settle(
		{
			entries,
			wider: wider !== undefined,
			why: why === "" ? "a regular expression, said as a pattern" : why,
			...(letsIn === undefined ? {} : { letsIn }),
		},
		options,
	);
}

/** An example counts only where the expression itself takes it. */
function verified(
	found: Converted | undefined,
	one: ExpressionShape,
	matches: (origin: string) => boolean,
): Converted | undefined {
	if (found === undefined) return undefined;
	const looseDots = one.looseDots ? looseDotExamples(found.entries) : [];
	const example = [found.letsIn, ...looseDots].find((origin) => origin !== undefined && matches(origin));
	const isLoose = example !== undefined && looseDots.includes(example);
	const why = [
		found.why,
		isLoose ? "a dot that is not escaped stands for any character; here it is a dot" : "",
	]
		.filter((text) => text !== "")
		.join("; ");
	const { letsIn: _, ...rest } = found;
	return { ...rest, why, ...(example === undefined ? {} : { letsIn: example }) } as Converted;
}

/** The first entry with another character in the place of one of its dots, each in turn. */
function looseDotExamples([entry]: readonly string[]): readonly string[] {
	if (entry === undefined) return [];
	const origin = entry.replace("*.", "a.").replace(":*", "").replace("*", "a");
	const dots = [...origin.matchAll(/\./g)].map(({ index }) => index);
	return dots.map((at) => `${origin.slice(0, at)}x${origin.slice(at + 1)}`);
}

/** RE2 matches every expression in linear time, and it has to: the expression is somebody else's. */
function matcherOf({ pattern, anchored, ignoreCase }: RegexSource): (origin: string) => boolean {
	if (pattern.length > MAX_EXPRESSION_CHARACTERS) return () => false;
	try {
		const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
		return (origin) => {
			const matcher = compiled.matcher(origin);
			return anchored ? matcher.matches() : matcher.find();
		};
	} catch {
		return () => false;
	}
}

/** What may be written: nothing that lets in more, unless that was asked for; nothing that is not a pattern. */
function settle(found: Converted | undefined, { deeperSubdomains }: CarryOptions): Carried {
	if (found === undefined) return leftOut("no origin can ever match it");
	if (found.entries.length === 0) return leftOut(found.why, found.letsIn);
	return settleEntries(sayPorts(found as Candidate), deeperSubdomains);
}

/** `:*` takes the default port too, which an origin does not show: on this machine that does not matter. */
function sayPorts(found: Candidate): Candidate {
	const open = found.entries.filter((entry) => entry.endsWith(ANY_PORT_WRITTEN));
	if (open.length === 0) return found;
	const entries = found.entries.map((entry) => entry.replace(ANY_PORT_WRITTEN, ":*"));
	const isWider = !open.every((entry) =>
		isLoopback(entry.slice(entry.indexOf("://") + 3, -ANY_PORT_WRITTEN.length)),
	);
	const why = isWider
		? 'it takes any port that is written out, and ":*" takes the default port too'
		: found.why;
	return { ...found, entries, wider: found.wider || isWider, why };
}

function settleEntries(found: Candidate, deeperSubdomains: boolean): Carried {
	for (const entry of found.entries) {
		const result = parseOriginPattern(entry);
		if (!result.ok) return leftOut(originMessage(result.refusal.code, entry));
	}
	const letsIn = found.letsIn === undefined ? {} : { letsIn: found.letsIn };
	if (
		found.wider &&
		!(deeperSubdomains && found.entries.every((entry) => /:\/\/\*\./.test(entry) || !entry.includes("*")))
	) {
		return {
			outcome: "left-out",
			entries: [],
			why: found.why,
			...letsIn,
			question: found.entries.map((entry) => JSON.stringify(entry)).join(", "),
		};
	}
	const same = found.why === "" && found.entries.length === 1;
	return { outcome: same ? "as-is" : "made-safe", entries: found.entries, why: found.why, ...letsIn };
}

/** `host` and `host:<any>` together are `host:*`; a port that must be there cannot be said, and the default is left out. */
function withAnyPorts(entries: readonly string[]): readonly string[] {
	const written = new Set(entries);
	return entries.flatMap((entry) => {
		if (!entry.endsWith(ANY_PORT_WRITTEN)) return written.has(entry + ANY_PORT_WRITTEN) ? [] : [entry];
		const host = entry.slice(0, -ANY_PORT_WRITTEN.length);
		return written.has(host) ? [`${host}:*`] : [entry];
	});
}

/** For a text to stand in a regular expression as it is. */
function escaped(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function hostIn(text: string): string {
	return text.replace(/^.*:\/\//, "").replace(/^[.*]+/, "") || "app";
}
