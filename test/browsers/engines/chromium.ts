/** Owns how Chromium is opened: headless, its own names and trust, a policy that chooses the client certificate. */

import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DrivenEngine, Surroundings } from "./engine.ts";
import { freshHome, openProcess, run, withFiles } from "./process.ts";
import { createTrust } from "./trust.ts";

const FLAGS = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--disable-dev-shm-usage",
	"--no-proxy-server",
];

/** Where Chromium and Chrome look for policies; the folder has to be there to be covered by ours. */
const POLICY_DIRECTORIES = ["/etc/chromium", "/etc/opt/chrome"];
const POLICY = { AutoSelectCertificateForUrls: ['{"pattern":"*","filter":{}}'] };

export function chromium(binary: string): DrivenEngine {
	return {
		id: "chromium",
		name: "Chromium",
		takesCertificate: ({ canUnshare }) => canUnshare,
		async version({ directory }) {
			const { stdout } = await run(binary, ["--version"], { env: freshHome(directory) });
			return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim();
		},
		async open(url, surroundings) {
			const { directory, authority, canUnshare } = surroundings;
			await createTrust(join(directory, ".pki/nssdb"), authority);
			const rules = surroundings.hostnames.map((name) => `MAP ${name} 127.0.0.1`).join(",");
			const profile = join(directory, "profile");
			const own = [`--host-resolver-rules=${rules}`, `--user-data-dir=${profile}`];
			const command = [binary, ...FLAGS, ...own, url];
			const policies = canUnshare ? await layPolicies(surroundings) : [];
			return openProcess(policies.length > 0 ? withFiles(policies, command) : command, freshHome(directory));
		},
	};
}

async function layPolicies({ directory }: Surroundings): Promise<readonly (readonly [string, string])[]> {
	const laid = join(directory, "policies");
	await mkdir(join(laid, "policies/managed"), { recursive: true });
	await writeFile(join(laid, "policies/managed/certificate.json"), JSON.stringify(POLICY));
	const there = await Promise.all(POLICY_DIRECTORIES.map((each) => stat(each).catch(() => undefined)));
	return POLICY_DIRECTORIES.filter((_, index) => there[index]?.isDirectory()).map(
		(each) => [laid, each] as const,
	);
}
