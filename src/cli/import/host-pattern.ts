/** Owns what one way of matching an origin is as an entry of `cors.origins`. */

import type { ExpressionShape } from "./regex.ts";

/** An entry, and how it compares with what it was made from. */
export interface Candidate {
	readonly entries: readonly string[];
	readonly wider: boolean;
	readonly why: string;
	readonly letsIn?: string;
}

/** A candidate, or why there is none. */
export type Converted =
	| Candidate
	| { readonly entries: readonly []; readonly why: string; readonly letsIn?: string };

/** Why a rule is left out that takes any host. */
export const ANY_ORIGIN = "it lets every origin in";

/**
 * What a shape is as an entry.
 * @returns undefined where no origin can match it
 */
export function fromShape(one: ExpressionShape): Converted | undefined {
	const pieces = [...one.pieces];
	const first = pieces[0];
	let scheme = "https://";
	let why = "";
	let openStart = one.openStart;
	if (first?.kind === "text" && first.text.includes("://")) {
		const end = first.text.indexOf("://") + 3;
		scheme = first.text.slice(0, end);
		// Nothing can stand before a scheme in an origin.
		openStart = false;
		pieces[0] = { kind: "text", text: first.text.slice(end) };
		if (pieces[0].text === "") pieces.shift();
	} else if (!openStart && first?.kind !== "any") {
		// It would have to begin with a scheme.
		return undefined;
	} else {
		why = "the source allows any scheme; only https is carried over";
	}
	if (openStart && pieces[0]?.kind !== "any") pieces.unshift({ kind: "any" });
	if (one.openEnd) {
		const origin = `${scheme}${exampleOf(pieces)}`;
		return {
			entries: [],
			why: "it does not say where the origin ends (no $), so that names of other owners match",
			letsIn: `${origin.replace(/^(https?:\/\/)\./, "$1")}.evil.example`,
		};
	}
	return fromHost(scheme, pieces, why);
}

/** A text that the pieces stand for. */
function exampleOf(pieces: ExpressionShape["pieces"]): string {
	return pieces
		.map((piece) =>
			piece.kind === "text"
				? piece.text
				: piece.kind === "port"
					? "8443"
					: piece.kind === "labels"
						? "a."
						: "a",
		)
		.join("");
}

function fromHost(scheme: string, all: ExpressionShape["pieces"], why: string): Converted {
	const pieces = [...all];
	const port = takePort(pieces);
	const stars = pieces.filter(({ kind }) => kind !== "text");
	const because = (more: string) => [why, more].filter((part) => part !== "").join("; ");
	const entry = (host: string) => `${scheme}${host}${port.text}`;
	if (port.wider) {
		return {
			entries: [entry(exampleOf(pieces))],
			wider: true,
			why: because("it takes some ports, and a pattern takes one or all"),
		};
	}
	const [star, another] = stars;
	if (star === undefined) return { entries: [entry(exampleOf(pieces))], wider: false, why };
	if (another !== undefined) {
		return { entries: [], why: because("it has several wildcards, and a pattern has one") };
	}
	const at = pieces.indexOf(star);
	const before = textAt(pieces, at - 1);
	const after = textAt(pieces, at + 1);
	if (after === "" || after === ".") {
		if (before === "") return { entries: [], why: because(ANY_ORIGIN) };
		return {
			entries: [],
			why: because("the wildcard is at the end of the host, where anybody can register a name"),
			letsIn: `${scheme}${before}evil.example`,
		};
	}
	if (before.includes(".")) {
		return { entries: [], why: because("a wildcard can only stand in the first label of a host") };
	}
	if (star.kind === "labels") return subdomains(entry, before, after, because);
	if (before === "" && after.startsWith(".")) {
		const wider = star.kind !== "any";
		return {
			entries: [entry(`*${after}`)],
			wider,
			why: wider ? because(`it takes one label alone, and "*." takes several: ${scheme}a.b${after}`) : why,
		};
	}
	if (before === "" && star.kind === "any") return lookAlike(scheme, entry, after, because);
	const wider = star.kind === "part" || star.kind === "port";
	return {
		entries: [entry(`${before}*${after}`)],
		wider,
		why: wider
			? because("its wildcard takes some letters alone, and that of a pattern takes a-z, 0-9 and -")
			: why,
	};
}

function textAt(pieces: ExpressionShape["pieces"], index: number): string {
	const piece = pieces[index];
	return piece?.kind === "text" ? piece.text : "";
}

function subdomains(
	entry: (host: string) => string,
	before: string,
	after: string,
	because: (more: string) => string,
): Converted {
	if (before !== "") return { entries: [], why: because("a wildcard of whole labels can only stand first") };
	return { entries: [entry(`*.${after}`)], wider: false, why: because("") };
}

/** `.*example.com` was meant for a domain and its subdomains, and takes `evilexample.com` as well. */
function lookAlike(
	scheme: string,
	entry: (host: string) => string,
	after: string,
	because: (more: string) => string,
): Converted {
	return {
		entries: [entry(after), entry(`*.${after}`)],
		wider: false,
		why: because(
			"the domain and its subdomains are carried over, but not other domains that merely end with the same letters",
		),
		letsIn: `${scheme}evil${after}`,
	};
}

/** Takes the port off the end of the pieces. */
function takePort(pieces: ExpressionShape["pieces"][number][]): {
	readonly text: string;
	readonly wider: boolean;
} {
	const last = pieces.at(-1);
	const before = pieces.at(-2);
	const isAfterColon = before?.kind === "text" && before.text.endsWith(":");
	if (last !== undefined && last.kind !== "text" && isAfterColon) {
		pieces.pop();
		const text = before.text.slice(0, -1);
		if (text === "") pieces.pop();
		else pieces[pieces.length - 1] = { kind: "text", text };
		// ":*" takes the default port too, which an origin does not show.
		if (last.kind === "port" || last.kind === "any") return { text: ANY_PORT_WRITTEN, wider: false };
		return { text: ":*", wider: true };
	}
	return { text: "", wider: false };
}

/** A port that has to be there; `withAnyPorts` joins it with the same host without one. */
export const ANY_PORT_WRITTEN = ":+";
