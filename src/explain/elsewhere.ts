/** Owns the other host that a redirect leads to, of which the document has no word: what it would have to answer, and how that is told. */

import { type Header, type HeaderList, type ReceivedResponse, valuesOf } from "../browser/header-list.ts";
import type { OutgoingRequest } from "../browser/outgoing.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_HEADERS,
	ALLOW_METHODS,
	ALLOW_ORIGIN,
	ORIGIN,
	REQUEST_HEADERS,
	REQUEST_METHOD,
} from "../cors/standard.ts";
import type { Finding } from "../findings/finding.ts";
import type { PageCall } from "./question.ts";

/** Whether a request goes to another host than the call: on another port Cordon may stand too, and with the same document. */
export function isElsewhere({ url }: PageCall, request: Pick<OutgoingRequest, "url">): boolean {
	return new URL(request.url).hostname !== url.hostname;
}

/**
 * The answer that lets in the most: where the browser ends the call even so, it is denied, and else the other host decides.
 * Rejected alternative: a host without CORS headers, by which a redirect to a CDN that sends them would be "denied".
 */
export function mostGenerousAnswer({ kind, headers }: OutgoingRequest): ReceivedResponse {
	const origin = first(headers, ORIGIN) ?? "*";
	const own: HeaderList = [
		[ALLOW_ORIGIN, origin],
		[ALLOW_CREDENTIALS, "true"],
	];
	if (kind === "actual") return { status: 200, headers: own };
	const asked: readonly Header[] = [
		[ALLOW_METHODS, first(headers, REQUEST_METHOD) ?? ""],
		[ALLOW_HEADERS, first(headers, REQUEST_HEADERS) ?? ""],
	];
	return { status: 204, headers: [...own, ...asked] };
}

/** What hangs on the other host, and the way round it. */
export function elsewhereWords({
	url,
	headers,
	credentials,
}: OutgoingRequest): Pick<Finding, "code" | "message"> {
	const origin = first(headers, ORIGIN) ?? "*";
	const { protocol, host, pathname } = new URL(url);
	const target = `${protocol}//${host}${pathname}`;
	const with_ = credentials ? `, and with ${ALLOW_CREDENTIALS}: true` : "";
	const isTainted = origin === "null";
	return {
		code: "redirected-elsewhere",
		message: `The redirect leads to ${host}, which decides from there on: it would have to answer with ${ALLOW_ORIGIN}: ${origin}${with_}. ${
			isTainted
				? `The origin is null there since two hosts were crossed, and no server should allow that: let the page call ${target} directly. If it is a sign-in page, let the API answer 401 in place of the redirect.`
				: `See that it does, or let the page call ${target} directly.`
		}`,
	};
}

function first(headers: HeaderList, name: string): string | undefined {
	return valuesOf(headers, name)[0];
}
