/** Owns what can still be checked of a document whose structure is faulty, so that all its errors come at once. */

import { MAX_POLICIES } from "../cors/policies.ts";
import { MAX_NAMES, MAX_ROUTES, type TenantDocument } from "./schema.ts";

/** Stands for a path that is missing or no text: there is nothing more to say of it. */
const NOTHING_TO_CHECK = "/without-path/";

/** Tells objects from lists, null and plain values. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The well-typed parts of a faulty document. What is missing or mistyped has its own finding already and is left out;
 * in lists it leaves a hole, so that the other elements keep their index.
 */
export function salvage(value: Readonly<Record<string, unknown>>): TenantDocument {
	const { upstream, routes, cookies } = value;
	return {
		...(isObject(cookies) ? { cookies: salvageCookies(cookies) } : {}),
		...(isString(upstream) || isService(upstream) ? { upstream } : {}),
		cors: salvageCors(value["cors"]),
		routes: soundItems(routes, isObject, MAX_ROUTES).map((route, index) => ({
			path: typeof route["path"] === "string" ? route["path"] : NOTHING_TO_CHECK + index,
			cors: salvageCors(route["cors"]),
		})),
	};
}

type Cors = TenantDocument["cors"];
type SalvagedPolicy = Exclude<Cors, readonly unknown[]>;

function salvageCookies({
	sameSite,
	partitioned,
	domain,
}: Readonly<Record<string, unknown>>): NonNullable<TenantDocument["cookies"]> {
	return {
		...(sameSite === "None" ? { sameSite } : {}),
		...(typeof partitioned === "boolean" ? { partitioned } : {}),
		...(isString(domain) ? { domain } : {}),
	};
}

function salvageCors(value: unknown): Cors {
	if (Array.isArray(value)) return soundItems(value, isObject, MAX_POLICIES).map(salvagePolicy);
	return salvagePolicy(isObject(value) ? value : {});
}

function salvagePolicy(cors: Readonly<Record<string, unknown>>): SalvagedPolicy {
	// Written as a text, true is mistyped, and what it brings with it is worth saying all the same.
	const flag = (key: keyof SalvagedPolicy) => ({ [key]: cors[key] === true || cors[key] === "true" });
	return {
		origins: cors["origins"] === "*" ? "*" : soundItems(cors["origins"], isOriginEntry),
		...flag("credentials"),
		...flag("dangerouslyAllowAnyExtension"),
		...flag("dangerouslyAllowInsecureOrigins"),
		...flag("dangerouslyAllowPublicSuffixSubdomains"),
		...numberOf("preflightMaxAgeSeconds", cors["preflightMaxAgeSeconds"]),
		methods: soundItems(cors["methods"], isString, MAX_NAMES),
		requestHeaders: soundItems(cors["requestHeaders"], isString, MAX_NAMES),
		exposedHeaders: soundItems(cors["exposedHeaders"], isString, MAX_NAMES),
	};
}

/** A number in quotes is mistyped, and what is doubtful about it is worth saying all the same. */
function numberOf<K extends string>(key: K, value: unknown): { readonly [key in K]?: number } {
	const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
	return typeof number === "number" && Number.isFinite(number)
		? ({ [key]: number } as { readonly [key in K]?: number })
		: {};
}

/** A list with holes where the items are not sound: `forEach` and `map` skip those. Beyond `max` there are none. */
function soundItems<T>(
	value: unknown,
	isSound: (item: unknown) => item is T,
	max = Number.POSITIVE_INFINITY,
): T[] {
	const sound: T[] = [];
	if (!Array.isArray(value)) return sound;
	const { length } = value;
	for (let index = 0; index < length && index < max; index++) {
		const item: unknown = value[index];
		if (isSound(item)) sound[index] = item;
	}
	return sound;
}

function isString(value: unknown): value is string {
	return typeof value === "string";
}

function isService(value: unknown): value is { service: string } {
	return isObject(value) && isString(value["service"]);
}

function isOriginEntry(value: unknown): value is string | { directory: string } {
	return isString(value) || (isObject(value) && isString(value["directory"]));
}
