/** Owns the way into the app that the middleware stands in: `next()`, and the response that the app has made by then. */

import type { Context, Next } from "hono";
import { ALLOW_ORIGIN } from "../cors/standard.ts";
import type { JudgedCall } from "../gateway/call.ts";
import type { Way } from "../gateway/way.ts";

/** A way into the app, for one request. */
export interface AppWay extends Way {
	/** Throws what the app has thrown, where nothing may be changed of it. */
	rethrow(): void;
}

/**
 * Makes the way.
 * @param onJudged told of the verdict before the app is asked
 */
export function appWay(c: Context, next: Next, onJudged: (judged: JudgedCall) => void): AppWay {
	let thrown: { readonly error: unknown } | undefined;
	const ask = async () => {
		await next();
		return c.res;
	};
	return {
		// Nothing is forwarded, so that nothing can come round.
		isLoop: () => false,
		async ask(judged) {
			onJudged(judged);
			try {
				return await ask();
			} catch (error) {
				if (judged.call.report) thrown = { error };
				throw error;
			}
		},
		passThrough: ask,
		// On other runtimes than workerd the socket is not the response's.
		isSwitch: ({ status }) => status === 101,
		receive: (response, { report }) => (report ? response : mutable(response)),
		// Hono hands errors to onError; this is what that throws itself, or what was thrown and is not an Error.
		failure: (cause) => ({ code: "internal-error", cause }),
		rethrow() {
			if (thrown !== undefined) throw thrown.error;
		},
	};
}

/** Most responses can be changed in place; those that `fetch` gave, or a cache, are copied. */
function mutable(response: Response): Response {
	try {
		response.headers.delete(ALLOW_ORIGIN);
		return response;
	} catch {
		return new Response(response.body, response);
	}
}
