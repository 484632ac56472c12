/** Owns the wait that ends. */

/** What a wait gives that has ended before what was waited for. */
export const LATE = Symbol("late");

/**
 * Waits for `work`, but no longer than `milliseconds`.
 * @param milliseconds 0 or less: only what is there already counts
 */
export async function within<R>(milliseconds: number, work: Promise<R>): Promise<R | typeof LATE> {
	if (milliseconds <= 0) return Promise.race([work, Promise.resolve<typeof LATE>(LATE)]);
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<typeof LATE>((resolve) => {
		timer = setTimeout(resolve, milliseconds, LATE);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}
