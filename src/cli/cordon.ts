/** Owns the entry of the command line: the arguments, the terminal and the exit code of this process. */

import "./shell/node-20.ts";
import { openKv } from "./kv/kv.ts";
import { runCordon } from "./shell/dispatch.ts";
import { unexpected } from "./shell/fault.ts";
import { endOnInterrupt } from "./shell/interrupt.ts";
import { createTerminal } from "./shell/terminal.ts";

const terminal = createTerminal();
endOnInterrupt(terminal);
// What no promise of a command leads to: an event of a stream, for example.
process.on("uncaughtException", (error) => {
	terminal.err(`cordon: ${unexpected(error).message}`);
	process.exit(2);
});
// Not process.exit, which would cut what is still to be written to a pipe.
process.exitCode = await runCordon(process.argv.slice(2), {
	terminal,
	openKv: (place) => openKv(place, terminal),
});
