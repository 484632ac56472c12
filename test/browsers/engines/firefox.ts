/** Owns how Firefox is opened: headless, its own names and trust, quiet, a client certificate without asking. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DrivenEngine } from "./engine.ts";
import { freshHome, openProcess, run } from "./process.ts";
import { createTrust } from "./trust.ts";

/** What it is kept from: proxies and calls of its own. */
export const QUIET_PREFERENCES = {
	"network.proxy.type": 0,
	"network.captive-portal-service.enabled": false,
	"network.connectivity-service.enabled": false,
	"network.trr.mode": 5,
	"datareporting.policy.dataSubmissionEnabled": false,
	"app.update.enabled": false,
	"browser.shell.checkDefaultBrowser": false,
	"browser.aboutwelcome.enabled": false,
};

const PREFERENCES = {
	...QUIET_PREFERENCES,
	// Nobody is there to answer a dialog: without this one, a 401 that asks for authentication is read at once.
	"network.auth.subresource-http-auth-allow": 1,
	"security.default_personal_cert": "Select Automatically",
};

/** Writes what a profile prefers. */
export async function writePreferences(
	profile: string,
	preferences: Readonly<Record<string, string | number | boolean>>,
): Promise<void> {
	const lines = Object.entries(preferences).map(
		([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
	);
	await writeFile(join(profile, "user.js"), lines.join(""));
}

export function firefox(binary: string): DrivenEngine {
	return {
		id: "firefox",
		name: "Firefox",
		takesCertificate: () => true,
		async version({ directory }) {
			const { stdout } = await run(binary, ["--version"], { env: freshHome(directory) });
			return /\d+(\.\d+)+(esr)?/.exec(stdout)?.[0].replace("esr", " ESR") ?? stdout.trim();
		},
		async open(url, { directory, authority, hostnames }) {
			const profile = join(directory, "profile");
			await mkdir(profile, { recursive: true });
			await createTrust(profile, authority);
			const preferences = { ...PREFERENCES, "network.dns.localDomains": hostnames.join(",") };
			await writePreferences(profile, preferences);
			return openProcess(
				[binary, "--headless", "--no-remote", "--profile", profile, url],
				freshHome(directory),
			);
		},
	};
}
