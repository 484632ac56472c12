/**
 * Owns the shadow roots that editors stand in. CodeMirror brings style sheets of its own: in a shadow root it adopts them,
 * which the strict Content-Security-Policy allows; in the document it would write style elements, which it refuses. A nonce
 * was the alternative, and would make the static page one that is written anew for each request.
 */

/** Makes an element with a shadow root. */
export function shadowHost(className: string): { readonly host: HTMLElement; readonly root: ShadowRoot } {
	const host = document.createElement("div");
	host.className = className;
	return { host, root: host.attachShadow({ mode: "open", delegatesFocus: true }) };
}
