/** Owns the finding about headers of CORS that came by a wrong name. */

import { getHeader } from "../../browser/header-list.ts";
import { displayName } from "../../browser/steps.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_HEADERS,
	ALLOW_METHODS,
	ALLOW_ORIGIN,
	EXPOSE_HEADERS,
	MAX_AGE,
	REQUEST_HEADERS,
	REQUEST_METHOD,
} from "../../cors/standard.ts";
import { closest } from "../../findings/closest.ts";
import type { DoctorFinding } from "../finding.ts";
import type { AnsweredExchange } from "../seen.ts";

/** What servers send of CORS. */
const MEANT: readonly string[] = [
	...[ALLOW_ORIGIN, ALLOW_CREDENTIALS, ALLOW_METHODS, ALLOW_HEADERS, EXPOSE_HEADERS, MAX_AGE],
];

/** Of other protocols, and no misspelling. https://wicg.github.io/private-network-access/ */
const KNOWN: ReadonlySet<string> = new Set([
	...MEANT,
	...["access-control-allow-private-network", "access-control-allow-local-network"],
	...["access-control-request-private-network", "access-control-allow-external"],
]);

/** Requests have them; in a response they are taken for what allows it. */
const OF_REQUESTS: ReadonlyMap<string, string> = new Map([
	[REQUEST_HEADERS, ALLOW_HEADERS],
	[REQUEST_METHOD, ALLOW_METHODS],
	["access-control-request-methods", ALLOW_METHODS],
	["access-control-request-header", ALLOW_HEADERS],
	["access-control-request-origin", ALLOW_ORIGIN],
]);

/** Names that end alike and that a count of letters would not find. */
const LOOKS_LIKE_CORS = /^(x-)?acc?ess?[-_]?contr?ol[-_]/;

/** A header that came, and the one that was meant. */
export interface Misspelt {
	readonly came: string;
	/** In lower case. */
	readonly meant: string;
}

/** The misspelt headers of one answer, where the right one is not there too. */
export function misspeltIn({ answer: { headers } }: AnsweredExchange): readonly Misspelt[] {
	return headers.flatMap(([name]) => {
		const meant = meantBy(name.toLowerCase());
		return meant === undefined || getHeader(headers, meant) !== null ? [] : [{ came: name, meant }];
	});
}

/** Whether a name is nearly that of a header of CORS. @param name in lower case */
export function looksMisspelt(name: string): boolean {
	return meantBy(name) !== undefined;
}

function meantBy(name: string): string | undefined {
	if (KNOWN.has(name)) return undefined;
	const ofRequests = OF_REQUESTS.get(name);
	if (ofRequests !== undefined) return ofRequests;
	const joined = MEANT.find((meant) => meant.replaceAll("-", "") === name.replaceAll(/[-_]/g, ""));
	if (joined !== undefined) return joined;
	const plain = name.replaceAll("_", "-").replace(/^x-(?=access)/, "");
	if (!LOOKS_LIKE_CORS.test(name) && !isNearly(name)) return undefined;
	return MEANT.includes(plain) ? plain : closest(plain, MEANT);
}

/** `allow-origin`, `cors-allow-origin` are other people's headers; two letters wrong at most make one of ours. */
function isNearly(name: string): boolean {
	return name.length > "access-control-".length && /control-(allow|expose|max|request)-/.test(name);
}

/** One finding for each wrong name; that the right one is missing may be told by a step as well. */
export function misspeltHeaders(exchanges: readonly AnsweredExchange[]): readonly DoctorFinding[] {
	const found = new Map<string, { readonly misspelt: Misspelt; readonly requests: number[] }>();
	for (const exchange of exchanges) {
		for (const misspelt of misspeltIn(exchange)) {
			const key = misspelt.came.toLowerCase();
			const before = found.get(key);
			if (before === undefined) found.set(key, { misspelt, requests: [exchange.number] });
			else before.requests.push(exchange.number);
		}
	}
	return [...found.values()].map(({ misspelt: { came, meant }, requests }) => ({
		code: "misspelt-header",
		severity: "warning",
		message: `The answer has ${came}, which browsers do not know, and no ${displayName(meant)}, which may be meant${OF_REQUESTS.has(came.toLowerCase()) ? ": the one that came belongs to requests" : ""}. Write ${displayName(meant)}.`,
		requests,
	}));
}
