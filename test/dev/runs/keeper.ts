/** Owns a process that keeps a group: it starts the command that it is given, says the group's number, and waits. */

import { startGroup } from "../../../dev/process-group.ts";

const { child, ended } = startGroup(process.argv.slice(2));
child.stdout?.once("data", () => console.log(child.pid));
await ended;
