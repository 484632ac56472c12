/** Owns the ways in which the server behind may read a path, so that no spelling of it gets another policy. */

/** Something that a server may do to a path before it acts on it, or may leave. */
type Step = (path: string) => string;

/**
 * In the order in which servers take them; each may be taken or left. Decoding comes twice, for a proxy and an application
 * behind it that both decode, and what a decoding brings to light is looked at each time. One fixed "loose" reading in place
 * of all of them would not do: `/%61dmin/..;/x` is `/x` to a server that takes every step, and `/admin/..;/x` to one that
 * only decodes.
 */
const STEPS: readonly Step[] = [
	withoutParameters,
	...[decoded, withoutParameters, withSlashes, withoutBlanks, withoutEmptySegments, resolved],
	...[decoded, withoutParameters, withSlashes, withoutBlanks, withoutEmptySegments, resolved],
	withoutEmptySegments,
	withoutTrailingSlash,
	folded,
];

/** What all readings of one path may have together, in characters: a path with more is nothing that an API has. */
export const MAX_READINGS_CHARACTERS = 128 * 1024;

/** Upper case, percent-encoding, parameters, empty segments and a slash at the end can be read in more than one way. */
const HAS_READINGS = /[A-Z%;\\]|\/\/|.\/$/;

/**
 * Every reading of a path, itself first.
 * @param path a URL's pathname
 * @returns undefined where there are more than `MAX_READINGS_CHARACTERS` in all
 */
export function readingsOf(path: string): ReadonlySet<string> | undefined {
	const readings = new Set([path]);
	if (!HAS_READINGS.test(path)) return readings;
	let characters = path.length;
	for (const step of STEPS) {
		for (const reading of [...readings]) {
			const next = step(reading);
			if (readings.has(next)) continue;
			readings.add(next);
			characters += next.length;
			if (characters > MAX_READINGS_CHARACTERS) return undefined;
		}
	}
	return readings;
}

/** Tells whether a path has no reading but itself. */
export function isPlain(path: string): boolean {
	return !HAS_READINGS.test(path);
}

/** `/admin;v=1/x` is `/admin/x` to servers that know path parameters. RFC 3986, section 3.3 */
function withoutParameters(path: string): string {
	return path.includes(";") ? path.replaceAll(/;[^/]*/g, "") : path;
}

function decoded(path: string): string {
	if (!path.includes("%")) return path;
	try {
		return decodeURIComponent(path);
	} catch {
		// Not UTF-8 throughout: what is ASCII is decoded all the same.
		return path.replaceAll(/%([0-7][0-9A-Fa-f])/g, (_, code: string) =>
			String.fromCharCode(Number.parseInt(code, 16)),
		);
	}
}

function withSlashes(path: string): string {
	return path.replaceAll("\\", "/");
}

/** Control characters, and blanks the like. */
function withoutBlanks(path: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
	return path.replaceAll(/[\u0000-\u0020\u007f-\u00a0]/g, "");
}

function withoutEmptySegments(path: string): string {
	return path.replaceAll(/\/{2,}/g, "/");
}

/** Dot segments that the URL parser did not see. https://url.spec.whatwg.org/#double-dot-path-segment */
function resolved(path: string): string {
	if (!path.includes("/.")) return path;
	const kept: string[] = [];
	const segments = path.split("/").slice(1);
	segments.forEach((segment, index) => {
		if (segment !== "." && segment !== "..") {
			kept.push(segment);
			return;
		}
		if (segment === "..") kept.pop();
		if (index === segments.length - 1) kept.push("");
	});
	return `/${kept.join("/")}`;
}

function withoutTrailingSlash(path: string): string {
	return path.endsWith("/") && path.length > 1 ? path.slice(0, -1) : path;
}

/** Upper case first: it alone knows that `ſ` is an `s`. */
function folded(path: string): string {
	return path.toUpperCase().toLowerCase();
}
