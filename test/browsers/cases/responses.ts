/** Owns the cases of what a page can read of a response: headers, statuses, streams, cached answers. */

import type { Case, CaseStep, Target } from "./case.ts";

const include = (to: Target, more: Partial<Extract<CaseStep, { do: "fetch" }>> = {}): CaseStep => ({
	...{ do: "fetch", to, credentials: "include" },
	...more,
});
const omit = (to: Target, more: Partial<Extract<CaseStep, { do: "fetch" }>> = {}): CaseStep => ({
	...include(to, more),
	...{ credentials: "omit" },
});

const HEADERS = ["Content-Type", "ETag", "X-Total", "X-Secret", "Set-Cookie"];
const READ = "GET +session: 200 API";

/** Statuses that the API itself gives. */
const API_STATUSES = [401, 403, 404, 422, 500, 502, 503, 504];

function statusCase(status: number): Case {
	const wire = [`GET +session: ${status} API`, "OPTIONS (PUT): 204", `PUT +session: ${status} API`];
	return {
		id: `status/${status}`,
		says: `a ${status} of the API is read by the allowed page, and withheld from the denied one`,
		steps: [include(`shared/status/${status}`), include(`shared/status/${status}`, { method: "PUT" })],
		expect: {
			allowed: { page: [`${status}`, `${status}`], wire },
			denied: {
				page: ["blocked", "blocked"],
				wire: [`GET +session: ${status} API`, "OPTIONS (PUT): 403"],
			},
		},
	};
}

export const RESPONSES: readonly Case[] = [
	{
		id: "headers/listed",
		says: "the allowed page reads the headers that the policy exposes, never Set-Cookie, even where the API exposes it",
		steps: [include("shared/headers", { sees: HEADERS })],
		expect: {
			allowed: { page: ["200, sees content-type etag x-total"], wire: [READ] },
			denied: { page: ["blocked"], wire: [READ] },
		},
	},
	{
		id: "headers/all-with-credentials",
		says: 'with exposedHeaders "*" and credentials the allowed page reads every header but Set-Cookie',
		steps: [include("anything/headers", { sees: HEADERS })],
		expect: {
			allowed: { page: ["200, sees content-type etag x-secret x-total"], wire: [READ] },
			denied: { page: ["blocked"], wire: [READ] },
		},
	},
	{
		id: "headers/all-without-credentials",
		says: 'with exposedHeaders "*" and no credentials every page reads every header but Set-Cookie',
		steps: [omit("public/headers", { sees: HEADERS })],
		expect: {
			allowed: { page: ["200, sees content-type etag x-secret x-total"], wire: ["GET: 200 API"] },
			denied: { page: ["200, sees content-type etag x-secret x-total"], wire: ["GET: 200 API"] },
		},
	},
	{
		id: "headers/doubled",
		says: "of an API that doubles its sharing headers one right set is left",
		steps: [include("shared/doubled")],
		expect: {
			allowed: { page: ["200"], wire: [READ] },
			denied: { page: ["blocked"], wire: [READ] },
		},
	},
	{
		id: "headers/head",
		says: "the allowed page reads the headers of a HEAD",
		steps: [include("shared/headers", { method: "HEAD", sees: ["ETag"] })],
		expect: {
			allowed: { page: ["200, sees etag"], wire: ["HEAD +session: 200 API"] },
			denied: { page: ["blocked"], wire: ["HEAD +session: 200 API"] },
		},
	},
	{
		id: "public/with-credentials",
		says: "where any origin may read without credentials, nobody reads with credentials",
		steps: [include("public/hello"), include("public/hello", { method: "PUT" })],
		expect: {
			allowed: { page: ["blocked", "blocked"], wire: [READ, "OPTIONS (PUT): 204"] },
			denied: { page: ["blocked", "blocked"], wire: [READ, "OPTIONS (PUT): 204"] },
		},
	},
	...API_STATUSES.map(statusCase),
	{
		id: "status/204",
		says: "a 204 of the API is read by the allowed page",
		steps: [include("shared/status/204")],
		expect: { allowed: { page: ["204"], wire: ["GET +session: 204 API"] } },
	},
	{
		id: "errors/broken",
		says: "Cordon's own 502 is read by the allowed page where the API breaks off",
		steps: [include("shared/breaks", { method: "POST", sees: ["Content-Type"] })],
		expect: {
			allowed: { page: ["502, sees content-type"], wire: ["POST +session: 502 API"] },
			denied: { page: ["blocked"], wire: ["POST +session: 502 API"] },
		},
	},
	{
		id: "errors/unreachable",
		says: "Cordon's own 502 is read by the allowed page where nobody listens",
		needs: ["hosts"],
		steps: [include("down:shared/hello")],
		expect: {
			allowed: { page: ["502"], wire: ["GET: 502"] },
			denied: { page: ["blocked"], wire: ["GET: 502"] },
		},
	},
	{
		id: "errors/timeout",
		says: "Cordon's own 504 is read by the allowed page where the API does not answer",
		aside: true,
		steps: [include("shared/hangs")],
		expect: {
			allowed: { page: ["504"], wire: ["GET +session: 504 API"] },
			denied: { page: ["blocked"], wire: ["GET +session: 504 API"] },
		},
	},
	{
		id: "stream/body",
		says: "a body is read while the API still sends it",
		steps: [include("shared/stream", { acknowledge: true, body: true })],
		expect: { allowed: { page: ['200 "in time"'], wire: [READ] } },
	},
	{
		id: "stream/opaque",
		says: "a no-cors call is answered opaquely, to whomever",
		steps: [include("shared/hello", { mode: "no-cors" })],
		expect: {
			allowed: { page: ["opaque"], wire: [READ] },
			denied: { page: ["opaque"], wire: [READ] },
		},
	},
	{
		id: "cache/revalidated",
		says: "a 304 to the browser's own revalidation is read as the 200 that it stands for",
		steps: [include("shared/revalidated", { body: true }), include("shared/revalidated", { body: true })],
		expect: {
			allowed: { page: ['200 "hello"', '200 "hello"'], wire: [READ, "GET +session: 304 API"] },
		},
	},
	{
		id: "cache/by-origin",
		says: "a cached answer to one allowed origin is not taken for another of the same site",
		needs: ["hosts"],
		steps: [include("shared/cached"), include("shared/cached")],
		expect: {
			allowed: { page: ["200", "200"], wire: [READ] },
			sibling: { page: ["200", "200"], wire: [READ] },
		},
	},
	{
		id: "cache/after-picture",
		says: "a cached picture, fetched without CORS, is not taken for a shared answer",
		steps: [{ do: "element", tag: "img", to: "shared/cached" }, include("shared/cached")],
		expect: { allowed: { page: ["error", "200"], wire: [READ, READ] } },
	},
];
