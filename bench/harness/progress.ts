/** Owns what a run says on standard error while it goes on. */

/** Tells how far a run is. */
export interface Progress {
	/** @param fraction of the present stage, 0 to 1 */
	say(what: string, fraction?: number): void;
	/** Ends the line. */
	done(): void;
}

/** Where nobody watches a terminal, a line now and then is enough. */
const PLAIN_INTERVAL_MILLISECONDS = 10_000;
const BAR_CHARACTERS = 24;

export function createProgress(): Progress {
	const terminal = process.stderr.isTTY;
	let saidAt = Number.NEGATIVE_INFINITY;
	const begun = performance.now();
	return {
		say(what, fraction) {
			const now = performance.now();
			if (!terminal && now - saidAt < PLAIN_INTERVAL_MILLISECONDS) return;
			saidAt = now;
			const seconds = `${Math.round((now - begun) / 1000)} s`.padStart(6);
			const bar = fraction === undefined ? "" : ` ${drawBar(Math.min(1, fraction))}`;
			process.stderr.write(terminal ? `\r\x1b[K${seconds}${bar} ${what}` : `${seconds}${bar} ${what}\n`);
		},
		done() {
			if (terminal) process.stderr.write("\r\x1b[K");
		},
	};
}

function drawBar(fraction: number): string {
	const full = Math.round(fraction * BAR_CHARACTERS);
	return `${"█".repeat(full)}${"░".repeat(BAR_CHARACTERS - full)} ${String(Math.round(fraction * 100)).padStart(3)} %`;
}
