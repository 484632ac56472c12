/** Owns how a script of npm learns that npm is gone. */

const CHECK_MILLISECONDS = 500;

/**
 * Calls back once whoever started this process is gone, if it was npm. npm starts scripts in a shell that dies of a signal
 * without passing it on: an orphan has been asked to stop. Does not keep the process running.
 */
export function onOrphaned(stop: () => void): void {
	if (process.env["npm_lifecycle_event"] === undefined) return;
	const parent = process.ppid;
	const timer = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(timer);
		stop();
	}, CHECK_MILLISECONDS);
	timer.unref();
}
