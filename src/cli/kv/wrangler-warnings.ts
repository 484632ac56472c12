/** Owns what wrangler itself warns of in its configuration, such as a key that it does not know. */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { Fault } from "../shell/fault.ts";
import type { Terminal } from "../shell/terminal.ts";
import { type ConfigPlace, readConfig } from "./config.ts";
import { findWrangler } from "./peers.ts";
import { runWrangler } from "./wrangler.ts";

/** wrangler takes a second to load, and changes the process that it is loaded into: so it has one of its own. */
const SCRIPT = `
const { unstable_readConfig: read } = await import(process.argv[1]);
read({ config: process.argv[2], env: process.argv[3] || undefined });
`;

/** Asks wrangler. @returns its lines; none where it is not installed, or has nothing to say */
export async function readWarnings(place: ConfigPlace, terminal: Terminal): Promise<readonly string[]> {
	try {
		const { path, environment = "" } = await readConfig(place, terminal);
		const module = pathToFileURL(createRequire(findWrangler(path)).resolve("wrangler")).href;
		const { errors } = await runWrangler([
			...["--input-type=module", "--eval", SCRIPT],
			...[module, path, environment],
		]);
		return stripVTControlCharacters(errors)
			.split("\n")
			.map((line) => line.trim())
			.filter((line) => line !== "");
	} catch (error) {
		if (error instanceof Fault) return [];
		throw error;
	}
}
