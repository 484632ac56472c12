/** Owns what of a change decides who may read what: the origins that come and go, and the settings that let more in. */

import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../tenants/salvage.ts";

/** Origins that come or go, or a setting that changes, at one place of a document. */
export type AccessChange =
	| {
			readonly kind: "allowed" | "no-longer-allowed";
			readonly place: string;
			/** As the document has them, the widest first. */
			readonly entries: readonly string[];
	  }
	| {
			readonly kind: "setting";
			readonly place: string;
			readonly name: string;
			readonly before: string;
			readonly after: string;
	  };

/** Settings of a document, of a route and of a policy, with what holds where they are absent. */
const DOCUMENT_SETTINGS: Settings = [
	["closed", "false"],
	["upstream", "along its own route"],
	["mode", "enforce"],
	["deniedRequests", "forward"],
	["clientCertificate", "ignore"],
];
const ROUTE_SETTINGS: Settings = [["mode", "as the document's"]];
const POLICY_SETTINGS: Settings = [
	["credentials", "false"],
	["dangerouslyAllowInsecureOrigins", "false"],
	["dangerouslyAllowPublicSuffixSubdomains", "false"],
	["dangerouslyAllowAnyExtension", "false"],
];

type Settings = readonly (readonly [name: string, absent: string])[];
type Json = Readonly<Record<string, unknown>>;

/** A place of a document: the whole of it, a route, or a policy. */
interface Place {
	readonly label: string;
	readonly object: Json;
	readonly settings: Settings;
	readonly origins: unknown[];
}

/** Longest entry or value that is told, in characters. */
const MAX_TOLD_CHARACTERS = 400;

/**
 * Finds what of a change decides who may read. Either side may be any JSON: what KV holds was not checked.
 * @param before undefined where there was no document
 * @param after undefined where there will be none
 */
export function accessChanges(before: unknown, after: unknown): readonly AccessChange[] {
	const isList = [...corsOf(before), ...corsOf(after)].some(
		({ cors }) => Array.isArray(cors) && cors.length > 1,
	);
	const old = placesOf(before, isList);
	const fresh = placesOf(after, isList);
	return [...new Set([...fresh.keys(), ...old.keys()])].flatMap((label) => [
		...settingChanges(old.get(label), fresh.get(label), after === undefined),
		...originChanges(old.get(label), fresh.get(label)),
	]);
}

function settingChanges(
	before: Place | undefined,
	after: Place | undefined,
	isRemoved: boolean,
): readonly AccessChange[] {
	// Of a tenant that goes, or a policy that goes, only the origins count.
	const place = after ?? before;
	if (place === undefined || after === undefined || isRemoved) return [];
	return place.settings.flatMap(([name, absent]): AccessChange[] => {
		const old = settingOf(before, name);
		const fresh = settingOf(after, name);
		if (isDeepStrictEqual(old, fresh)) return [];
		const told = { before: tell(old, absent), after: tell(fresh, absent) };
		return told.before === told.after ? [] : [{ kind: "setting", place: place.label, name, ...told }];
	});
}

function originChanges(before: Place | undefined, after: Place | undefined): readonly AccessChange[] {
	const label = (after ?? before)?.label ?? "";
	const old = originsOf(before);
	const fresh = originsOf(after);
	const allowed = [...fresh].filter((entry) => !old.has(entry));
	const gone = [...old].filter((entry) => !fresh.has(entry));
	return [
		...(allowed.length > 0
			? [{ kind: "allowed", place: label, entries: widestFirst(allowed) } as const]
			: []),
		...(gone.length > 0
			? [{ kind: "no-longer-allowed", place: label, entries: widestFirst(gone) } as const]
			: []),
	];
}

/** The places of a document by what they are called; a name has the type's, so that a route is not taken for a policy. */
function placesOf(document: unknown, isList: boolean): ReadonlyMap<string, Place> {
	const places = new Map<string, Place>();
	const add = (label: string, object: unknown, settings: Settings) => {
		if (!isObject(object)) return;
		const key = `${settings === POLICY_SETTINGS ? "policy" : "other"} ${label}`;
		// A path that stands twice is invalid, and none of its origins is to be passed over.
		const place = places.get(key) ?? { label, object, settings, origins: [] };
		places.set(key, place);
		if (settings !== POLICY_SETTINGS) return;
		const { origins = [] } = object;
		for (const entry of Array.isArray(origins) ? origins : [origins]) place.origins.push(entry);
	};
	add("", document, DOCUMENT_SETTINGS);
	for (const { label, cors, route } of corsOf(document)) {
		if (route !== undefined) add(label, route, ROUTE_SETTINGS);
		const policies: readonly unknown[] = Array.isArray(cors) ? cors : [cors];
		for (const [index, policy] of policies.entries()) {
			const which = isList ? `policy ${index + 1}` : "";
			add([label, which].filter((word) => word !== "").join(", "), policy, POLICY_SETTINGS);
		}
	}
	return places;
}

interface Cors {
	readonly label: string;
	/** A policy, or a list of them. */
	readonly cors: unknown;
	readonly route: Json | undefined;
}

function corsOf(document: unknown): readonly Cors[] {
	if (!isObject(document)) return [];
	const routes: readonly unknown[] = Array.isArray(document["routes"]) ? document["routes"] : [];
	return [
		{ label: "", cors: document["cors"], route: undefined },
		...routes.flatMap((route) =>
			isObject(route) ? [{ label: `route ${tell(route["path"], "")}`, cors: route["cors"], route }] : [],
		),
	];
}

function originsOf(place: Place | undefined): ReadonlySet<string> {
	return new Set(place?.origins.map(tellEntry));
}

function tellEntry(entry: unknown): string {
	if (entry === "*") return '"*": every origin';
	const directory = isObject(entry) ? entry["directory"] : undefined;
	return typeof directory === "string" ? `directory ${tell(directory, "")}` : tell(entry, "");
}

function settingOf(place: Place | undefined, name: string): unknown {
	return place !== undefined && Object.hasOwn(place.object, name) ? place.object[name] : undefined;
}

function tell(value: unknown, absent: string): string {
	if (value === undefined) return absent;
	const service = isObject(value) ? value["service"] : undefined;
	const text =
		typeof service === "string"
			? `service ${service}`
			: typeof value === "string"
				? value
				: JSON.stringify(value);
	return text.length > MAX_TOLD_CHARACTERS ? `${text.slice(0, MAX_TOLD_CHARACTERS)}…` : text;
}

/** Where a list is long, what lets most in must not be what is cut. */
function widestFirst(entries: readonly string[]): readonly string[] {
	return entries.toSorted((a, b) => width(b) - width(a));
}

function width(entry: string): number {
	if (entry.startsWith('"*"')) return 3;
	if (entry.includes("*")) return 2;
	return entry.startsWith("directory ") ? 1 : 0;
}
