/** Owns what two policies have in common: nothing is allowed that one of them does not allow. */

import { isDeepStrictEqual } from "node:util";
import { checkOrigin } from "../../cors/allowed-origins.ts";
import { DEFAULT_PREFLIGHT_MAX_AGE_SECONDS } from "../../cors/policy.ts";
import { compileTenant } from "../../tenants/tenant.ts";
import type { PolicyDocument } from "./carry.ts";

/** A place's policy, or several that follow each other. */
export type Cors = PolicyDocument | PolicyDocument[];

/**
 * What both allow. Of lists of policies, of which the first that knows an origin decides, that is nothing, unless they
 * are the same: to go through them in pairs could let a later pair decide what an earlier one refused.
 */
export function meet(one: Cors, other: Cors): Cors {
	if (isDeepStrictEqual(one, other)) return structuredClone(one);
	if (Array.isArray(one) || Array.isArray(other)) return { origins: [] };
	const origins = commonOrigins(one.origins, other.origins);
	if (origins.length === 0) return { origins: [] };
	const methods = commonNames(one.methods, other.methods, (name) => name);
	const requestHeaders = commonNames(one.requestHeaders, other.requestHeaders, lowerCase);
	const exposedHeaders = commonNames(one.exposedHeaders, other.exposedHeaders, lowerCase);
	const ages = [one.preflightMaxAgeSeconds, other.preflightMaxAgeSeconds];
	return {
		origins,
		...(one.credentials && other.credentials ? { credentials: true } : {}),
		...(methods === undefined ? {} : { methods }),
		...(requestHeaders === undefined ? {} : { requestHeaders }),
		...(exposedHeaders === undefined ? {} : { exposedHeaders }),
		...(ages.every((age) => age === undefined)
			? {}
			: {
					preflightMaxAgeSeconds: Math.min(...ages.map((age) => age ?? DEFAULT_PREFLIGHT_MAX_AGE_SECONDS)),
				}),
	};
}

/** Whether somebody is let in. */
export function letsIn(cors: Cors): boolean {
	return [cors].flat().some(({ origins }) => origins.length > 0);
}

function lowerCase(name: string): string {
	return name.toLowerCase();
}

/** Wildcards that are not written alike are taken for different: that is narrower than they may be, and never wider. */
function commonOrigins(one: string[] | "*", other: string[] | "*"): string[] | "*" {
	if (one === "*") return structuredClone(other);
	if (other === "*") return structuredClone(one);
	const isIn = (list: string[]) => {
		const written = new Set(list);
		const result = compileTenant({ cors: { origins: list } });
		const allowed = result.ok && !result.closed ? result.tenant.place.policies.origins : undefined;
		return (entry: string) => {
			if (written.has(entry)) return true;
			if (allowed === undefined || entry.includes("*")) return false;
			const check = checkOrigin(allowed, entry);
			return check.kind === "decided" && check.verdict.allowed;
		};
	};
	return [...new Set([...one.filter(isIn(other)), ...other.filter(isIn(one))])];
}

function commonNames(
	one: string[] | "*" | undefined,
	other: string[] | "*" | undefined,
	key: (name: string) => string,
): string[] | "*" | undefined {
	if (one === undefined || other === undefined) return undefined;
	if (one === "*") return structuredClone(other);
	if (other === "*") return structuredClone(one);
	const names = new Set(other.map(key));
	const common = one.filter((name) => names.has(key(name)));
	return common.length === 0 ? undefined : common;
}
