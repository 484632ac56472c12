/** Owns the cases of cookies and HTTP authentication: what is kept, what goes along, and on which calls. */

import type { Case, CaseStep, Target } from "./case.ts";

const include = (to: Target): CaseStep => ({ do: "fetch", to, credentials: "include" });
const sameOrigin = (to: Target): CaseStep => ({ do: "fetch", to, credentials: "same-origin" });
const omit = (to: Target): CaseStep => ({ do: "fetch", to, credentials: "omit" });
const xhr = (to: Target, withCredentials: boolean): CaseStep => ({ do: "xhr", to, withCredentials });

const UNKNOWN = "GET +session: 401 API";
const KNOWN = "GET +session +authorization: 200 API";

/** Before all cases: ends the session of an earlier run in the same browser. */
export const PREPARATION: readonly CaseStep[] = [include("shared/logout")];

/** Every other case counts on this one: it comes first. */
const LOGIN: Case = {
	id: "cookies/login",
	says: "a cookie that the API sets is kept, though the denied page cannot read the response",
	steps: [include("shared/login"), include("shared/hello")],
	expect: {
		allowed: { page: ["200", "200"], wire: ["GET: 200 API", "GET +session: 200 API"] },
		denied: { page: ["blocked", "blocked"], wire: ["GET: 200 API", "GET +session: 200 API"] },
		sibling: { page: ["200", "200"], wire: ["GET: 200 API", "GET +session: 200 API"] },
	},
};

export const COOKIES: readonly Case[] = [
	LOGIN,
	{
		id: "cookies/next-call",
		says: "a cookie set through the gateway goes along with the next credentialed calls, and with no others",
		steps: [
			include("shared/jar/{run}-one/fill"),
			include("shared/jar/{run}-one/look"),
			sameOrigin("shared/jar/{run}-one/look"),
			omit("shared/jar/{run}-one/look"),
			xhr("shared/jar/{run}-one/look", true),
			xhr("shared/jar/{run}-one/look", false),
		],
		expect: {
			allowed: {
				page: ["200", "200", "200", "200", "200", "200"],
				wire: [
					"GET +session: 200 API",
					"GET +crumb +session: 200 API",
					"GET: 200 API",
					"GET: 200 API",
					"GET +crumb +session: 200 API",
					"GET: 200 API",
				],
			},
		},
	},
	{
		id: "cookies/two",
		says: "two cookies of one response stay two",
		steps: [include("shared/jar/{run}-two/fill-both"), include("shared/jar/{run}-two/look")],
		expect: {
			allowed: {
				page: ["200", "200"],
				wire: ["GET +session: 200 API", "GET +crumb +loaf +session: 200 API"],
			},
		},
	},
	{
		id: "cookies/not-kept",
		says: "a cookie set in answer to a call without credentials is not kept",
		steps: [
			omit("shared/jar/{run}-three/fill"),
			sameOrigin("shared/jar/{run}-three/fill"),
			xhr("shared/jar/{run}-three/fill", false),
			include("shared/jar/{run}-three/look"),
		],
		expect: {
			allowed: {
				page: ["200", "200", "200", "200"],
				wire: ["GET: 200 API", "GET: 200 API", "GET: 200 API", "GET +session: 200 API"],
			},
		},
	},
	{
		id: "cookies/untouched",
		says: "a cookie without SameSite, which the gateway was not told to rewrite, is dropped by Chromium and kept by others",
		needs: ["hosts", "driven"],
		steps: [include("untouched:shared/jar/{run}-four/fill"), include("untouched:shared/jar/{run}-four/look")],
		expect: { allowed: { page: ["200", "200"], wire: ["GET: 200 API", "GET +crumb: 200 API"] } },
		differs: {
			chromium: {
				because: "it takes a cookie without SameSite for SameSite=Lax",
				expect: { allowed: { page: ["200", "200"], wire: ["GET: 200 API", "GET: 200 API"] } },
			},
		},
	},
	{
		id: "authentication/challenge",
		says: "a 401 that asks for authentication is read by the allowed page, which then sends Authorization itself",
		steps: [
			omit("shared/challenge"),
			{
				...{ do: "fetch", to: "shared/challenge", credentials: "omit" },
				headers: { Authorization: "Basic cHJvYmU6cHJvYmU=" },
			},
		],
		expect: {
			allowed: {
				page: ["401", "200"],
				wire: ["GET: 401 API", "OPTIONS (GET authorization): 204", "GET +authorization: 200 API"],
			},
			denied: { page: ["blocked", "blocked"], wire: ["GET: 401 API", "OPTIONS (GET authorization): 403"] },
		},
	},
	{
		id: "authentication/challenge-with-credentials",
		says: "a 401 that asks for authentication is read by the allowed page with credentials too",
		// A browser with other settings may open a dialog.
		needs: ["driven"],
		steps: [include("shared/challenge")],
		expect: {
			allowed: { page: ["401"], wire: ["GET +session: 401 API"] },
			denied: { page: ["blocked"], wire: ["GET +session: 401 API"] },
		},
	},
	{
		id: "authentication/entry",
		says: "a password given to XMLHttpRequest goes nowhere, but in Firefox, with credentialed calls only",
		needs: ["driven"],
		// A path of its own: Firefox sends what it knows to everything beside it.
		steps: [
			{ do: "xhr", to: "shared/challenge/{run}", withCredentials: true, authenticate: true },
			include("shared/challenge/{run}"),
			omit("shared/challenge/{run}"),
		],
		expect: {
			allowed: { page: ["401", "401", "401"], wire: [UNKNOWN, UNKNOWN, "GET: 401 API"] },
			denied: { page: ["blocked", "blocked", "blocked"], wire: [UNKNOWN, UNKNOWN, "GET: 401 API"] },
		},
		differs: {
			firefox: {
				because: "it authenticates cross-origin calls, which the standard no longer does",
				expect: {
					allowed: { page: ["200", "200", "401"], wire: [UNKNOWN, KNOWN, KNOWN, "GET: 401 API"] },
					denied: { page: ["blocked", "blocked", "blocked"], wire: [UNKNOWN, KNOWN, KNOWN, "GET: 401 API"] },
				},
			},
		},
	},
];
