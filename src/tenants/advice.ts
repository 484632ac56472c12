/** Owns that advice is checked: a suggestion or a fix is given only where taking it removes its finding and brings no other. */

import { type Fault, type Finding, MAX_VALUE_CHARACTERS, valueOfText } from "../findings/finding.ts";
import { type Advice, adviceOf, isSmall } from "../findings/meant.ts";
import { applyPatches, type Patch, valueAt } from "../findings/patch.ts";
import { say } from "./words.ts";

/** How often a document is checked again for the advice on it; what is not reached by then goes without. */
const MAX_ROUNDS = 400;
/** Characters of documents that are checked again in all, so that a large one does not take minutes. */
const MAX_RECHECKED_CHARACTERS = 32 * 1024 * 1024;
/**
 * As many where each finding is tried by itself. What is tried together may be good together and not alone, but for a large
 * document one check has to do for many.
 */
const MAX_CHARACTERS_ALONE = 1024 * 1024;

/** What is wrong with a document, and what is doubtful in it. */
export interface Rechecked {
	readonly errors: readonly Place[];
	readonly warnings: readonly Place[];
}

type Place = Pick<Fault, "code" | "pointer">;

/** Errors and warnings, with the words and what to do. */
export interface Advised {
	readonly errors: readonly Finding[];
	readonly warnings: readonly Finding[];
}

/**
 * Words faults, and adds what to do about them.
 * @param root the document that has them
 * @param recheck finds what is wrong with a changed one, without any bound on how much is listed
 * @param characters about how long the document is
 */
export function advise(
	root: unknown,
	faults: { readonly errors: readonly Fault[]; readonly warnings: readonly Fault[] },
	recheck: (root: unknown) => Rechecked,
	characters: number,
): Advised {
	let left = Math.min(MAX_ROUNDS, Math.ceil(MAX_RECHECKED_CHARACTERS / (characters + 1)));
	const areFew =
		faults.errors.length + faults.warnings.length <= Math.min(left, MAX_CHARACTERS_ALONE / (characters + 1));
	const groupsOf = areFew ? eachAlone : alikeTogether;
	let first: Rechecked | undefined;
	const trial: Trial = {
		before: () => (first ??= recheck(root)),
		after(some) {
			const changed = left-- > 0 ? applyAll(root, some) : undefined;
			return changed === undefined ? undefined : recheck(changed);
		},
	};
	// Apart, as an error and a warning may stand at one place.
	return {
		errors: adviseEach(root, faults.errors, groupsOf, trial),
		warnings: adviseEach(root, faults.warnings, groupsOf, trial),
	};
}

/** What is tried at once. */
type Grouping = (tried: readonly Tried[]) => readonly (readonly Tried[])[];

function adviseEach(
	root: unknown,
	faults: readonly Fault[],
	groupsOf: Grouping,
	trial: Trial,
): readonly Finding[] {
	const worded = faults.map((fault) => {
		const { message, meant } = say(fault, root);
		const advice = meant === undefined ? undefined : adviceOf(meant, root, fault.pointer);
		return { code: fault.code, pointer: fault.pointer, message, advice };
	});
	const outcomes: Outcomes = new Map();
	const tried = worded.filter((finding): finding is Tried => finding.advice?.patch !== undefined);
	for (const group of groupsOf(tried)) tryOut(group, trial, outcomes);
	return worded.map((finding) => {
		const { code, pointer, message, advice } = finding;
		const outcome = outcomes.get(finding) ?? "bad";
		const fix = outcome === "covered" ? advice?.patchWhereCovered : advice?.patch;
		// A key is a guess that is not tried: what stands there may have its own faults.
		const isSuggested = advice?.suggestion !== undefined && (advice.patch === undefined || outcome !== "bad");
		const isFix = fix !== undefined && advice?.isPlain && (outcome === "clean" || outcome === "covered");
		return {
			code,
			pointer,
			message,
			...(isSuggested ? { suggestion: advice.suggestion } : {}),
			...shownValue(root, pointer),
			...(isFix ? { fix } : {}),
		};
	});
}

interface Tried {
	readonly code: string;
	readonly pointer: string;
	readonly message: string;
	readonly advice: Advice & { readonly patch: Patch };
}

/** Nothing new comes; only that it is one too many; only other warnings; the finding stays, or an error comes. */
type Outcome = "clean" | "covered" | "accepted" | "bad";

type Outcomes = Map<object, Outcome>;

interface Trial {
	before(): Rechecked;
	/** Undefined where it cannot be tried. */
	after(some: readonly Tried[]): Rechecked | undefined;
}

const eachAlone: Grouping = (tried) => tried.map((one) => [one]);

