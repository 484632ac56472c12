/** Owns the entry of the command line: the arguments, the terminal and the exit code of this process. */

import { runCordon } from "./dispatch.ts";
import { unexpected } from "./fault.ts";
import { endOnInterrupt } from "./interrupt.ts";
import { openKv } from "./kv.ts";
import { createTerminal } from "./terminal.ts";

const terminal = createTerminal();
endOnInterrupt(terminal);
// What no promise of a command leads to: an event of a stream, for example.
process.on("uncaughtException", (error) => {
	terminal.err(`cordon: ${unexpected(error).message}`);
	process.exit(2);
});
// Not process.exit, which would cut what is still to be written to a pipe.
process.exitCode = await runCordon(process.argv.slice(2), { terminal, openKv });
