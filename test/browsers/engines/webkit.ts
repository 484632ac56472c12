/** Owns how WebKitGTK's MiniBrowser is opened: on a screen of its own, with other hosts and other authorities. */

import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { DrivenEngine, OpenBrowser, Surroundings } from "./engine.ts";
import { freshHome, openProcess, run, withFiles } from "./process.ts";

const HOSTS = "/etc/hosts";
const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
/** Its default refuses third-party cookies, `Partitioned` ones too. */
const FLAGS = ["--cookies-policy=always"];

export function webkit(binary: string): DrivenEngine {
	return {
		id: "webkit",
		name: "WebKitGTK",
		takesCertificate: () => false,
		async version({ directory }) {
			const screen = await openScreen(directory);
			try {
				const { stdout } = await run(binary, ["--version"], { env: screen.env });
				return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim();
			} finally {
				await screen.stop();
			}
		},
		async open(url, surroundings) {
			const { directory, canUnshare } = surroundings;
			const screen = await openScreen(directory);
			const command = canUnshare
				? withFiles(await layFiles(surroundings), [binary, ...FLAGS, url])
				: [binary, ...FLAGS, "--ignore-tls-errors", url];
			const browser = openProcess(command, screen.env);
			return {
				ended: browser.ended,
				output: () => screen.output() + browser.output(),
				async stop() {
					await browser.stop();
					await screen.stop();
				},
			};
		},
	};
}

/** Starts an X server on a display that nobody else has. */
export async function openScreen(
	directory: string,
	size = "1024x768x24",
): Promise<OpenBrowser & { readonly env: NodeJS.ProcessEnv }> {
	const env = freshHome(directory);
	const options = ["-displayfd", "3", "-screen", "0", size, "-nolisten", "tcp"];
	const group = openProcess(["Xvfb", ...options], env, true);
	const [display] = (await once(group.child.stdio[3] as Readable, "data")) as [Buffer];
	return { ...group, env: { ...env, DISPLAY: `:${display.toString().trim()}` } };
}

async function layFiles({ directory, authority, hostnames }: Surroundings) {
	const hosts = join(directory, "hosts");
	const authorities = join(directory, "authorities.pem");
	await writeFile(hosts, ["localhost", ...hostnames].map((name) => `127.0.0.1 ${name}\n`).join(""));
	await writeFile(authorities, (await readFile(AUTHORITIES, "utf8")) + authority.certificate);
	return [
		[hosts, HOSTS],
		[authorities, AUTHORITIES],
	] as const;
}