/**
 * What can be tried together: values in place of others; what is only taken out; and each by itself what makes its list longer,
 * as what comes of it could hide behind what goes elsewhere.
 */
const alikeTogether: Grouping = (tried) => {
	const kindOf = ({ advice: { patch } }: Tried) => (patch.length > 1 ? "longer" : patch[0]?.op);
	const sorted = tried.toSorted(byPlace);
	const removals = sorted.filter((one) => kindOf(one) === "remove");
	return [
		sorted.filter((one) => kindOf(one) === "replace"),
		// An entry that is taken out hands its own findings to its repetition, which hides where that goes too.
		removals.filter(({ code }) => code === "repeated-entry"),
		removals.filter(({ code }) => code !== "repeated-entry"),
		...sorted.filter((one) => kindOf(one) === "longer").map((one) => [one]),
	].filter(({ length }) => length > 0);
};

/** All at once, then by halves where that fails: of most documents all advice is good. */
function tryOut(some: readonly Tried[], trial: Trial, outcomes: Outcomes): void {
	const after = trial.after(some);
	const outcome = after === undefined ? "bad" : outcomeOf(trial.before(), after, some);
	const [only, ...others] = some;
	if (only !== undefined && others.length === 0) {
		outcomes.set(only, outcome === "accepted" && isCovered(only, after) ? "covered" : outcome);
	} else if (outcome === "clean") {
		for (const one of some) outcomes.set(one, outcome);
	} else {
		const half = Math.ceil(some.length / 2);
		tryOut(some.slice(0, half), trial, outcomes);
		tryOut(some.slice(half), trial, outcomes);
	}
}

/** Whether what is written instead is the one that is too many, rather than one that makes others so. */
function isCovered({ pointer, advice }: Tried, after: Rechecked | undefined): boolean {
	return (
		advice.patchWhereCovered !== undefined &&
		after?.warnings.some(
			({ code, pointer: at }) =>
				at === pointer && (code.startsWith("covered-") || code.startsWith("repeated-")),
		) === true
	);
}

/** From the end to the beginning, as what is taken out of a list moves all that comes after it. */
function applyAll(root: unknown, some: readonly Tried[]): unknown {
	for (const [index, { pointer }] of some.entries()) {
		// One within another: what it was meant for is not there any more.
		const before = some[index - 1]?.pointer;
		if (before === pointer || before?.startsWith(`${pointer}/`)) return undefined;
	}
	return applyPatches(
		root,
		some.map(({ advice }) => advice.patch),
	);
}

/** The last place of the document first. */
function byPlace(a: Pick<Tried, "pointer">, b: Pick<Tried, "pointer">): number {
	return b.pointer.localeCompare(a.pointer, "en", { numeric: true });
}

function count(faults: readonly Place[], keyOf: (fault: Place) => string): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	for (const fault of faults) counts.set(keyOf(fault), (counts.get(keyOf(fault)) ?? 0) + 1);
	return counts;
}

function outcomeOf(before: Rechecked, after: Rechecked, some: readonly Tried[]): Outcome {
	// What changes a list's length moves the places behind it, so that then only codes can be compared.
	const moves = some.some(({ advice: { patch } }) => patch.length > 1 || patch[0]?.op === "remove");
	const keyOf = ({ code, pointer }: Place) => (moves ? code : `${code} ${pointer}`);
	const gone = count(some, keyOf);
	const isFewer = (kind: keyof Rechecked) => {
		const counts = count(before[kind], keyOf);
		return [...count(after[kind], keyOf)].every(([key, left]) => {
			const had = counts.get(key) ?? 0;
			return left <= (had === 0 ? 0 : had - (gone.get(key) ?? 0));
		});
	};
	if (!isFewer("errors")) return "bad";
	if (isFewer("warnings")) return "clean";
	const was = count([...before.errors, ...before.warnings], keyOf);
	const is = count([...after.errors, ...after.warnings], keyOf);
	const areGone = [...gone].every(([key, number]) => (is.get(key) ?? 0) <= (was.get(key) ?? 0) - number);
	return areGone ? "accepted" : "bad";
}

/** The offending value, beside the sentence; of a long text the beginning, of anything else that is long nothing. */
function shownValue(root: unknown, pointer: string): { readonly value?: unknown } {
	const value = pointer === "" ? undefined : valueAt(root, pointer);
	if (value === undefined) return {};
	if (typeof value === "string") return { value: valueOfText(value) };
	return isSmall(value) && isShortJson(value) ? { value } : {};
}

/** What a program hands in may hold what JSON has no form for: functions, bigints, circles. */
function isShortJson(value: unknown): boolean {
	try {
		const text: string | undefined = JSON.stringify(value);
		return text !== undefined && text.length <= MAX_VALUE_CHARACTERS;
	} catch {
		return false;
	}
}
