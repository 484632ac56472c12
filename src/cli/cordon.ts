/** Owns the entry of the command line: the arguments, the terminal and the exit code of this process. */

import { runCordon } from "./dispatch.ts";
import { openKv } from "./kv.ts";
import { createTerminal } from "./terminal.ts";

// Not process.exit, which would cut what is still to be written to a pipe.
process.exitCode = await runCordon(process.argv.slice(2), { terminal: createTerminal(), openKv });
