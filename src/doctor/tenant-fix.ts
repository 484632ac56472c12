/** Owns the advice to change a tenant file: it is given only where `validate` accepts the change. */

import { createRequest, credentialsMode, type PageRequest } from "../browser/page-request.ts";
import { preflightReasons } from "../browser/preflight-reasons.ts";
import { compileTenant } from "../tenants/tenant.ts";

/** The `cors` of a tenant file that lets a call through, or why no such policy is accepted. */
export type TenantFix =
	| { readonly accepted: true; readonly cors: Readonly<Record<string, unknown>> }
	| { readonly accepted: false; readonly why: string };

/** What a tenant file has to say for this page's call. */
export function tenantFix(page: PageRequest): TenantFix {
	const created = createRequest(page);
	if (!created.ok) return { accepted: false, why: created.check.advice ?? created.check.required };
	const reasons = preflightReasons(created.request);
	const methods = reasons.flatMap((reason) => (reason.kind === "method" ? [reason.method] : []));
	const requestHeaders = reasons.flatMap((reason) => (reason.kind === "header" ? [reason.header.name] : []));
	const cors = {
		origins: [page.origin],
		...(credentialsMode(page) === "include" ? { credentials: true } : {}),
		...(methods.length === 0 ? {} : { methods }),
		...(requestHeaders.length === 0 ? {} : { requestHeaders }),
	};
	const compiled = compileTenant({ cors });
	if (compiled.ok) return { accepted: true, cors };
	return { accepted: false, why: compiled.errors.map(({ message }) => message).join(" ") };
}
