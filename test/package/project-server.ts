/** Owns `wrangler dev` in a project that `cordon init` wrote, as it stands. */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { collectOutput, startGroup } from "../../dev/process-group.ts";

const WRANGLER = join(
	dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
	"bin/wrangler.js",
);
const READY_TIMEOUT_SECONDS = 90;

/** Starts it on a free port; rejects with what it said where it does not get ready. */
export async function startProject(
	directory: string,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
	const group = startGroup(
		[
			process.execPath,
			WRANGLER,
			"dev",
			"--ip=127.0.0.1",
			"--port=0",
			"--inspector-port=0",
			"--show-interactive-dev-session=false",
		],
		{
			cwd: directory,
			env: {
				...process.env,
				NO_COLOR: "1",
				WRANGLER_SEND_METRICS: "false",
				CLOUDFLARE_CF_FETCH_ENABLED: "false",
			},
		},
	);
	const output = collectOutput(group);
	for (const deadline = Date.now() + READY_TIMEOUT_SECONDS * 1000; ; await sleep(50)) {
		const port = Number(/Ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(output())?.[1] ?? 0);
		if (port !== 0) return { port, stop: () => group.stop() };
		if (group.child.exitCode === null && Date.now() < deadline) continue;
		await group.stop();
		throw new Error(`wrangler dev does not get ready:\n${output()}`);
	}
}
