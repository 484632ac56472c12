/** Owns the document of one host: which policy of the source lies at which path, and nothing wider around what has no place. */

import { isDeepStrictEqual } from "node:util";
import { CommandFault } from "../shell/fault.ts";
import type { CarriedPolicy } from "./carry.ts";
import { type Cors, letsIn, meet } from "./meet.ts";
import { routePath } from "./route-path.ts";
import type { Remark } from "./source-policy.ts";

/** A tenant document as it is written: it watches until somebody has looked at it. */
export interface ImportedDocument {
	mode: "report";
	cors: Cors;
	routes?: { path: string; cors: Cors }[];
}

/** Policies that one place may have. */
const MAX_POLICIES = 16;

/** Paths of one host: each is compared with the others, and of routes a document has a thousand at most. */
const MAX_PLACES = 4000;

/** A policy whose requests cannot be told from those around them. */
interface Unplaced {
	readonly within: string;
	readonly policy: CarriedPolicy;
}

/** Lays the policies of a host out, with what there is to say of it. */
export function documentOf(policies: readonly CarriedPolicy[]): {
	readonly document: ImportedDocument;
	readonly remarks: readonly Remark[];
} {
	const remarks: Remark[] = [];
	const places = new Map<string, CarriedPolicy[]>();
	const unplaced: Unplaced[] = [];
	for (const policy of policies) {
		for (const at of placesOf(policy, unplaced, remarks)) {
			places.set(at, [...(places.get(at) ?? []), policy]);
		}
	}
	if (places.size + unplaced.length > MAX_PLACES) throw tooManyPlaces();
	const whole = places.get("");
	const document: ImportedDocument = {
		mode: "report",
		// What the source says nothing of is shared with nobody.
		cors: whole === undefined ? { origins: [] } : corsOf(whole, remarks),
	};
	const routes = [...places]
		.filter(([path]) => path !== "")
		.map(([path, own]) => ({ path, cors: corsOf(own, remarks), isBare: own.every(isBare) }));
	if (routes.length > 0) document.routes = routes.map(({ path, cors }) => ({ path, cors }));
	for (const { path } of routes.filter((route) => route.isBare)) dropNeedless(document, path);
	for (const { within, policy } of unplaced) {
		const own = policy.document;
		for (const at of narrow(document, within, own, !isBare(policy))) {
			remarks.push({
				line: policy.source.line,
				text: `At ${at} only what ${policy.source.name} allows as well is carried over, since its requests cannot be told from the others there.`,
				isLeftOut: true,
			});
		}
	}
	return { document, remarks };
}

function tooManyPlaces(): CommandFault {
	return new CommandFault(
		"too-many-entries",
		`One host has more than ${MAX_PLACES.toLocaleString("en")} paths in this configuration, and a document has 1,000 routes at most. Split it, and import the parts.`,
	);
}

function isBare({ source }: CarriedPolicy): boolean {
	return source.isBare === true;
}

/** The routes that a policy is for; what it is for besides goes into `unplaced`. */
function placesOf(policy: CarriedPolicy, unplaced: Unplaced[], remarks: Remark[]): readonly string[] {
	const { paths, partly, line, name } = policy.source;
	const found = paths.length === 0 ? [""] : [];
	for (const path of paths) {
		const route = routePath(path);
		if (route.kind === "route") {
			found.push(route.at);
			continue;
		}
		unplaced.push({ within: route.within, policy });
		if (isBare(policy)) continue;
		remarks.push({
			line,
			text: `The path ${JSON.stringify(path.path)} has no counterpart: a route is an exact path, or a prefix that ends in /*. Its policy is left out, and its requests get what it has in common with the policy of the paths around it.`,
			isLeftOut: true,
		});
	}
	if (partly === undefined) return [...new Set(found)];
	// A preflight has none of the headers by which such a route is told: it went to the others.
	if (isBare(policy)) return [];
	for (const within of new Set(found)) unplaced.push({ within, policy });
	remarks.push({
		line,
		text: `${name} is for some requests alone (${partly}), and in Cordon a path has one policy for all of them. It is left out.`,
		isLeftOut: true,
	});
	return [];
}

/** The policies of one place: those of the highest rank. */
function corsOf(policies: readonly CarriedPolicy[], remarks: Remark[]): Cors {
	const rank = Math.max(...policies.map(rankOf));
	const own = policies.filter((policy) => rankOf(policy) === rank);
	for (const policy of policies) {
		if (own.includes(policy) || isBare(policy)) continue;
		remarks.push({
			line: policy.source.line,
			text: `${policy.source.name} does not apply here: a more special one replaces it.`,
		});
	}
	return own.some(({ source }) => source.isStacked) ? stacked(own, remarks) : inCommon(own, remarks);
}

