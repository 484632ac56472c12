/** Owns the cases in which the origin itself is at stake: redirects, sandboxed frames, refusals, client certificates. */

import type { Case, CaseCredentials, CaseStep, Target } from "./case.ts";

const call = (to: Target, method = "GET", credentials: CaseCredentials = "include"): CaseStep => ({
	...{ do: "fetch", to, credentials, method },
});

const redirect = (
	status: number,
	redirectTo: Target,
	method = "GET",
	credentials: CaseCredentials = "include",
) => ({ ...call(`shared/redirect/${status}`, method, credentials), redirectTo, body: true }) as CaseStep;

export const ORIGINS: readonly Case[] = [
	{
		id: "redirect/relative",
		says: "a redirect within the API is followed, and its end is read by the allowed page",
		steps: [redirect(302, "shared/hello")],
		expect: {
			allowed: { page: ['200 "hello"'], wire: ["GET +session: 302 API", "GET +session: 200 API"] },
			denied: { page: ["blocked"], wire: ["GET +session: 302 API"] },
		},
	},
	{
		id: "redirect/to-the-api-itself",
		says: "a redirect to the API's own address is followed at the gateway's",
		steps: [redirect(302, "upstream:shared/hello")],
		expect: {
			allowed: { page: ['200 "hello"'], wire: ["GET +session: 302 API", "GET +session: 200 API"] },
			denied: { page: ["blocked"], wire: ["GET +session: 302 API"] },
		},
	},
	{
		id: "redirect/put",
		says: "a redirected PUT is sent again after a preflight of its own",
		steps: [redirect(307, "shared/hello", "PUT")],
		expect: {
			allowed: {
				page: ['200 "hello"'],
				wire: ["OPTIONS (PUT): 204", "PUT +session: 307 API", "OPTIONS (PUT): 204", "PUT +session: 200 API"],
			},
		},
	},
	{
		id: "redirect/to-another-origin",
		says: "a redirect to another API loses the origin, so that not even the allowed page reads its end",
		needs: ["hosts"],
		steps: [redirect(302, "other:shared/hello")],
		expect: {
			allowed: { page: ["blocked"], wire: ["GET +session: 302 API", "GET from null: 200 API"] },
		},
	},
	{
		id: "redirect/to-a-public-api",
		says: "a redirect to an API that anybody may read is followed without credentials",
		needs: ["hosts"],
		steps: [redirect(302, "other:public/hello", "GET", "omit")],
		expect: {
			allowed: { page: ['200 "hello"'], wire: ["GET: 302 API", "GET from null: 200 API"] },
		},
	},
	{
		id: "sandbox/fetch",
		says: "a sandboxed frame of the allowed page has the origin null, and reads nothing",
		steps: [{ do: "sandbox", steps: [call("shared/hello"), call("shared/hello", "PUT")] }],
		expect: {
			allowed: {
				page: ["blocked", "blocked"],
				wire: ["GET +session from null: 200 API", "OPTIONS (PUT) from null: 403"],
			},
		},
	},
	{
		id: "sandbox/socket",
		says: "a sandboxed frame of the allowed page opens no WebSocket",
		steps: [{ do: "sandbox", steps: [{ do: "socket", to: "shared/socket" }] }],
		expect: { allowed: { page: ["closed 1006"], wire: ["GET +session from null: 403"] } },
	},
	{
		id: "sandbox/public",
		says: "a sandboxed frame reads what anybody may read",
		steps: [
			{ do: "sandbox", steps: [call("public/hello", "GET", "omit"), call("public/hello", "PUT", "omit")] },
		],
		expect: {
			allowed: {
				page: ["200", "200"],
				wire: ["GET from null: 200 API", "OPTIONS (PUT) from null: 204", "PUT from null: 200 API"],
			},
		},
	},
	{
		id: "rejecting",
		says: 'with deniedRequests "reject" the denied page\'s text POST never reaches the API',
		needs: ["hosts"],
		steps: [{ ...call("rejecting:shared/hello", "POST"), ...{ text: "hello" } }],
		expect: {
			allowed: { page: ["200"], wire: ["POST: 200 API"] },
			denied: { page: ["blocked"], wire: ["POST: 403"] },
		},
	},
	{
		id: "certificate/include",
		says: "a TLS client certificate goes to the API with a credentialed call, and never without the gateway's leave",
		needs: ["certificate"],
		steps: [call("certified:shared/hello"), call("certified:shared/hello", "PUT")],
		expect: {
			allowed: {
				page: ["200", "200"],
				wire: ["GET +certificate: 200 API", "OPTIONS (PUT) +certificate: 204", "PUT +certificate: 200 API"],
			},
			denied: {
				page: ["blocked", "blocked"],
				wire: ["GET +certificate: 200 API", "OPTIONS (PUT) +certificate: 403"],
			},
		},
		differs: {
			firefox: {
				because: "it sends no certificate with preflights, as the standard wants",
				expect: {
					allowed: {
						page: ["200", "200"],
						wire: ["GET +certificate: 200 API", "OPTIONS (PUT): 204", "PUT +certificate: 200 API"],
					},
					denied: {
						page: ["blocked", "blocked"],
						wire: ["GET +certificate: 200 API", "OPTIONS (PUT): 403"],
					},
				},
			},
		},
	},
	{
		id: "certificate/omit",
		says: "a call without credentials takes no TLS client certificate along, and the gateway's refusal is read by the allowed page",
		needs: ["certificate"],
		steps: [call("certified:shared/hello", "GET", "omit")],
		expect: {
			allowed: { page: ["403"], wire: ["GET: 403"] },
			denied: { page: ["blocked"], wire: ["GET: 403"] },
		},
		differs: {
			chromium: {
				because: "it sends the certificate with every call (crbug.com/775438)",
				expect: {
					allowed: { page: ["200"], wire: ["GET +certificate: 200 API"] },
					denied: { page: ["blocked"], wire: ["GET +certificate: 200 API"] },
				},
			},
		},
	},
];
