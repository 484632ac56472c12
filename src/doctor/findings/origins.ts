/** Owns the findings about which other origins a server lets in. */

import type { DoctorFinding, FindingCode, Severity } from "../finding.ts";
import type { Probed, TriedTwin } from "../probes.ts";
import type { TwinKind } from "../twins.ts";

/** What the tried origins show: one finding where anybody is let in, else one for each near miss that is. */
export function originFindings({ twins, withCookie }: Probed): readonly DoctorFinding[] {
	const shared = twins.filter((twin) => twin.shared !== "no");
	const of = (kind: TwinKind) => shared.filter((twin) => twin.kind === kind);
	if (of("other-host").length > 0) return [finding("reflects-any-origin", shared, anyOriginWords(twins))];
	if (withCookie !== undefined && withCookie.shared !== "no") {
		return [finding("reflects-any-origin-with-cookie", [withCookie], anyOriginWithCookie)];
	}
	const sibling = of("sibling").length === 0 ? of("sibling-prefix") : [];
	// Without credentials there is nothing that whoever listens on the network could not get himself.
	const insecure = of("http").filter(isCredentialed);
	const isEnding = of("prefix").length > 0 || sibling.length > 0;
	const isContaining = isEnding && of("suffix").length > 0;
	return [
		...some("allows-null-origin", of("null"), nullOrigin),
		...some("allows-origin-suffix-twin", of("suffix"), isContaining ? suffixTwinOfContaining : suffixTwin),
		// Where only the ending counts, the scheme does not: one fault, and not two.
		...some(
			"allows-origin-prefix-twin",
			withMore(of("prefix"), insecure),
			isContaining ? prefixTwinOfContaining : prefixTwin,
		),
		...some(
			"allows-origin-prefix-twin",
			withMore(sibling, insecure),
			isContaining ? siblingTwinOfContaining : siblingTwin,
		),
		...some("allows-origin-dot-twin", of("dot"), dotTwin),
		...(isEnding ? [] : some("allows-insecure-origin", insecure, httpTwin)),
	];
}

function withMore(twins: readonly TriedTwin[], more: readonly TriedTwin[]): readonly TriedTwin[] {
	return twins.length === 0 ? [] : [...twins, ...more];
}

const WITH_CREDENTIALS = "with the user's credentials";

type Words = (origins: string, gain: string) => string;

function some(code: FindingCode, twins: readonly TriedTwin[], words: Words): readonly DoctorFinding[] {
	return twins.length === 0 ? [] : [finding(code, twins, words)];
}

function finding(code: FindingCode, twins: readonly TriedTwin[], words: Words): DoctorFinding {
	const isCredential = twins.some(isCredentialed);
	const origins = [...new Set(twins.map(({ origin }) => origin))];
	// The same host over plain http stands beside the others, and is nobody else's.
	const plain = code === "allows-insecure-origin" ? [] : twins.filter(({ kind }) => kind === "http");
	const others = origins.filter((origin) => !plain.some((twin) => twin.origin === origin));
	const scheme =
		plain.length === 0 || others.length === 0
			? ""
			: ` The scheme does not count either: it let ${plain.map(({ origin }) => origin).join(" and ")} in.`;
	const gain = isCredential ? WITH_CREDENTIALS : "without credentials, though";
	return {
		code,
		severity: severityOf(code, twins),
		message: `${words((others.length === 0 ? origins : others).join(" and "), gain)}${scheme}`,
		origins,
		requests: twins.map(({ exchange }) => exchange.number),
	};
}

/** To let everybody in without credentials is what the asterisk does as well. */
function severityOf(code: FindingCode, twins: readonly TriedTwin[]): Severity {
	if (twins.some((twin) => isCredentialed(twin) && twin.kind !== "sibling-prefix")) return "danger";
	return code === "reflects-any-origin" ? "note" : "warning";
}

function isCredentialed({ shared }: TriedTwin): boolean {
	return shared === "with-credentials";
}

/** Of consent to write that does not go with the right to read, this is said. */
function anyOriginWords(twins: readonly TriedTwin[]): Words {
	const strangers = twins.filter(({ kind }) => kind === "other-host");
	const isReadToo = strangers.some(
		({ shared, exchange }) => shared !== "no" && exchange.method !== "OPTIONS",
	);
	const isReadTried = strangers.some(({ exchange }) => exchange.method !== "OPTIONS");
	return isReadTried && !isReadToo ? anyOriginWrites : anyOrigin;
}

const anyOrigin: Words = (origins, gain) =>
	gain === WITH_CREDENTIALS
		? `The server sends back any Origin that it is given: it let ${origins} in, so any page on the web gets the same, ${gain}. Allow origins by a list, compared byte for byte; for public data, send * without credentials.`
		: `The server sends back any Origin that it is given, without credentials: any page on the web can read this answer, as with the asterisk. For public data send *, which caches keep once for all.`;

const anyOriginWrites: Words = (origins, gain) =>
	`The server consents to the preflight of any Origin that asks: it let ${origins} in, ${gain}, so any page on the web can send this request${gain === WITH_CREDENTIALS ? " as its user" : ""}, though it cannot read the answer. Answer preflights by the same list of origins as everything else, compared byte for byte.`;

const anyOriginWithCookie: Words = (origins, gain) =>
	`What the server answers depends on a cookie: without one it does not name the origin that asks, but with a made-up cookie it let ${origins} in, so in the browser of a user who has any cookie of it, any page on the web reads the API, ${gain}. Starlette and FastAPI do so with allow_origins=["*"] and allow_credentials=True. Allow origins by a list, compared byte for byte.`;

const nullOrigin: Words = (_, gain) =>
	`The server allows the origin null, which any page gets by a sandboxed frame, ${gain}. Take null off the list.`;

const suffixTwin: Words = (origins, gain) =>
	`The server looks only at how an origin begins: it let ${origins} in, a host that anybody can set up, ${gain}. Compare the whole origin, byte for byte.`;

const prefixTwin: Words = (origins, gain) =>
	`The server looks only at how an origin ends: it let ${origins} in, and such a domain anybody can register, ${gain}. Compare the whole origin, byte for byte.`;

const CONTAINING = "The server only looks for the allowed name somewhere in the origin";

const suffixTwinOfContaining: Words = (origins, gain) =>
	`${CONTAINING}: it let ${origins} in, a host that anybody can set up, ${gain}. Compare the whole origin, byte for byte.`;

const prefixTwinOfContaining: Words = (origins, gain) =>
	`${CONTAINING}: it let ${origins} in, and such a domain anybody can register, ${gain}. Compare the whole origin, byte for byte.`;

const siblingTwin: Words = (origins, gain) =>
	`The server looks only at how an origin ends: it let ${origins} in, though a wildcard for that domain would not, ${gain}. Compare the whole origin, byte for byte.`;

const siblingTwinOfContaining: Words = (origins, gain) =>
	`${CONTAINING}: it let ${origins} in, though a wildcard for that domain would not, ${gain}. Compare the whole origin, byte for byte.`;

const dotTwin: Words = (origins, gain) =>
	`The server takes a dot for any character: it let ${origins} in, a domain that anybody can register, ${gain}. Often it is an unescaped dot in a regular expression: write \\. in place of it, or compare the whole origin, byte for byte.`;

const httpTwin: Words = (origins, gain) =>
	`The server allows ${origins} over plain http, so whoever is on the user's network can put a page there that reads the API, ${gain}. Allow the https origin alone.`;
