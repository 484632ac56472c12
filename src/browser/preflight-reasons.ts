/** Owns the question whether a preflight is sent, and why. */

import { SAFELISTED_METHODS } from "../cors/standard.ts";
import {
	type CacheMoment,
	hasHeaderNameMatch,
	hasMethodMatch,
	type PreflightCache,
} from "./preflight-cache.ts";
import type { BrowserRequest, PreflightFlag } from "./request.ts";
import { type UnsafeHeader, unsafeRequestHeaders } from "./safelisted-headers.ts";

/** Why a request is preflighted. */
export type PreflightReason =
	| { readonly kind: "method"; readonly method: string }
	| { readonly kind: "header"; readonly header: UnsafeHeader }
	| { readonly kind: PreflightFlag };

/** https://fetch.spec.whatwg.org/#cors-safelisted-method */
export function isSafelistedMethod(method: string): boolean {
	return SAFELISTED_METHODS.includes(method);
}

/**
 * Everything about a cross-origin request that needs the server's consent; empty where it is sent at once.
 * https://fetch.spec.whatwg.org/#concept-main-fetch, step 12
 */
export function preflightReasons(request: BrowserRequest): readonly PreflightReason[] {
	const { method, headers, preflightFlag } = request;
	return [
		...(isSafelistedMethod(method) ? [] : [{ kind: "method", method } as const]),
		...unsafeRequestHeaders(headers).map((header) => ({ kind: "header", header }) as const),
		...(preflightFlag === undefined ? [] : [{ kind: preflightFlag }]),
	];
}

/**
 * Tells whether a request is spared its preflight by what the cache knows. https://fetch.spec.whatwg.org/#concept-http-fetch, step 4.1
 * @param reasons of this request; where there are none, it needs no preflight either
 */
export function isCached(
	request: BrowserRequest,
	reasons: readonly PreflightReason[],
	cache: PreflightCache,
	moment: CacheMoment,
): boolean {
	return reasons.every((reason) =>
		reason.kind === "header"
			? hasHeaderNameMatch(cache, request, reason.header.name, moment)
			: hasMethodMatch(cache, request, request.method, moment),
	);
}

/** The reasons in words, for people. */
export function describeReasons(reasons: readonly PreflightReason[]): string {
	return reasons.map(describeReason).join("; ");
}

function describeReason(reason: PreflightReason): string {
	switch (reason.kind) {
		case "method":
			return `the method ${reason.method}`;
		case "header":
			return `the header ${reason.header.name}${HEADER_REASONS[reason.header.reason]}`;
		case "upload-listener":
			return "a listener on xhr.upload";
		case "streamed-body":
			return "a streamed body";
	}
}

const HEADER_REASONS = {
	name: "",
	"value-length": " (its value is longer than 128 bytes)",
	"unsafe-byte": " (its value has a byte that is not safelisted)",
	"language-byte": " (its value has a byte that is in no language tag)",
	"mime-type": " (its value is not one of the three types that forms send)",
	range: " (its value is not one range with a start)",
	"values-length": " (the values of all safelisted headers are longer than 1024 bytes together)",
} as const satisfies Readonly<Record<UnsafeHeader["reason"], string>>;
