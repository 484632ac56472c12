/** Owns a network of three sites, the page's own and two others, that redirect to each other. */

import type { FetchOutcome } from "../../src/browser/fetch-outcome.ts";
import type { HeaderList } from "../../src/browser/header-list.ts";
import type { Received } from "../../src/browser/next-step.ts";
import type { OutgoingRequest } from "../../src/browser/outgoing.ts";
import type { PageRequest } from "../../src/browser/page-request.ts";
import { converse, response } from "./user-agent.ts";

/** The page's own. */
export const PAGE_ORIGIN = "http://web-platform.test";
export const SITES = {
	local: PAGE_ORIGIN,
	remote: "http://www1.web-platform.test",
	remote2: "http://www2.web-platform.test",
} as const;
export type RedirectingSite = keyof typeof SITES;

export const ALL_STATUSES = [301, 302, 303, 307, 308] as const;

/** Allows everything without credentials, and with them for `origin`. */
export const OPEN: HeaderList = [
	["Access-Control-Allow-Origin", "*"],
	["Access-Control-Allow-Methods", "*"],
	["Access-Control-Allow-Headers", "*, authorization"],
];

export function redirectTo(location: string, status = 302, headers: HeaderList = OPEN): Received {
	return response(status, [["Location", location], ...headers]);
}

/** A network where the first URL redirects to the second. */
export function following(
	page: PageRequest,
	first: string,
	second: string,
	status = 302,
	headers = OPEN,
): FetchOutcome {
	return converse({ ...page, origin: PAGE_ORIGIN, url: first }, (request) =>
		request.kind === "actual" && request.url === first
			? redirectTo(second, status, headers)
			: response(200, headers),
	);
}

export function lastSent({ sent }: FetchOutcome): OutgoingRequest | undefined {
	return sent.at(-1);
}
