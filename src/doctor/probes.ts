/** Owns the probes: the requests beyond the browser's own that show what else the server does. All of them are safe methods. */

import { randomUUID } from "node:crypto";
import { getHeader, type HeaderList, withoutHeader } from "../browser/header-list.ts";
import { credentialsMode } from "../browser/page-request.ts";
import { ALLOW_CREDENTIALS, ALLOW_ORIGIN, ORIGIN, REQUEST_METHOD } from "../cors/standard.ts";
import {
	type Exchange,
	MAX_TIME_OUTS,
	type Network,
	type RequestDraft,
	type Visit,
} from "./network/network.ts";
import { findRefusedPart, isRefused, type RefusedPart } from "./refused-part.ts";
import { type AnsweredExchange, allowOriginOf, isActual, isAnswered, isTimedOut } from "./seen.ts";
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
	/** A stranger that has a cookie: a made-up one, which no server knows. */
	readonly withCookie: TriedTwin | undefined;
	/** A URL that a stranger asked before the page did, and one that the page asked alone. */
	readonly cacheOrder: CacheOrder | undefined;
	/** The page's own answer for a fresh URL, where the one for its URL does not name it. */
	readonly uncached: Exchange | undefined;
	/** What of a refused preflight is refused. */
	readonly refusedPart: RefusedPart | undefined;
	/** Whether these two were tried at all, and answered. */
	readonly cookieTried: boolean;
	readonly cacheTried: boolean;
	/** What there was no request left for, or no sense in waiting for. */
	readonly skipped: readonly string[];
}

/** The page's own answers. */
export interface CacheOrder {
	readonly afterStranger: Exchange;
	readonly alone: Exchange;
}

/** Nothing was tried. */
export const NO_PROBES: Probed = {
	base: undefined,
	withoutOrigin: undefined,
	missingPath: undefined,
	twins: [],
	withCookie: undefined,
	cacheOrder: undefined,
	uncached: undefined,
	refusedPart: undefined,
	cookieTried: false,
	cacheTried: false,
	skipped: [],
};

/** Nobody's cookie. */
const MADE_UP_COOKIE = "cordon_doctor=1";

/** QUERY is safe as well, RFC 10008: it asks, and changes nothing. */
const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "QUERY"];

/**
 * Sends the probes, as far as the budget goes; a probe without an answer tells nothing, and is not a fault.
 * @param isPreflightAnswered where it is not, no probe asks for one again
 */
export async function probe(visit: Visit, network: Network, isPreflightAnswered: boolean): Promise<Probed> {
	const { host } = new URL(visit.page.url);
	const own = network.exchanges.filter(({ url }) => new URL(url).host === host);
	const skipped: string[] = [];
	const send = async (draft: RequestDraft | undefined, what: string) => {
		if (draft === undefined) return undefined;
		if (network.left() > 0 && !isInVain(draft, network.exchanges, visit))
			return network.send({ ...draft, purpose: "probe", probe: what });
		skipped.push(what);
		return undefined;
	};

	const actual = own.findLast(isActual);
	const preflight = own.findLast(({ purpose }) => purpose === "preflight");
	const isSafe = actual !== undefined && SAFE_METHODS.includes(actual.method);
	const get = isSafe ? actual : safeDraft(visit, actual?.url ?? visit.page.url);
	const ownOrigin = visit.page.origin;
	const isBase = isSafe && getHeader(actual.headers, ORIGIN) === ownOrigin;
	const base = isBase ? actual : await send(withOrigin(get, ownOrigin), "a plain GET");
	// Where neither is answered, nothing is: each further probe would be waited for in vain.
	if (!isPreflightAnswered && !isAnswered(base)) return { ...NO_PROBES, base };
	// A write is never sent for a stranger: what its preflight is answered shows whether it could be.
	const asked = preflight !== undefined && isPreflightAnswered && isWriteAsked(preflight) ? preflight : get;

	const refusedPart = isRefused(visit, preflight) ? await findRefusedPart(visit, preflight, send) : undefined;

	const tried: TriedTwin[] = [];
	const tryTwin = async (draft: RequestDraft, reference: Exchange | undefined, twin: Twin, what: string) => {
		// As an attacker's page does it: with the user's cookies, which no preflight has.
		const credentials = draft.purpose !== "preflight";
		const exchange = await send({ ...withOrigin(draft, twin.origin), credentials }, what);
		if (exchange !== undefined)
			tried.push({ ...twin, exchange, shared: sharedWith(exchange, twin, reference) });
	};
	const isShared = (kind: TwinKind) => tried.some((twin) => twin.kind === kind && twin.shared !== "no");
	const isReadBy = (kind: TwinKind) =>
		tried.some(
			({ kind: own, shared, exchange }) =>
				own === kind && shared === "with-credentials" && exchange.method !== "OPTIONS",
		);
	const reference = asked === preflight ? preflight : base;
	const twins = twinsOf(visit.page.origin);
	const later: readonly TwinKind[] = ["sibling-prefix", "sibling"];
	// Such a host ends as the allowed domain does: the one shows nothing beyond the other.
	const isShownBy = (kind: TwinKind) => kind === "dot" && isShared("prefix");
	for (const twin of twins.filter(({ kind }) => !later.includes(kind))) {
		// Where anybody is let in, the near misses show nothing more.
		if (isShared("other-host") && twin.kind !== "null" && twin.kind !== "other-host") continue;
		if (isShownBy(twin.kind)) continue;
		await tryTwin(asked, reference, twin, twin.origin);
		if (asked !== get && twin.kind === "other-host") {
			await tryTwin(get, base, twin, `${twin.origin} with GET`);
		}
	}
	const stranger = twins.find(({ kind }) => kind === "other-host");
	let withCookie: TriedTwin | undefined;
	let cookieTried = false;
	// Where a real cookie goes along, the twins have shown it already.
	if (stranger !== undefined && visit.cookie === undefined && !isReadBy("other-host")) {
		const exchange = await send(
			{ ...withOrigin(get, stranger.origin), credentials: true, cookie: MADE_UP_COOKIE },
			"a stranger with a cookie",
		);
		cookieTried = isAnswered(exchange);
		const shared = exchange && sharedWith(exchange, stranger, base);
		if (exchange !== undefined && shared === "with-credentials")
			withCookie = { ...stranger, exchange, shared };
	}
	// A cache need not say that it answered.
	const isSuspect = isAnswered(base) && base.answer.status < 300 && !isNamedBy(base, ownOrigin);
	const uncached = isSuspect
		? await send({ ...withOrigin(get, ownOrigin), url: freshUrl(get.url) }, "a fresh URL")
		: undefined;
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
	const isOpen = isShared("other-host") || withCookie !== undefined;
	const { first, ...caches } =
		isOpen || stranger === undefined ? NO_CACHES : await tryCaches(visit, base, get, stranger, send);
	if (first !== undefined && stranger !== undefined) {
		// A cache that keeps the page's own answer hides from the other probes whom the API lets in.
		const shared = sharedWith(first, stranger, base);
		if (shared !== "no") tried.push({ ...stranger, exchange: first, shared });
	}
	return {
		base,
		withoutOrigin,
		missingPath,
		twins: tried,
		withCookie,
		cookieTried,
		uncached,
		refusedPart,
		...caches,
		skipped,
	};
}

