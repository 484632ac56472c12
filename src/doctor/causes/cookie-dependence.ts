/** Owns the cause of an answer that would be another one with a cookie. */

import { allowOriginOf, crossOriginTurns, isActual } from "../seen.ts";
import { type FindCause, SHARING_STEPS } from "./cause.ts";

/** Blocked without a cookie, and open to anybody with one. */
export const cookieDependence: FindCause = ({ conversation, probed: { withCookie } }) => {
	const last = crossOriginTurns(conversation).findLast(isActual);
	if (withCookie === undefined || last === undefined || allowOriginOf(last) !== "*") return undefined;
	return {
		code: "depends-on-cookie",
		message:
			"Without a cookie the server sends the asterisk, which counts for nothing with credentials; with any cookie it names whoever asks. So a browser without a cookie of this API is blocked, and one with a cookie reads the answer from any page on the web. Allow origins by a list, compared byte for byte, in place of the asterisk.",
		steps: SHARING_STEPS,
		requests: [last.number, withCookie.exchange.number],
	};
};
