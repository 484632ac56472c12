/** Owns what a regular expression of another product means as origin patterns: never more than it matches. */

import type { AST } from "@eslint-community/regexpp";
import { RegExpParser } from "@eslint-community/regexpp";
import type { RegexSource } from "./source-policy.ts";

/** A piece of what an expression matches: text, or something that stands for many texts. */
export type Piece =
	| { readonly kind: "text"; readonly text: string }
	/** Any characters, dots too. */
	| { readonly kind: "any" }
	/** Characters of one label: at least all of `a-z 0-9 -`. */
	| { readonly kind: "label" }
	/** Some of the characters of one label, or some lengths alone. */
	| { readonly kind: "part" }
	/** One or more whole labels, each with its dot. */
	| { readonly kind: "labels" }
	/** Digits of a port, all of them. */
	| { readonly kind: "port" };

/** One way in which an expression can match. */
export interface ExpressionShape {
	readonly pieces: readonly Piece[];
	/** Whether anything may stand before the pieces. */
	readonly openStart: boolean;
	/** Whether anything may follow them. */
	readonly openEnd: boolean;
	/** Whether a dot that was not escaped is read as the dot that was meant. */
	readonly looseDots: boolean;
}

/** Shapes that one expression may have: more are nothing that a person has written for a list of origins. */
const MAX_SHAPES = 200;
/** Longest expression that is taken apart, in characters. */
export const MAX_EXPRESSION_CHARACTERS = 4096;

/**
 * Takes an expression apart.
 * @returns its shapes, or undefined where it uses what has no counterpart (look-arounds, back references)
 */
export function shapesOf({
	pattern,
	anchored,
	ignoreCase = false,
}: RegexSource): readonly ExpressionShape[] | undefined {
	if (pattern.length > MAX_EXPRESSION_CHARACTERS) return undefined;
	// Go, PCRE and Java write the flag in front, where JavaScript does not know it.
	const [flag = ""] = /^\(\?i\)/.exec(pattern) ?? [];
	try {
		const { alternatives } = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(
			pattern
				.slice(flag.length)
				.replaceAll("\\A", "^")
				.replaceAll(/\\[zZ]/g, "$"),
		);
		const shapes = alternatives.flatMap((alternative) =>
			expand(alternative.elements, ignoreCase || flag !== "").map((way) => toShape(way, anchored)),
		);
		return shapes.length > MAX_SHAPES ? undefined : shapes;
	} catch (error) {
		// Thousands of brackets in each other end in a RangeError of the stack.
		if ([Unsayable, SyntaxError, RangeError].some((kind) => error instanceof kind)) return undefined;
		throw error;
	}
}

class Unsayable extends Error {}

type Step = Piece | { readonly kind: "start" } | { readonly kind: "end" } | { readonly kind: "loose-dot" };
type Way = readonly Step[];

function toShape(way: Way, anchored: boolean): ExpressionShape {
	const pieces: Piece[] = [];
	for (const step of way) {
		if (step.kind === "start" || step.kind === "end") continue;
		const piece: Piece = step.kind === "loose-dot" ? { kind: "text", text: "." } : step;
		const last = pieces.at(-1);
		if (piece.kind === "text" && last?.kind === "text")
			pieces[pieces.length - 1] = { kind: "text", text: last.text + piece.text };
		else pieces.push(piece);
	}
	return {
		pieces,
		openStart: !anchored && way[0]?.kind !== "start",
		openEnd: !anchored && way.at(-1)?.kind !== "end",
		looseDots: way.some(({ kind }) => kind === "loose-dot"),
	};
}

/** Every way through a sequence of elements. */
function expand(elements: readonly AST.Element[], ignoreCase: boolean): readonly Way[] {
	let ways: readonly Way[] = [[]];
	for (const element of elements) {
		const next = waysOf(element, ignoreCase);
		if (ways.length * next.length > MAX_SHAPES) throw new Unsayable();
		ways = ways.flatMap((way) => next.map((more) => [...way, ...more]));
	}
	return ways;
}

