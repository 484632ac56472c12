/** Owns the probes that find what of a refused preflight is refused: many servers leave every header out where only one name is wrong. */

import { getHeader, type HeaderList, withoutHeader } from "../browser/header-list.ts";
import { REQUEST_HEADERS, REQUEST_METHOD } from "../cors/standard.ts";
import type { Exchange, RequestDraft, Visit } from "./network/network.ts";
import { type AnsweredExchange, isAnswered, isReadable } from "./seen.ts";

/** What a preflight must not ask for to be consented to. */
export interface RefusedPart {
	/** Undefined where the method is not it. */
	readonly method: string | undefined;
	/** In lower case; empty where the headers are not it. */
	readonly headers: readonly string[];
	/** The preflight without that, which is consented to. */
	readonly narrower: Exchange;
}

/** Most headers that are asked for one by one. */
const MAX_SINGLE_HEADERS = 4;

/** Statuses by which servers refuse what a preflight asks for; others say that something else stands in the way. */
const REFUSALS: ReadonlySet<number> = new Set([200, 204, 400, 403, 422]);

/** Methods that no server refuses by its list. */
const ALWAYS_ALLOWED: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);

/** Whether what refuses may be told apart: the server answered, and did not consent at all. */
export function isRefused(visit: Visit, preflight: Exchange | undefined): preflight is AnsweredExchange {
	return isAnswered(preflight) && REFUSALS.has(preflight.answer.status) && !consents(visit, preflight);
}

/**
 * Asks again with less.
 * @param send gives undefined where no request is left
 * @returns undefined where less does not help: then it is the origin, or OPTIONS as such
 */
export async function findRefusedPart(
	visit: Visit,
	preflight: AnsweredExchange,
	send: (draft: RequestDraft, what: string) => Promise<Exchange | undefined>,
): Promise<RefusedPart | undefined> {
	const method = getHeader(preflight.headers, REQUEST_METHOD) ?? "GET";
	const names = (getHeader(preflight.headers, REQUEST_HEADERS) ?? "")
		.split(",")
		.filter((name) => name !== "");
	const ask = async (asked: string, headers: readonly string[]) => {
		const exchange = await send(asking(preflight, asked, headers), "a preflight that asks for less");
		return isAnswered(exchange) && consents(visit, exchange) ? exchange : undefined;
	};
	if (names.length > 0) {
		const narrower = await ask(method, []);
		if (narrower !== undefined) {
			return {
				method: undefined,
				headers: await refusedNames(names, (name) => ask(method, [name])),
				narrower,
			};
		}
	}
	if (ALWAYS_ALLOWED.has(method)) return undefined;
	const withGet = await ask("GET", names);
	if (withGet !== undefined) return { method, headers: [], narrower: withGet };
	if (names.length === 0) return undefined;
	const least = await ask("GET", []);
	return least && { method, headers: names, narrower: least };
}

async function refusedNames(
	names: readonly string[],
	ask: (name: string) => Promise<Exchange | undefined>,
): Promise<readonly string[]> {
	if (names.length === 1 || names.length > MAX_SINGLE_HEADERS) return names;
	const refused: string[] = [];
	for (const name of names) if ((await ask(name)) === undefined) refused.push(name);
	return refused.length === 0 ? names : refused;
}

/** Whether the answer has a good status and both headers that every preflight's answer needs. */
function consents(visit: Visit, exchange: AnsweredExchange): boolean {
	const { status } = exchange.answer;
	return status >= 200 && status <= 299 && isReadable(visit, exchange);
}

function asking({ method, url, headers }: Exchange, asked: string, names: readonly string[]): RequestDraft {
	const others = withoutHeader(withoutHeader(headers, REQUEST_METHOD), REQUEST_HEADERS);
	const all: HeaderList = [
		...others,
		["Access-Control-Request-Method", asked],
		...(names.length === 0 ? [] : ([["Access-Control-Request-Headers", names.join(",")]] as const)),
	];
	return { purpose: "probe", method, url, headers: all, credentials: false, hasBody: false };
}
