/** Owns the finding of wrangler and Miniflare, which only some commands need: those that stand beside Cordon, or the user's. */

import { createRequire } from "node:module";
import { CommandFault } from "../shell/fault.ts";

/**
 * Finds a file of a package: as Cordon itself would import it, else as the project of the configuration would. Never
 * from the current folder as such: a folder of tenant files decides nothing.
 * @param config the path of the wrangler configuration
 */
function findPeer(specifier: string, config: string | undefined): string | undefined {
	const own = import.meta.url;
	for (const from of [own, ...(config === undefined ? [] : [config])]) {
		try {
			return createRequire(from).resolve(specifier);
		} catch {
			// The next one may have it.
		}
	}
	return undefined;
}

/** Finds wrangler's package.json; undefined where it is not installed. */
export function findWranglerManifest(config: string | undefined): string | undefined {
	return findPeer("wrangler/package.json", config);
}

/** Finds the entry of wrangler's command line. @throws CommandFault where it is not installed, with what it is needed for */
export function findWrangler(
	config: string | undefined,
	need = "its login is needed where CLOUDFLARE_API_TOKEN is not set.\nSet CLOUDFLARE_API_TOKEN, or install it",
): string {
	const manifest = findWranglerManifest(config);
	if (manifest === undefined) {
		throw new CommandFault(
			"missing-wrangler",
			`wrangler is not installed here, and ${need}: npm install --save-dev wrangler.`,
		);
	}
	return createRequire(manifest).resolve("./bin/wrangler.js");
}

/** Finds Miniflare; wrangler's own, if it is there alone. @throws CommandFault where it is not installed */
export function findMiniflare(config: string | undefined): string {
	const direct = findPeer("miniflare", config);
	if (direct !== undefined) return direct;
	const wrangler = findWranglerManifest(config);
	try {
		return createRequire(wrangler ?? import.meta.url).resolve("miniflare");
	} catch {
		throw new CommandFault(
			"missing-miniflare",
			"Miniflare is not installed here, and the KV of this machine is reached through it.\nIt comes with wrangler: npm install --save-dev wrangler.",
		);
	}
}
