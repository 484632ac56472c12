/** Owns the making of responses of Cordon's own from headers that are kept for the next one too. */

/**
 * Makes a response with a copy of `kept`, as the standard has it. The Response that @hono/node-server puts in place of Node's
 * takes the very object, where one response's headers would be those of all; to copy always would cost the Worker a copy
 * more. https://fetch.spec.whatwg.org/#dom-response
 */
export function ownResponse(body: string | null, status: number, kept: Headers): Response {
	const response = new Response(body, { status, headers: kept });
	return response.headers === kept ? new Response(body, { status, headers: new Headers(kept) }) : response;
}
