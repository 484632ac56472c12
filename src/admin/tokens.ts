/** Owns ADMIN_TOKENS: who may, by bearer token. A secret that is not wholly sound lets nobody in. */

import * as v from "valibot";
import { isDirectoryName } from "../cors/allowed-origins.ts";
import { scanJson } from "../findings/json-scan.ts";
import { isTenantHost } from "../tenants/hosts.ts";
import { type Caller, scopeOf } from "./caller.ts";

/** Most tokens: each request is compared with all of them. */
const MAX_TOKENS = 1000;

/** Printable, and no longer than what a person reads in a list. */
const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/;
const SHA256 = /^[0-9a-fA-F]{64}$/;
const BYTES = 32;

const tokenSchema = v.strictObject({
	name: v.pipe(v.string(), v.regex(NAME)),
	sha256: v.pipe(v.string(), v.regex(SHA256)),
	// An empty list is nobody, as everywhere in a document.
	hosts: v.array(
		v.pipe(
			v.string(),
			v.check((host) => host === "*" || isTenantHost(host)),
		),
	),
	directories: v.optional(
		v.array(
			v.pipe(
				v.string(),
				v.check((name) => name === "*" || isDirectoryName(name)),
			),
		),
	),
	access: v.picklist(["read", "write"]),
});

const tokensSchema = v.pipe(v.array(tokenSchema), v.minLength(1), v.maxLength(MAX_TOKENS));

/** Tells whose a token is; undefined where it is nobody's. */
export type FindToken = (token: string) => Promise<Caller | undefined>;

/**
 * Reads the secret.
 * @returns undefined where anything in it is not as it should be
 */
export function readTokens(secret: string): FindToken | undefined {
	const value = parse(secret);
	const result = v.safeParse(tokensSchema, value);
	if (!result.success) return undefined;
	const tokens = result.output.map((token) => ({
		digest: bytesOf(token.sha256),
		caller: callerOf(token),
	}));
	const isUnique = (values: readonly string[]) => new Set(values).size === tokens.length;
	// Of two with one name, or one secret, the history could not say who it was.
	if (!isUnique(result.output.map(({ name }) => name))) return undefined;
	if (!isUnique(result.output.map(({ sha256 }) => sha256.toLowerCase()))) return undefined;
	return async (token) => {
		const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
		let found: Caller | undefined;
		// All are compared, each in constant time: how long it takes says nothing.
		for (const each of tokens) {
			if (crypto.subtle.timingSafeEqual(each.digest, digest)) found = each.caller;
		}
		return found;
	};
}

/** As JSON without a repeated key, of which only the last would count; undefined where it is not. */
function parse(secret: string): unknown {
	let isSound = true;
	const isFlat = scanJson(secret, () => {
		isSound = false;
		return false;
	});
	if (!isFlat || !isSound) return undefined;
	try {
		return JSON.parse(secret);
	} catch {
		return undefined;
	}
}

function callerOf({ name, hosts, directories = [], access }: v.InferOutput<typeof tokenSchema>): Caller {
	return {
		name,
		via: "token",
		scope: scopeOf(hosts),
		// Never by default, even for a token of all hosts: a directory tells who somebody's customers are.
		directories: directories.includes("*") ? "all" : new Set(directories),
		mayWrite: access === "write",
	};
}

function bytesOf(hex: string): Uint8Array {
	return Uint8Array.from({ length: BYTES }, (_, index) =>
		Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
	);
}
