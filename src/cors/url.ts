/** Owns the parsing of a URL that may be none. */

/**
 * As `URL.parse`, which Node 20 does not have; to put it there would change other people's programs.
 * @returns null where the text is not a URL
 */
export function parseUrl(text: string, base?: string): URL | null {
	return URL.canParse(text, base) ? new URL(text, base) : null;
}
