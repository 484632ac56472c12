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
		? `${credentials ? " Else call without credentials." : ""} For development, http://localhost counts as secure.`
		: "";
	return {
		code: "unsafe-origin",
		message: `The server does not allow ${page.origin}, and it should not: ${compiled.errors.map(({ message }) => ofAnyServer(message)).join(" ")}${insecure}`,
		steps: ["allow-origin", "preflight-allow-origin"],
		requests: [],
	};
};

/** The message without the keys of a tenant file, which servers that are not Cordon do not have. */
function ofAnyServer(message: string): string {
	return message
		.replace(/, or set "dangerously\w+": true in cors/, "")
		.replace('Drop "credentials"', "Call without credentials");
}
