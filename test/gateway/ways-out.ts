/** Owns the ways out of a gateway under test: everything that leaves it goes to one function. */

import type { WaysOut } from "../../src/gateway/forward.ts";
import { DEFAULT_CDN_LOOP_ID } from "../../src/gateway/loop.ts";

/** @param services the names of the service bindings that there are; the answer is the same behind each */
export function waysOut(
	answer: (request: Request) => Promise<Response>,
	services: readonly string[] = [],
): WaysOut {
	const fetch = (input: string | Request, init?: RequestInit) => answer(new Request(input, init));
	return {
		fetch,
		service: (name) => (services.includes(name) ? fetch : undefined),
		cdnLoopId: DEFAULT_CDN_LOOP_ID,
	};
}
