/** Owns the cases of preflights: what they ask, how long their answers are kept, and whom they serve. */

import type { Case, CaseCredentials, CaseStep, Target } from "./case.ts";

/** Longer than the five seconds for which browsers keep an answer without Access-Control-Max-Age. */
const WAIT_MILLISECONDS = 6500;

const call = (to: Target, method: string, credentials: CaseCredentials = "include"): CaseStep => ({
	...{ do: "fetch", to, credentials, method },
});

const PUT = "PUT +session: 200 API";
const ASK_PUT = "OPTIONS (PUT): 204";

export const PREFLIGHTS: readonly Case[] = [
	{
		id: "preflight/kept",
		says: "a second PUT within the max age is sent without a second preflight",
		aside: true,
		steps: [
			call("shared/hello", "PUT"),
			{ do: "wait", milliseconds: WAIT_MILLISECONDS },
			call("shared/hello", "PUT"),
		],
		expect: { allowed: { page: ["200", "200"], wire: [ASK_PUT, PUT, PUT] } },
	},
	{
		id: "preflight/refused",
		says: "a refusal is not kept: the denied page's second PUT asks again, and is not sent either",
		steps: [call("shared/hello", "PUT"), call("shared/hello", "PUT")],
		expect: { denied: { page: ["blocked", "blocked"], wire: ["OPTIONS (PUT): 403", "OPTIONS (PUT): 403"] } },
	},
	{
		id: "preflight/not-kept",
		says: "with a max age of 0 every PUT has a preflight of its own",
		steps: [call("forgetful/hello", "PUT"), call("forgetful/hello", "PUT")],
		expect: { allowed: { page: ["200", "200"], wire: [ASK_PUT, PUT, ASK_PUT, PUT] } },
	},
	{
		id: "preflight/full-set",
		says: "one preflight serves every method and header that the policy allows",
		steps: [
			call("shared/hello", "PUT"),
			call("shared/hello", "DELETE"),
			call("shared/hello", "PATCH"),
			{
				...call("shared/hello", "GET"),
				...{ headers: { Authorization: "Bearer probe", "X-Requested-With": "probe" } },
			},
		],
		expect: {
			allowed: {
				page: ["200", "200", "200", "200"],
				wire: [
					ASK_PUT,
					PUT,
					"DELETE +session: 200 API",
					"PATCH +session: 200 API",
					"GET +session +authorization: 200 API",
				],
			},
		},
	},
	{
		id: "preflight/include-then-omit",
		says: "a preflight with credentials serves the call without them, but not in Firefox",
		steps: [call("shared/hello", "PUT"), call("shared/hello", "PUT", "omit")],
		expect: { allowed: { page: ["200", "200"], wire: [ASK_PUT, PUT, "PUT: 200 API"] } },
		differs: {
			firefox: {
				because: "it keeps the answers to calls with and without credentials apart",
				expect: { allowed: { page: ["200", "200"], wire: [ASK_PUT, PUT, ASK_PUT, "PUT: 200 API"] } },
			},
		},
	},
	{
		id: "preflight/omit-then-include",
		says: "a preflight without credentials does not serve the call with them",
		steps: [call("shared/hello", "PUT", "omit"), call("shared/hello", "PUT")],
		expect: { allowed: { page: ["200", "200"], wire: [ASK_PUT, "PUT: 200 API", ASK_PUT, PUT] } },
	},
	{
		id: "preflight/names",
		says: "names of headers are asked for in lower case and sorted, and allowed in any case and order",
		steps: [
			{
				...call("shared/hello", "PUT"),
				...{ headers: { "X-REQUESTED-WITH": "1", "content-type": "application/json", Authorization: "1" } },
			},
		],
		expect: {
			allowed: {
				page: ["200"],
				wire: [
					"OPTIONS (PUT authorization,content-type,x-requested-with): 204",
					"PUT +session +authorization: 200 API",
				],
			},
		},
	},
	{
		id: "preflight/method-not-allowed",
		says: "a method that the policy does not allow is never sent",
		steps: [call("shared/hello", "PROPFIND")],
		expect: { allowed: { page: ["blocked"], wire: ["OPTIONS (PROPFIND): 204"] } },
	},
	{
		id: "preflight/method-in-lower-case",
		says: "a method in lower case is another method, and never sent",
		steps: [call("shared/hello", "patch")],
		expect: { allowed: { page: ["blocked"], wire: ["OPTIONS (patch): 204"] } },
	},
	{
		id: "preflight/header-not-allowed",
		says: "a request with a header that the policy does not allow is never sent",
		steps: [{ ...call("shared/hello", "GET"), ...{ headers: { "X-Unknown": "1" } } }],
		expect: { allowed: { page: ["blocked"], wire: ["OPTIONS (GET x-unknown): 204"] } },
	},
	{
		id: "preflight/anything-with-credentials",
		says: 'with "*" and credentials any method and any header are sent, for the asterisk is spelt out',
		steps: [
			{
				...call("anything/hello", "PROPFIND"),
				...{ headers: { "X-Unknown": "1", Authorization: "Bearer probe" } },
			},
		],
		expect: {
			allowed: {
				page: ["200"],
				wire: [
					"OPTIONS (PROPFIND authorization,x-unknown): 204",
					"PROPFIND +session +authorization: 200 API",
				],
			},
			denied: { page: ["blocked"], wire: ["OPTIONS (PROPFIND authorization,x-unknown): 403"] },
		},
	},
	{
		id: "preflight/anything-without-credentials",
		says: 'with "*" and no credentials any method and any header are sent by anybody, Authorization too',
		steps: [
			{
				...call("public/hello", "PROPFIND", "omit"),
				...{ headers: { "X-Unknown": "1", Authorization: "Bearer probe" } },
			},
		],
		expect: {
			allowed: {
				page: ["200"],
				wire: ["OPTIONS (PROPFIND authorization,x-unknown): 204", "PROPFIND +authorization: 200 API"],
			},
			denied: {
				page: ["200"],
				wire: ["OPTIONS (PROPFIND authorization,x-unknown): 204", "PROPFIND +authorization: 200 API"],
			},
		},
	},
];