function waysOf(element: AST.Element, ignoreCase: boolean): readonly Way[] {
	switch (element.type) {
		case "Character":
			return [[text(element.value, ignoreCase)]];
		case "CharacterSet":
			return element.kind === "any" ? [[{ kind: "loose-dot" }]] : [[{ kind: "part" }]];
		case "CharacterClass":
			return classWays(element, ignoreCase);
		case "Group":
			if (element.modifiers?.raw !== undefined && element.modifiers.raw !== "") throw new Unsayable();
			return element.alternatives.flatMap((alternative) => expand(alternative.elements, ignoreCase));
		case "CapturingGroup":
			return element.alternatives.flatMap((alternative) => expand(alternative.elements, ignoreCase));
		case "Quantifier":
			return repeated(element, ignoreCase);
		case "Assertion":
			if (element.kind === "start" || element.kind === "end") return [[{ kind: element.kind }]];
			throw new Unsayable();
		default:
			throw new Unsayable();
	}
}

function text(codePoint: number, ignoreCase: boolean): Piece {
	const character = String.fromCodePoint(codePoint);
	return { kind: "text", text: ignoreCase ? character.toLowerCase() : character };
}

/** One character of a class: each of them where they are few, else one character of a label. */
function classWays(element: AST.CharacterClass, ignoreCase: boolean): readonly Way[] {
	const few = element.elements.every(({ type }) => type === "Character") && element.elements.length <= 8;
	if (!element.negate && few) {
		return element.elements.map((one) => [text((one as AST.Character).value, ignoreCase)]);
	}
	return [[{ kind: "part" }]];
}

function repeated({ element, min, max }: AST.Quantifier, ignoreCase: boolean): readonly Way[] {
	if (max === 1) {
		const once = waysOf(element as AST.Element, ignoreCase);
		return min === 0 ? [[], ...once] : once;
	}
	if (max === 0) return [[]];
	const many = manyOf(element as AST.Element, min, max, ignoreCase);
	// "None at all" is a way of its own, but for what stands for any characters: an origin has no empty label.
	return min === 0 && many.kind !== "any" && many.kind !== "part" ? [[], [many]] : [[many]];
}

function manyOf(element: AST.Element, min: number, max: number, ignoreCase: boolean): Piece {
	const isOpen = max === Number.POSITIVE_INFINITY || max >= 63;
	if (element.type === "CharacterSet" || element.type === "CharacterClass") {
		const allows = (character: string) => matchesOne(element, character, ignoreCase);
		const digitsOnly = allows("0") && allows("9") && !allows("a") && !allows("-");
		// Ports have five digits at most.
		if (digitsOnly && min <= 1 && (isOpen || max >= 5)) return { kind: "port" };
		const wholeLabel = [..."abcdefghijklmnopqrstuvwxyz0123456789-"].every(allows);
		if (!wholeLabel || !isOpen || min > 1) return { kind: "part" };
		return { kind: allows(".") ? "any" : "label" };
	}
	if (element.type === "Group" || element.type === "CapturingGroup") {
		const ways = element.alternatives.flatMap((alternative) => expand(alternative.elements, ignoreCase));
		const isLabel = ways.every(
			([label, dot, ...rest]) =>
				rest.length === 0 &&
				(label?.kind === "label" || label?.kind === "any") &&
				((dot?.kind === "text" && dot.text === ".") || dot?.kind === "loose-dot"),
		);
		if (isLabel && ways.length === 1 && isOpen && min <= 1) return { kind: "labels" };
	}
	throw new Unsayable();
}

/** Whether a class or a set takes a character. */
function matchesOne(
	element: AST.CharacterSet | AST.CharacterClass,
	character: string,
	ignoreCase: boolean,
): boolean {
	const code = character.charCodeAt(0);
	const upper = character.toUpperCase().charCodeAt(0);
	if (element.type === "CharacterSet") {
		switch (element.kind) {
			case "any":
				return true;
			case "digit":
				return /\d/.test(character) !== element.negate;
			case "word":
				return /\w/.test(character) !== element.negate;
			case "space":
				return element.negate;
			default:
				throw new Unsayable();
		}
	}
	const taken = element.elements.some((one) => {
		switch (one.type) {
			case "Character":
				return one.value === code || (ignoreCase && one.value === upper);
			case "CharacterClassRange": {
				const within = (value: number) => one.min.value <= value && value <= one.max.value;
				return within(code) || (ignoreCase && within(upper));
			}
			case "CharacterSet":
				return matchesOne(one, character, ignoreCase);
			default:
				throw new Unsayable();
		}
	});
	return taken !== element.negate;
}