function rankOf({ source }: CarriedPolicy): number {
	return source.rank ?? 0;
}

/** Policies that the product goes through one after the other; what follows "*" could never apply. */
function stacked(own: readonly CarriedPolicy[], remarks: Remark[]): Cors {
	const any = own.findIndex(({ document }) => document.origins === "*");
	const reachable = any === -1 ? own : own.slice(0, any + 1);
	for (const { source } of [...own.slice(reachable.length), ...reachable.slice(MAX_POLICIES)]) {
		remarks.push({
			line: source.line,
			text: `${source.name} is left out: a policy before it applies to every origin, or there are more than ${MAX_POLICIES}.`,
			isLeftOut: true,
		});
	}
	const documents: Exclude<Cors, readonly unknown[]>[] = [];
	for (const { document } of reachable.slice(0, MAX_POLICIES)) {
		// Routes of a source often repeat one policy.
		if (!documents.some((one) => isDeepStrictEqual(one, document))) documents.push(structuredClone(document));
	}
	const [only] = documents;
	return documents.length === 1 && only !== undefined ? only : documents;
}

/** The product tells its policies apart by what a route cannot say: methods, headers, the order in which they stand. */
function inCommon(own: readonly CarriedPolicy[], remarks: Remark[]): Cors {
	const [first, ...others] = own;
	let common: Cors = structuredClone(first?.document ?? { origins: [] });
	for (const { document, source } of others) {
		const narrower = meet(common, document);
		if (!(isDeepStrictEqual(narrower, common) && isDeepStrictEqual(narrower, document))) {
			remarks.push({
				line: source.line,
				text: `${source.name} is for the same paths as ${first?.source.name}, and the source tells them apart by something else. What both allow is carried over.`,
				isLeftOut: true,
			});
		}
		common = narrower;
	}
	return common;
}

/** A route that says what is so around it anyway. */
function dropNeedless(document: ImportedDocument, path: string): void {
	const others = document.routes?.filter((route) => route.path !== path) ?? [];
	const own = document.routes?.find((route) => route.path === path)?.cors ?? { origins: [] };
	const around = surroundings(document, others, path);
	if (!isDeepStrictEqual(around, own) && (letsIn(around) || letsIn(own))) return;
	if (others.length === 0) delete document.routes;
	else document.routes = others;
}

/** The policy that the requests of a path would have without a route of their own. */
function surroundings(
	document: ImportedDocument,
	routes: readonly { readonly path: string; readonly cors: Cors }[],
	path: string,
): Cors {
	const around = routes.filter((route) => isWithin(path, route.path));
	const longest = around.toSorted((one, other) => other.path.length - one.path.length)[0];
	return (longest ?? document).cors;
}

/** Whether a route lies in another one, or is the same. */
function isWithin(path: string, outer: string): boolean {
	if (outer === "" || path === outer) return true;
	if (!outer.endsWith("/*")) return false;
	return path === outer.slice(0, -2) || path.startsWith(outer.slice(0, -1));
}

/**
 * Takes from a place what a policy does not allow: some of its requests are that policy's, and which ones Cordon cannot tell.
 * @param isDeep whether from all that lies in it as well
 * @returns the places that are narrower now
 */
export function narrow(
	document: ImportedDocument,
	within: string,
	own: Cors,
	isDeep = true,
): readonly string[] {
	const narrowed: string[] = [];
	const routes = document.routes ?? [];
	if (within === "") {
		const cors = meet(document.cors, own);
		if (!isDeepStrictEqual(cors, document.cors)) narrowed.push("every path");
		document.cors = cors;
	} else if (!routes.some(({ path }) => path === within)) {
		const around = surroundings(document, routes, within);
		const cors = meet(around, own);
		if (!isDeepStrictEqual(cors, around)) {
			routes.push({ path: within, cors });
			narrowed.push(within);
		}
	}
	const isMeant = (path: string) => (isDeep ? isWithin(path, within) : path === within);
	for (const route of routes.filter(({ path }) => isMeant(path) && !narrowed.includes(path))) {
		const cors = meet(route.cors, own);
		if (!isDeepStrictEqual(cors, route.cors)) narrowed.push(route.path);
		route.cors = cors;
	}
	if (routes.length > 0) document.routes = routes;
	return narrowed;
}
