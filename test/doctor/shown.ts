/** Owns the doctor as somebody at a terminal sees it. */

import { runCordon } from "../../src/cli/shell/dispatch.ts";
import { createTerminal } from "../../src/cli/shell/terminal.ts";
import { streamsOf } from "../cli/harness.ts";

/** What `cordon doctor` writes on a terminal of that width, without its colours. */
export async function show(columns: number, argv: readonly string[]) {
	const { streams, written } = streamsOf("", true);
	const stdout = Object.assign(streams.stdout, { columns });
	const stderr = Object.assign(streams.stderr, { columns });
	const terminal = createTerminal({ ...streams, stdout, stderr });
	await runCordon(["doctor", ...argv], {
		terminal,
		openKv() {
			throw new Error("this test has no KV");
		},
	});
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own sequences are what is looked at.
	const plain = (text: string) => text.replaceAll(/\u001B\[[0-9;]*m/g, "");
	const [out, err] = written();
	return { out: plain(out), err: plain(err) };
}
