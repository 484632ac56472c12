/** Owns what an interrupt (Ctrl-C, a CI that stops its job) leaves behind: nothing, and word of what was done by then. */

import { constants } from "node:os";
import { reasonOf } from "../../findings/reason.ts";
import { safePart } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What an interrupt has to undo, and what it has to tell, while the work that needs it goes on. */
const undoings = new Set<() => void | Promise<void>>();
const tellings = new Set<() => string>();
let interrupted = false;

/** Ends this process in good order when it is interrupted, with the exit code that shells give: 128 and the signal. */
export function endOnInterrupt(terminal: Terminal): void {
	for (const signal of SIGNALS) {
		process.on(signal, () => {
			if (interrupted) return;
			interrupted = true;
			void end(terminal, 128 + constants.signals[signal]);
		});
	}
}

async function end(terminal: Terminal, exitCode: number): Promise<void> {
	terminal.clear();
	// What was begun last is undone first, so that a process is gone before the folder that it works in.
	for (const undo of [...undoings].reverse()) {
		try {
			await undo();
		} catch (error) {
			terminal.err(`cordon: this stays behind: ${safePart(reasonOf(error))}`);
		}
	}
	// The work that was begun last knows best.
	terminal.err(["cordon: interrupted.", ...[...tellings].slice(-1).map((tell) => tell())].join(" "));
	process.exit(exitCode);
}

/** Does work that an interrupt has to undo. `undo` is for the interrupt alone. */
export async function withUndo<T>(undo: () => void | Promise<void>, work: () => Promise<T>): Promise<T> {
	return whileIn(undoings, undo, work);
}

/** Does work of which an interrupt has to tell how far it came; work within it may have words of its own. */
export async function withWord<T>(tell: () => string, work: () => Promise<T>): Promise<T> {
	return whileIn(tellings, tell, work);
}

async function whileIn<T, V>(set: Set<V>, value: V, work: () => Promise<T>): Promise<T> {
	set.add(value);
	try {
		const result = await work();
		await untilEnd();
		return result;
	} catch (error) {
		// Work that fails because of the interrupt has nothing more to say.
		await untilEnd();
		throw error;
	} finally {
		set.delete(value);
	}
}

/** After an interrupt: never. */
async function untilEnd(): Promise<void> {
	if (interrupted) await new Promise(() => {});
}
