/** Owns the start of the upstream, and what it is known to answer. */

import { join } from "node:path";
import { type ServerProcess, startServer } from "./process.ts";

/** The size of `/large`. */
export const LARGE_BODY_BYTES = 1024 * 1024;
/** The number of headers of `/many-headers`. */
export const MANY_HEADERS = 100;

/** Starts the upstream. */
export function startUpstream(): Promise<ServerProcess> {
	return startServer({
		command: process.execPath,
		args: [join(import.meta.dirname, "upstream-server.ts")],
		role: "helper",
	});
}
