/** Owns what is done when this process is told to end: a worker of vitest dies of the signal, and runs no exit handler. */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const endings = new Set<() => unknown>();

/**
 * Has a function called before this process follows a signal to end.
 * @returns takes that back
 */
export function onEnding(end: () => unknown): () => void {
	if (endings.size === 0) for (const signal of SIGNALS) process.on(signal, follow);
	endings.add(end);
	return () => {
		endings.delete(end);
		if (endings.size === 0) for (const signal of SIGNALS) process.off(signal, follow);
	};
}

async function follow(signal: NodeJS.Signals): Promise<void> {
	for (const each of SIGNALS) process.off(each, follow);
	await Promise.allSettled([...endings].map(async (end) => end()));
	process.kill(process.pid, signal);
}
