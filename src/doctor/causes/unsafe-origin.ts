/** Owns the cause of a page whose origin no server should allow with credentials. */

import { credentialsMode } from "../../browser/page-request.ts";
import { compileTenant } from "../../tenants/tenant.ts";
import type { FindCause } from "./cause.ts";

/** What Cordon's own rules say of the origin: advice to allow it would be advice that `cordon validate` refuses. */
export const unsafeOrigin: FindCause = ({ visit: { page }, conversation }) => {
	const failed = conversation.steps.find(({ passed }) => !passed);
	if (failed?.code !== "allow-origin" && failed?.code !== "preflight-allow-origin") return undefined;
	if (page.origin === "null" || !failed.received.startsWith("no ")) return undefined;
	const credentials = credentialsMode(page) === "include";
	const compiled = compileTenant({ cors: { origins: [page.origin], credentials } });
	if (compiled.ok) return undefined;
	const insecure = page.origin.startsWith("http://")
		? ` Serve the page over https and allow that origin${credentials ? ", or call without credentials" : ""}; for development, http://localhost counts as secure.`
		: "";
	return {
		code: "unsafe-origin",
		message: `The server does not allow ${page.origin}, and it should not: ${compiled.errors.map(({ message }) => message).join(" ")}${insecure}`,
		steps: ["allow-origin", "preflight-allow-origin"],
		requests: [],
	};
};