const NO_CACHES = { cacheOrder: undefined, cacheTried: false, first: undefined } as const;

/** The asterisk does not come from a cache. */
function isNamedBy(exchange: AnsweredExchange, origin: string): boolean {
	const allowed = allowOriginOf(exchange);
	return allowed === origin || allowed === "*";
}

type Send = (draft: RequestDraft, what: string) => Promise<Exchange | undefined>;

/**
 * Whether the order in which origins ask changes what the page gets. The URLs are fresh, so that nobody else's answer is
 * disturbed; the third request is sent only where the second one is not what the page got before.
 */
async function tryCaches(
	{ page }: Visit,
	base: Exchange | undefined,
	get: RequestDraft,
	stranger: Twin,
	send: Send,
): Promise<Pick<Probed, "cacheOrder" | "cacheTried"> & { readonly first: Exchange | undefined }> {
	if (!isAnswered(base) || base.answer.status >= 400 || allowOriginOf(base) !== page.origin) return NO_CACHES;
	if (/\b(no-store|private)\b/i.test(getHeader(base.answer.headers, "cache-control") ?? "")) return NO_CACHES;
	const what = "the order of two origins";
	const fresh = freshUrl(get.url);
	const first = await send({ ...withOrigin(get, stranger.origin), url: fresh }, what);
	if (!isAnswered(first)) return NO_CACHES;
	const afterStranger = await send({ ...withOrigin(get, page.origin), url: fresh }, what);
	if (!isAnswered(afterStranger)) return NO_CACHES;
	if (allowOriginOf(afterStranger) === page.origin) return { cacheOrder: undefined, cacheTried: true, first };
	const alone = await send({ ...withOrigin(get, page.origin), url: freshUrl(get.url) }, what);
	if (alone === undefined) return NO_CACHES;
	return { cacheOrder: { afterStranger, alone }, cacheTried: true, first };
}

/**
 * Whether a probe would most likely be waited for in vain: the page's own request by this method was, or several were. What
 * is refused or cut off costs no time, and does not count.
 */
function isInVain({ method }: RequestDraft, sent: readonly Exchange[], { page }: Visit): boolean {
	const late = sent.filter(isTimedOut);
	const isOwn = (exchange: Exchange) => getHeader(exchange.headers, ORIGIN) === page.origin;
	return (
		late.length >= MAX_TIME_OUTS || late.some((exchange) => exchange.method === method && isOwn(exchange))
	);
}

function freshUrl(text: string): string {
	const url = new URL(text);
	url.searchParams.append("cordon-doctor", randomUUID());
	return url.href;
}

/** Of a call that never got past its preflight, or that writes: what a GET of the same URL would be. */
function safeDraft({ page }: Visit, url: string): RequestDraft {
	const headers = withoutHeader(withoutHeader(page.headers, "content-type"), "accept");
	return {
		purpose: "probe",
		method: page.method === "HEAD" ? "HEAD" : "GET",
		url,
		headers: [...headers, ["Accept", getHeader(page.headers, "accept") ?? "*/*"]],
		credentials: credentialsMode(page) === "include",
		hasBody: false,
	};
}

/** Whether a preflight asks for a method that changes data. */
function isWriteAsked({ headers }: Exchange): boolean {
	return !SAFE_METHODS.includes(getHeader(headers, REQUEST_METHOD) ?? "");
}

function withOrigin(draft: RequestDraft, origin: string | undefined): RequestDraft {
	const { method, url, credentials, hasBody } = draft;
	const others = withoutHeader(draft.headers, ORIGIN);
	const headers: HeaderList = origin === undefined ? others : [...others, ["Origin", origin]];
	return { purpose: "probe", method, url, headers, credentials, hasBody };
}

/**
 * An answer that is not an error, or the very one that the page's own origin gets, and that names this origin. The asterisk
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
