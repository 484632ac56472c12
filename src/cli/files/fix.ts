/** Owns the plain remedies of a tenant file's findings, applied to its text until none is left. */

import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../../findings/finding.ts";
import { applyPatches, type Patch } from "../../findings/patch.ts";
import { patchText } from "./json-patch.ts";
import { readJson } from "./json-text.ts";
import { createSource } from "./source.ts";
import { readTenantFile, type TenantFile } from "./tenant-file.ts";

/** A finding whose fix was applied. */
export interface Fixed extends Finding {
	readonly fix: Patch;
	/** Where it stood in the text as it was then, from 1. */
	readonly line: number;
}

/** What became of a file. */
export interface FixedFile {
	readonly text: string;
	readonly fixed: readonly Fixed[];
	/** The file as it is now, checked again. */
	readonly file: TenantFile;
}

/** A fix may make another one plain: a mended entry that stood there already is then one too many. */
const MAX_PASSES = 20;
/** Characters that all passes go through; of a long text with thousands of findings the rest waits for the next run. */
const MAX_PASSED_CHARACTERS = 8 * 1024 * 1024;

/**
 * Applies every fix of a file's findings.
 * @param name what messages call it
 */
export function fixTenantFile(name: string, text: string): FixedFile {
	const fixed: Fixed[] = [];
	let current = text;
	let file = readTenantFile(name, current);
	const passes = Math.min(MAX_PASSES, Math.ceil(MAX_PASSED_CHARACTERS / (text.length + 1)));
	for (let pass = 0; pass < passes; pass++) {
		const all = fixesOf(file);
		// One that cannot be said in the text is left, and the others are tried one by one.
		const done = applied(current, all) ?? firstApplied(current, all);
		if (done === undefined) break;
		current = done.text;
		fixed.push(...done.fixed);
		file = readTenantFile(name, current);
	}
	return { text: current, fixed, file };
}

/** Fixes that do not get into each other's way, in the order of their places. */
function fixesOf({ errors, warnings, source }: TenantFile): readonly Fixed[] {
	const placed = [...errors, ...warnings].toSorted((a, b) => a.span.start - b.span.start);
	const taken = new Set<string>();
	const fixes: Fixed[] = [];
	for (const { finding, span } of placed) {
		const { fix, pointer } = finding;
		if (fix === undefined || isWithin(pointer, taken)) continue;
		taken.add(pointer);
		fixes.push({ ...finding, fix, line: source.position(span.start).line });
	}
	return fixes.filter(({ pointer }) => !hasWithin(pointer, taken));
}

function isWithin(pointer: string, taken: ReadonlySet<string>): boolean {
	for (let end = pointer.length; end > 0; end = pointer.lastIndexOf("/", end - 1)) {
		if (taken.has(pointer.slice(0, end))) return true;
	}
	return false;
}

/** What holds another fix waits for the next pass. */
function hasWithin(pointer: string, taken: ReadonlySet<string>): boolean {
	for (const other of taken) if (other.startsWith(`${pointer}/`)) return true;
	return false;
}

interface Applied {
	readonly text: string;
	readonly fixed: readonly Fixed[];
}

/** @returns undefined where there is nothing to apply, or the text would not say what the patches do */
function applied(text: string, fixed: readonly Fixed[]): Applied | undefined {
	if (fixed.length === 0) return undefined;
	const edited = patchText(
		text,
		fixed.map(({ fix }) => fix),
	);
	if (edited === undefined) return undefined;
	const before = readJson(createSource("", text));
	const expected = applyPatches(
		before.value,
		fixed.toReversed().map(({ fix }) => fix),
	);
	const { value, errors } = readJson(createSource("", edited));
	return errors.length <= before.errors.length && isDeepStrictEqual(value, expected)
		? { text: edited, fixed }
		: undefined;
}

function firstApplied(text: string, all: readonly Fixed[]): Applied | undefined {
	for (const one of all.slice(0, MAX_SINGLES)) {
		const done = applied(text, [one]);
		if (done !== undefined) return done;
	}
	return undefined;
}

/** Fixes that are tried alone. */
const MAX_SINGLES = 20;
