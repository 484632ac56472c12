/** Owns the ways in which formats write lists of origins and names, as rules. */

import { isObject } from "../../tenants/salvage.ts";
import type {
	Lost,
	Names,
	OriginMatch,
	OriginRule,
	PlainNames,
	SourcePath,
	SourcePolicy,
} from "./source-policy.ts";
import { items, type Tree, texts } from "./tree.ts";

/** Every origin. */
export const ANY: OriginMatch = { kind: "any" };

/** Every origin, of products that send the asterisk itself. */
export const ANY_AS_ASTERISK: OriginMatch = { kind: "any", isLiteral: true };

/** Makes a rule of each text of a list. @param matchOf how the product compares it */
export function rulesOf(
	tree: Tree | undefined,
	matchOf: (text: string) => OriginMatch,
): readonly OriginRule[] {
	// { "Ref": "Page" } and { "Fn::Sub": … } are filled in by CloudFormation: that they are left out is said.
	const references = items(tree).filter(({ value }) => isObject(value) && isReference(value));
	return [
		...texts(tree).map(({ text, line }) => ({ text, line, match: matchOf(text) })),
		...references.map(({ value, line }) => ({
			text: `\${${JSON.stringify(value).replaceAll(/[{}]/g, "")}}`,
			line,
			match: { kind: "exact" } as const,
		})),
		...lostIn(tree)
			.filter(({ reference }) => !reference)
			.map(notAText),
	];
}

/** Of CloudFormation's functions each is a mapping of one member. */
function isReference(value: object): boolean {
	const [key, ...more] = Object.keys(value);
	return more.length === 0 && (key === "Ref" || key?.startsWith("Fn::") === true);
}

/** The rule that says of a member of a list of origins that it is not carried over. */
export function notAText({ text, line }: Lost): OriginRule {
	return { text, line, match: { kind: "not-a-text" } };
}

/** Members of a list that are not texts; numbers count as texts. @param isText what does */
export function lostIn(
	tree: Tree | undefined,
	isText = (value: unknown) => typeof value === "string" || typeof value === "number",
): readonly (Lost & { readonly reference: boolean })[] {
	return items(tree).flatMap(({ value, line }) =>
		isText(value)
			? []
			: [{ text: JSON.stringify(value) ?? "", line, reference: isObject(value) && isReference(value) }],
	);
}

/** `*` alone is every origin, `*` in a text any characters; all else is the very origin. */
export function globOrExact(text: string, star: "any" | "label" = "any"): OriginMatch {
	if (text === "*") return ANY;
	return text.includes("*") ? { kind: "glob", star } : { kind: "exact" };
}

/** `*` alone is every origin, all else the very origin. */
export function anyOrExact(text: string): OriginMatch {
	return text === "*" ? ANY : { kind: "exact" };
}

/** A list of names. @param star what the product does with an asterisk @param absent what it does without a list */
export function namesOf(tree: Tree | undefined, star: "any" | "literal-star", absent: Names): Names {
	if (tree === undefined) return absent;
	const lost = lostIn(tree);
	const names = plainNames(tree, star);
	return lost.length === 0 ? names : { names, lost };
}

function plainNames(tree: Tree, star: "any" | "literal-star"): PlainNames {
	const names = texts(tree).map(({ text }) => text);
	if (!names.includes("*")) return names;
	const besideStar = names.filter((name) => name !== "*");
	return star === "any" || besideStar.length === 0 ? star : { besideStar };
}

/** Where a policy lies. */
export interface SourcePlace {
	readonly hosts: readonly string[];
	readonly paths: readonly SourcePath[];
	/** What tells its requests from others of the same paths, in words. */
	readonly partly?: string | undefined;
}

/** Stands for a place that the source routes and gives no policy: the policy around it is not for its requests. */
export function withoutPolicy(place: SourcePlace, scope = ""): SourcePolicy {
	return {
		...place,
		name: "a route without a policy",
		line: undefined,
		scope,
		rank: -1,
		isBare: true,
		origins: [],
		credentials: false,
		methods: [],
		requestHeaders: [],
		exposedHeaders: [],
		remarks: [],
	};
}

/** The paths of one rule, apart by what else its requests have to have. */
export function byCondition(
	matches: readonly { readonly path: SourcePath; readonly partly: string | undefined }[],
): readonly Omit<SourcePlace, "hosts">[] {
	const groups = new Map<string | undefined, SourcePath[]>();
	for (const { path, partly } of matches) groups.set(partly, [...(groups.get(partly) ?? []), path]);
	return [...groups].map(([partly, paths]) => ({ partly, paths: isEverything(paths) ? [] : paths }));
}

/** Whether one of several paths is a prefix of all. */
function isEverything(paths: readonly SourcePath[]): boolean {
	return paths.some(({ kind, path }) => kind === "prefix" && path === "/");
}

/** A policy at each of its places; where none is known, in a file of its own that has no hosts. */
export function atPlaces(
	policy: Omit<SourcePolicy, "hosts" | "paths">,
	places: readonly SourcePlace[],
): readonly SourcePolicy[] {
	return places.length === 0
		? [{ ...policy, hosts: [], paths: [] }]
		: places.map((place) => ({ ...policy, ...place }));
}
