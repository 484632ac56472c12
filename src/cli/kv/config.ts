/** Owns the user's wrangler configuration: where it is, and which namespace, account and services it names. */

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse as parseToml } from "smol-toml";
import { reasonOf } from "../../findings/reason.ts";
import { isObject } from "../../tenants/salvage.ts";
import { readInput } from "../files/input.ts";
import { readJson } from "../files/json-text.ts";
import { createSource } from "../files/source.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import type { Terminal } from "../shell/terminal.ts";

/** The binding of the tenants' namespace. */
export const BINDING = "TENANTS";

/** What is asked of a configuration, for one environment of it. */
export interface WranglerConfig {
	readonly path: string;
	readonly environment: string | undefined;
	/** The Worker's name, as it is deployed. */
	readonly worker: string | undefined;
	readonly accountId: string | undefined;
	/** Undefined where the first deployment has to say it. */
	readonly namespaceId: string | undefined;
	readonly previewId: string | undefined;
	/** The names of its service bindings. */
	readonly services: ReadonlySet<string>;
	/** As it was written: all of it, and the part of the environment, which may be the same. */
	readonly top: Json;
	readonly section: Json;
}

/** In the order in which wrangler takes them. */
const NAMES = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
/** Largest configuration that is read, in bytes. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/** Where to look, and which part counts. */
export interface ConfigPlace {
	/** As `--config` names it; undefined: the nearest one from the current folder upwards. */
	readonly config?: string | undefined;
	/** As `--env` names it; undefined or empty: the top level. */
	readonly environment: string | undefined;
}

/**
 * Reads the configuration. wrangler's own reader would say the same, but takes a second to load, and a machine with a
 * token needs no wrangler.
 * @throws CommandFault where there is none, where it cannot be read, has not that environment, or binds no namespace
 */
export async function readConfig(place: ConfigPlace, terminal: Terminal): Promise<WranglerConfig> {
	const path = place.config === undefined ? findConfig() : resolve(place.config);
	const { text } = await readInput(path, MAX_CONFIG_BYTES, terminal);
	const top = parseConfig(path, text);
	// wrangler takes it for --env too; out of the real environment, never out of a file.
	const environment = (place.environment ?? process.env["CLOUDFLARE_ENV"]) || undefined;
	const section = environment === undefined ? top : sectionOf(top, environment, path);
	const namespace = listOf(section, "kv_namespaces").find(({ binding }) => binding === BINDING);
	if (namespace === undefined) throw unbound(path, environment, listOf(top, "kv_namespaces").length > 0);
	const name = textOf(top["name"]);
	return {
		path,
		environment,
		worker:
			environment === undefined || name === undefined
				? name
				: (textOf(section["name"]) ?? `${name}-${environment}`),
		accountId: textOf(section["account_id"]) ?? textOf(top["account_id"]),
		namespaceId: textOf(namespace["id"]),
		previewId: textOf(namespace["preview_id"]),
		services: new Set(listOf(section, "services").flatMap(({ binding }) => textOf(binding) ?? [])),
		...{ top, section },
	};
}

function findConfig(): string {
	for (let folder = process.cwd(); ; folder = dirname(folder)) {
		const found = NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
		if (found !== undefined) return found;
		if (dirname(folder) === folder) {
			throw new CommandFault(
				"missing-config",
				`There is no wrangler configuration (${NAMES.join(", ")}) in this folder or above it, so nobody knows which Worker and which KV namespace are meant.\nRun it in your project's folder, name the file (--config FILE), or make a project here: npx cordon init.`,
			);
		}
	}
}

/** A part of a configuration. */
type Json = Readonly<Record<string, unknown>>;

function parseConfig(path: string, text: string): Json {
	const unreadable = (reason: string) =>
		new CommandFault("unreadable-config", `${safePart(path)} cannot be read: ${safePart(reason)}`);
	if (path.endsWith(".toml")) {
		try {
			return parseToml(text);
		} catch (error) {
			throw unreadable(`it is not TOML (${reasonOf(error).split("\n", 1)[0]}).`);
		}
	}
	const { value, errors } = readJson(createSource(path, text));
	const [first] = errors;
	if (first !== undefined) throw unreadable(first.finding.message);
	if (!isObject(value)) throw unreadable("it is not a JSON object.");
	return value;
}

function sectionOf(top: Json, environment: string, path: string): Json {
	const environments = isObject(top["env"]) ? top["env"] : {};
	const section = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
	if (isObject(section)) return section;
	const names = Object.keys(environments);
	throw new CommandFault(
		"unknown-environment",
		`${safePart(path)} has no environment ${JSON.stringify(environment)}${names.length === 0 ? ", nor any other" : `; it has ${names.map((name) => safePart(name)).join(", ")}`}.\nwrangler would take the top level instead, which may be production: correct --env, or add [env.${safePart(environment)}].`,
	);
}

function unbound(path: string, environment: string | undefined, hasTop: boolean): CommandFault {
	const where = environment === undefined ? "" : `env.${environment}.`;
	const inherited = environment !== undefined && hasTop ? " An environment does not inherit bindings." : "";
	return new CommandFault(
		"unbound-namespace",
		`${safePart(path)} binds no KV namespace as ${BINDING}${environment === undefined ? "" : ` in the environment ${safePart(environment)}`}.${inherited}\nAdd [[${safePart(where)}kv_namespaces]] with binding = "${BINDING}", as the gateway needs it too, or name another configuration: --config FILE.`,
	);
}

function listOf(section: Json, key: string): readonly Json[] {
	const list = section[key];
	return Array.isArray(list) ? list.filter(isObject) : [];
}

function textOf(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}

/** Reads the names of the gateway's service bindings. @returns undefined where they cannot be told */
export async function readServices(
	place: ConfigPlace,
	terminal: Terminal,
): Promise<ReadonlySet<string> | undefined> {
	try {
		return (await readConfig(place, terminal)).services;
	} catch (error) {
		if (error instanceof CommandFault) return undefined;
		throw error;
	}
}
