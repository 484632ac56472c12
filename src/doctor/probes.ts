/** Owns the probes: the requests beyond the browser's own that show what else the server does. All of them are safe methods. */

import { randomUUID } from "node:crypto";
import { getHeader, type HeaderList, withoutHeader } from "../browser/header-list.ts";
import { ALLOW_CREDENTIALS, ALLOW_ORIGIN, ORIGIN, REQUEST_METHOD } from "../cors/standard.ts";
import type { Draft, Exchange, Network, Visit } from "./network.ts";
import { type Twin, type TwinKind, twinsOf } from "./twins.ts";

/** An origin that was tried, and what the server said to it. */
export interface TriedTwin extends Twin {
	readonly exchange: Exchange;
	/** Whether a page of that origin could read the answer, and if so whether with the user's credentials. */
	readonly shared: "with-credentials" | "without-credentials" | "no";
}

export interface Probed {
	/** A GET or HEAD of the page's own origin, of the conversation where it had one. */
	readonly base: Exchange | undefined;
	/** The same one without `Origin`. */
	readonly withoutOrigin: Exchange | undefined;
	/** The same one to a path that does not exist. */
	readonly missingPath: Exchange | undefined;
	readonly twins: readonly TriedTwin[];
	/** What there was no request left for. */
	readonly skipped: readonly string[];
}

/** QUERY is safe as well, RFC 10008: it asks, and changes nothing. */
const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "QUERY"];

/** Sends the probes, as far as the budget goes; a probe without an answer tells nothing and is no fault. */
export async function probe(visit: Visit, network: Network): Promise<Probed> {
	const { host } = new URL(visit.page.url);
	const own = network.exchanges.filter(({ url }) => new URL(url).host === host);
	const skipped: string[] = [];
	const send = async (draft: Draft | undefined, what: string) => {
		if (draft === undefined) return undefined;
		if (network.left() > 0) return network.send({ ...draft, purpose: "probe", probe: what });
		skipped.push(what);
		return undefined;
	};

	const actual = own.findLast(({ purpose }) => purpose === "actual");
	const preflight = own.findLast(({ purpose }) => purpose === "preflight");
	const isSafe = actual !== undefined && SAFE_METHODS.includes(actual.method);
	const get = isSafe ? actual : safeDraft(visit, actual?.url ?? visit.page.url);
	const ownOrigin = visit.page.origin;
	const isBase = isSafe && getHeader(actual.headers, ORIGIN) === ownOrigin;
	const base = isBase ? actual : await send(withOrigin(get, ownOrigin), "a plain GET");
	// A write is never sent for a stranger: what its preflight is answered shows whether it could be.
	const asked = preflight !== undefined && !isSafe && !isPreflightedRead(preflight) ? preflight : get;

	const tried: TriedTwin[] = [];
	const tryTwin = async (draft: Draft, reference: Exchange | undefined, twin: Twin, what: string) => {
		// As an attacker's page does it: with the user's cookies, which no preflight has.
		const credentials = draft.purpose !== "preflight";
		const exchange = await send({ ...withOrigin(draft, twin.origin), credentials }, what);
		if (exchange !== undefined)
			tried.push({ ...twin, exchange, shared: sharedWith(exchange, twin, reference) });
	};
	const isShared = (kind: TwinKind) => tried.some((twin) => twin.kind === kind && twin.shared !== "no");
	const reference = asked === preflight ? preflight : base;
	const twins = twinsOf(visit.page.origin);
	const later: readonly TwinKind[] = ["sibling-prefix", "sibling"];
	for (const twin of twins.filter(({ kind }) => !later.includes(kind))) {
		// Where anybody is let in, the near misses show nothing more.
		if (isShared("other-host") && twin.kind !== "null" && twin.kind !== "other-host") continue;
		await tryTwin(asked, reference, twin, twin.origin);
		if (asked !== get && twin.kind === "other-host" && !isShared("other-host")) {
			await tryTwin(get, base, twin, `${twin.origin} with GET`);
		}
	}
	const withoutOrigin = await send(withOrigin(get, undefined), "a request without Origin");
	const nowhere = new URL(`cordon-doctor-${randomUUID()}`, get.url).href;
	const missingPath = await send(
		{ ...withOrigin(get, ownOrigin), url: nowhere },
		"a path that does not exist",
	);
	const [near, sibling] = later.map((kind) => twins.find((twin) => twin.kind === kind));
	// One is nothing without the other: see twins.ts.
	if (near !== undefined && sibling !== undefined && !isShared("other-host") && !isShared("prefix")) {
		if (network.left() < 2) skipped.push(near.origin);
		else {
			await tryTwin(asked, reference, near, near.origin);
			if (isShared("sibling-prefix")) await tryTwin(asked, reference, sibling, sibling.origin);
		}
	}
	return { base, withoutOrigin, missingPath, twins: tried, skipped };
}

/** Of a call that never got past its preflight, or that writes: what a GET of the same URL would be. */
function safeDraft({ page }: Visit, url: string): Draft {
	const headers = withoutHeader(withoutHeader(page.headers, "content-type"), "accept");
	return {
		purpose: "probe",
		method: page.method === "HEAD" ? "HEAD" : "GET",
		url,
		headers: [...headers, ["Accept", getHeader(page.headers, "accept") ?? "*/*"]],
		credentials: page.credentials === "include",
		hasBody: false,
	};
}

function isPreflightedRead({ headers }: Exchange): boolean {
	return SAFE_METHODS.includes(getHeader(headers, REQUEST_METHOD) ?? "");
}

function withOrigin(draft: Draft, origin: string | undefined): Draft {
	const { method, url, credentials, hasBody } = draft;
	const others = withoutHeader(draft.headers, ORIGIN);
	const headers: HeaderList = origin === undefined ? others : [...others, ["Origin", origin]];
	return { purpose: "probe", method, url, headers, credentials, hasBody };
}

/**
 * An answer that is no error, or the very one that the page's own origin gets, and that names this origin. The asterisk
 * names nobody.
 */
function sharedWith(
	{ answer, method }: Exchange,
	{ origin }: Twin,
	reference: Exchange | undefined,
): TriedTwin["shared"] {
	if ("fault" in answer) return "no";
	const usual = reference === undefined || "fault" in reference.answer ? undefined : reference.answer.status;
	const isRefusal = method === "OPTIONS" ? answer.status < 200 || answer.status > 299 : answer.status >= 400;
	if (isRefusal && (method === "OPTIONS" || answer.status !== usual)) return "no";
	if (getHeader(answer.headers, ALLOW_ORIGIN) !== origin) return "no";
	return getHeader(answer.headers, ALLOW_CREDENTIALS) === "true" ? "with-credentials" : "without-credentials";
}
