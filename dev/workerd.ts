/** Owns the question which workerd runs here: the one that miniflare carries, and wrangler with it, so that there is one. */

import { createRequire } from "node:module";
import { join } from "node:path";

const fromMiniflare = createRequire(createRequire(import.meta.url).resolve("miniflare"));

/** The path of the binary. */
export const WORKERD = (fromMiniflare("workerd") as { default: string }).default;

/** Its version. */
export const WORKERD_VERSION = (fromMiniflare("workerd/package.json") as { version: string }).version;

/**
 * What Miniflare's environment needs so that every workerd which it starts ends with it, however it went. Nothing on
 * Windows, which has no shell to keep watch.
 */
export const KEPT_WORKERD: Readonly<Record<string, string>> =
	process.platform === "win32"
		? {}
		: { CORDON_WORKERD: WORKERD, MINIFLARE_WORKERD_PATH: join(import.meta.dirname, "workerd.sh") };
