/** Owns the reading of simple regular expressions for origins as the patterns that say the same, or nearly. */

/** Patterns that one expression may stand for. */
const MAX_EXPANDED = 16;
/** Longest expression that is read, in characters: three times as long as an origin can be. */
const MAX_EXPRESSION_CHARACTERS = 1000;

/**
 * The patterns that an expression stands for, not yet checked: `^https:\/\/(a|b)\.example\.com$` is two origins,
 * `https://.*\.example\.com` is `https://*.example.com`.
 * @returns undefined where it says more than patterns can
 */
export function expandExpression(expression: string): readonly string[] | undefined {
	if (expression.length > MAX_EXPRESSION_CHARACTERS) return undefined;
	const bare = expression
		.replace(/^\/(.*)\/[a-z]*$/, "$1")
		.replace(/^\(\?i\)/, "")
		.replace(/^~?\^/, "")
		.replace(/\$$/, "")
		.replaceAll("(?:", "(")
		.replaceAll("\\/", "/")
		.replaceAll("\\:", ":")
		.replaceAll("\\-", "-")
		.replace(/^http(?:s|\(s\))\?:/, "either:");
	const expanded = expandGroups(withWildcards(bare));
	const patterns = expanded
		?.map((text) => text.replaceAll("\\.", ".").replaceAll("*.*.", "*."))
		// Of either scheme, development servers on this machine speak http, all others https.
		.map((text) =>
			text.replace(/^either:\/\/(?=localhost\b|127\.|\[::1)/, "http://").replace(/^either:/, "https:"),
		);
	return patterns?.every((text) => !/[\\()[\]{}^$+?|]/.test(text.replace(/\[[0-9a-f:]+\]/, "")))
		? patterns
		: undefined;
}

/** What stands for some characters of a host becomes `*`, for some digits of a port `:*`. */
function withWildcards(text: string): string {
	return text
		.replace(/\(:(?:\\d|\[0-9\])(?:\+|\*|\{[\d,]+\})\)\?|:(?:\\d|\[0-9\])(?:\+|\*|\{[\d,]+\})/, ":*")
		.replace(/(?:\.|\\w|\\d|\[[^[\]]+\])(?:\*|\+|\{[\d,]+\})\??/g, "*")
		.replaceAll("(*)", "*")
		.replace(/\(\*\\?\.\)\*/g, "(*.)?")
		.replace(/\(\*\\?\.\)\+/g, "*.");
}

/** `(a|b)` in its two readings, one group after the other. */
function expandGroups(text: string): readonly string[] | undefined {
	const group = /\(([^()]*)\)(\?)?/.exec(text);
	if (group === null) return text.includes("|") ? text.split("|") : [text];
	const [whole, inner = "", optional] = group;
	const choices = [...inner.split("|"), ...(optional === undefined ? [] : [""])];
	const all: string[] = [];
	for (const choice of choices) {
		const rest = text.slice(0, group.index) + choice + text.slice(group.index + whole.length);
		const expanded = expandGroups(rest);
		if (expanded === undefined || all.length + expanded.length > MAX_EXPANDED) return undefined;
		all.push(...expanded);
	}
	return all;
}
