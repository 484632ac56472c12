/** Owns the detection of request loops by `CDN-Loop` (RFC 8586). */

/** The header that lists every content delivery network a request has been through. */
export const CDN_LOOP = "cdn-loop";

/** Cordon's name in that list. */
export const CDN_ID = "cordon";

/**
 * Tells whether the list names Cordon: `foo.example; p="a, b", cordon; v=1`. Commas and semicolons inside quoted
 * parameter values separate nothing. RFC 8586, section 2
 */
export function namesCordon(cdnLoop: string): boolean {
	let id = "";
	let inParameters = false;
	let inQuotes = false;
	for (let i = 0; i < cdnLoop.length; i++) {
		const character = cdnLoop.charAt(i);
		if (inQuotes) {
			if (character === "\\") i++;
			else if (character === '"') inQuotes = false;
		} else if (character === '"') {
			inQuotes = true;
		} else if (character === ",") {
			if (isCordon(id)) return true;
			id = "";
			inParameters = false;
		} else if (character === ";") {
			inParameters = true;
		} else if (!inParameters) {
			id += character;
		}
	}
	return isCordon(id);
}

function isCordon(id: string): boolean {
	return id.trim().toLowerCase() === CDN_ID;
}
