/** Owns the titles of the model's steps, as a checklist has them. */

import type { StepCode } from "./steps.ts";

export const STEP_TITLES: Readonly<Record<StepCode, string>> = {
	"request-url": "The URL can be fetched",
	"request-method": "The method can be sent by a page",
	"request-header": "The headers can be set by a page",
	"request-body": "The method takes a body",
	port: "Browsers connect to the port",
	"mixed-content": "The page may fetch over this scheme",
	scheme: "The scheme is one that CORS knows",
	"same-origin": "The call stays on the page's own origin",
	preflight: "Does the browser ask first?",
	"preflight-response": "The preflight is answered",
	"preflight-allow-origin": "The preflight's answer allows the origin",
	"preflight-allow-credentials": "The preflight's answer allows credentials",
	"preflight-status": "The preflight's answer has a good status",
	"preflight-allow-methods-syntax": "The list of methods can be read",
	"preflight-allow-headers-syntax": "The list of headers can be read",
	"preflight-allow-methods": "The method is allowed",
	"preflight-allow-authorization": "The header Authorization is allowed",
	"preflight-allow-headers": "The headers are allowed",
	"preflight-max-age": "How long the answer is kept",
	response: "The request is answered",
	"allow-origin": "The response is shared with the origin",
	"allow-credentials": "The response is shared with credentials",
	"expose-headers": "Which headers the page can read",
	"redirect-location": "The redirect says where to",
	"redirect-scheme": "The redirect stays with http",
	"redirect-count": "The redirects come to an end",
	"redirect-user-info": "The redirect carries no password",
	"redirect-body": "The body can be sent again",
	redirect: "The redirect is followed",
	handshake: "The handshake is accepted",
};

/** Steps that tell something and cannot fail. */
export const NOTES: ReadonlySet<StepCode> = new Set([
	"same-origin",
	"preflight",
	"preflight-max-age",
	"expose-headers",
	"redirect",
]);
