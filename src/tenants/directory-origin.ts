/** Owns the check of an origin that is to stand in a directory, whoever puts it there. */

import { mendOrigin } from "../cors/origin-mend.ts";
import { parseOriginPattern } from "../cors/origin-pattern.ts";
import { isSerializedOrigin } from "../cors/origin-set.ts";
import { isLoopback, splitOrigin } from "../cors/origin-syntax.ts";
import { originMessage, STRICTEST } from "../cors/origin-words.ts";
import { quote, type Refusal, valueOfText } from "../findings/finding.ts";

/** Tells why an origin cannot stand in a directory: it is looked up there byte for byte, so it has no wildcard. */
export function checkDirectoryOrigin(origin: string): Refusal | undefined {
	if (origin.includes("*")) {
		return {
			code: "wildcard-in-directory",
			message: `${quote(origin)} has a wildcard, and a directory holds exact origins, which are looked up byte for byte: this would never match. Put patterns into "origins" of the tenant document.`,
			value: valueOfText(origin),
		};
	}
	const result = parseOriginPattern(origin);
	if (!result.ok) {
		const { code } = result.refusal;
		// In a directory plain http is a warning, so it is not mended here.
		const mended = mendOrigin(origin, { ...STRICTEST, credentials: false });
		const [only, ...others] = mended?.patterns ?? [];
		const isGood = only !== undefined && others.length === 0 && !only.includes("*");
		return {
			code,
			message: originMessage(code, origin),
			value: valueOfText(origin),
			...(isGood ? { suggestion: only } : {}),
		};
	}
	if (isSerializedOrigin(origin)) return undefined;
	return {
		code: "invalid-origin",
		message: `${quote(origin)} is not an origin as browsers send it: scheme://host[:port].`,
		value: valueOfText(origin),
	};
}

/** The warning for an origin that counts only where nothing secret is shared; undefined for any other. */
export function warnDirectoryOrigin(origin: string): Refusal | undefined {
	const parts = splitOrigin(origin);
	if (parts?.scheme !== "http" || isLoopback(parts.host)) return undefined;
	return {
		code: "insecure-origin",
		message: `${quote(origin)} is plain http: it counts only for documents without credentials, or with "dangerouslyAllowInsecureOrigins": true. Serve the page over https.`,
		value: valueOfText(origin),
		suggestion: `https${origin.slice("http".length)}`,
	};
}
