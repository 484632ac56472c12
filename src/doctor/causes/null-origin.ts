/** Owns the cause of a page whose origin is null. */

import { credentialsMode } from "../../browser/page-request.ts";
import type { FindCause } from "./cause.ts";

/** Nobody can tell one `null` from another, so it is never to be allowed: the page is to get an origin. */
export const nullOrigin: FindCause = ({ visit: { page }, conversation }) => {
	const failed = conversation.steps.find(({ passed }) => !passed);
	if (page.origin !== "null") return undefined;
	if (failed?.code !== "allow-origin" && failed?.code !== "preflight-allow-origin") return undefined;
	const open =
		credentialsMode(page) === "include"
			? "If the data are public, send Access-Control-Allow-Origin: * and call without credentials."
			: "If the data are public, send Access-Control-Allow-Origin: *.";
	return {
		code: "null-origin",
		message: `The page's origin is null: it is a sandboxed frame, a local file, or a page behind a redirect. Any page on the web can have that origin, so the server does right not to name it: do not allow null. Serve the page from an origin of its own (a frame with allow-same-origin, a file by a local server), and allow that. ${open}`,
		steps: ["allow-origin", "preflight-allow-origin"],
		requests: [],
	};
};
