/** Owns NSS databases, in which Chromium and Firefox look for authorities to trust and for client certificates. */

import { mkdir } from "node:fs/promises";
import { type Authority, CLIENT_PASSWORD } from "../stage/authority.ts";
import { run } from "./process.ts";

/** Makes the database, with the authority trusted for servers, and the client's certificate in it. */
export async function createTrust(directory: string, authority: Authority): Promise<void> {
	const database = `sql:${directory}`;
	await mkdir(directory, { recursive: true });
	await run("certutil", ["-N", "-d", database, "--empty-password"]);
	await run("certutil", ["-A", "-d", database, "-n", "authority", "-t", "C,,", "-i", authority.file]);
	await run("pk12util", ["-i", authority.clientFile, "-d", database, "-W", CLIENT_PASSWORD, "-K", ""]);
}
