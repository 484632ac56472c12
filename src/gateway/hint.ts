/** Owns the hint for the developer of a page that was refused: the one command that tells why. */

import { isSerializedOrigin } from "../cors/origin-set.ts";
import { pathOf } from "./address.ts";
import type { JudgedCall } from "./call.ts";
import { detailOf } from "./problem.ts";

/** Longest address that a command is told with, in characters; a longer one is cut to its origin. */
const MAX_URL_CHARACTERS = 300;

const NOT_ISOLATED_DETAIL =
	"Another site embeds this, or submits to it, without saying which: the request has no Origin. Call it with fetch, or load it with the attribute crossorigin, from a page that may.";

/**
 * What `origin-not-allowed` says of one request: the kind's own words, and the command. The query is left out, since it may
 * hold what nobody should paste anywhere.
 */
export function refusalDetail({ call, verdict }: JudgedCall): string {
	if (verdict?.allowed === false && verdict.reason === "not-isolated") return NOT_ISOLATED_DETAIL;
	const { address, origin, method, requestMethod } = call;
	const { origin: publicOrigin } = address.site;
	const url = publicOrigin + pathOf(address);
	const shownUrl = url.length > MAX_URL_CHARACTERS ? `${publicOrigin}/` : url;
	const shownOrigin = origin !== null && isSerializedOrigin(origin) ? origin : "<origin>";
	const asked = requestMethod ?? method;
	const shownMethod = /^[A-Z-]{1,32}$/.test(asked) && asked !== "GET" ? ` --method ${asked}` : "";
	return `${detailOf("origin-not-allowed")} To see why: npx cordon doctor ${quoted(shownUrl)} --origin ${quoted(shownOrigin)}${shownMethod}`;
}

/** Nothing of a text that a client chose means anything to a shell. */
function quoted(text: string): string {
	return /^[A-Za-z0-9:/._~@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "%27")}'`;
}
