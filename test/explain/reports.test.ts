/** Owns the kinds of trouble that people report in public, asked of `explain`: what the browser did, and the advice that helps. */

import { describe, expect, test } from "vitest";
import type { CredentialsMode } from "../../src/browser/request.ts";
import { explain } from "../../src/explain/explain.ts";
import type { Question } from "../../src/explain/question.ts";

const HOST = "api.acme.com";
const APP = "https://app.acme.com";
const ME = "http://localhost:3000";

/** `cors` of a document, and what stands beside it. */
const open = (more: object = {}) => ({ cors: { origins: "*", ...more } });
const for_ = (origins: readonly unknown[], more: object = {}) => ({
	cors: { origins, credentials: true, ...more },
});
const ask = (origin: string, more: Partial<Question> = {}): Question => ({ origin, ...more });
const json = ["Content-Type: application/json"];
const omit: CredentialsMode = "omit";

/** Allowed, or what is said: each text is in a fix (`+`), or in what stands in the way (`!`). */
type Answer = true | null | readonly string[];

const REPORTS: readonly (readonly [title: string, document: object, question: Question, answer: Answer])[] = [
	// Who may call.
	[
		"* with cookies (expressjs/cors 174, 36, 283; restify 522)",
		open(),
		ask(ME),
		['+put a policy with "credentials": true for "http://localhost:3000" before the one of "*" at /cors'],
	],
	["* without cookies", open(), ask(ME, { credentials: omit }), true],
	[
		"* and axios withCredentials false, which is same-origin",
		open(),
		ask(ME, { credentials: "same-origin" }),
		true,
	],
	[
		"credentials true is missing (Stack Overflow 24687313)",
		{ cors: { origins: [APP] } },
		ask(APP),
		['+set "credentials": true in /cors'],
	],
	["another port of localhost", for_([ME]), ask("http://localhost:5173"), ['+add "http://localhost:5173"']],
	["127.0.0.1 is not localhost", for_([ME]), ask("http://127.0.0.1:3000"), ['+add "http://127.0.0.1:3000"']],
	["[::1] is not localhost", for_([ME]), ask("http://[::1]:3000"), ['+add "http://[::1]:3000"']],
	["0.0.0.0 as a development host", for_([ME]), ask("http://0.0.0.0:3000"), ['+add "https://0.0.0.0:3000"']],
	["any port of localhost is allowed", for_(["http://localhost:*"]), ask("http://localhost:4200"), true],
	["any port takes the default port too", for_(["http://localhost:*"]), ask("http://localhost"), true],
	[
		"https localhost is another scheme",
		for_(["http://localhost:*"]),
		ask("https://localhost:3000"),
		['+add "https://localhost:3000"'],
	],
	[
		"www is another host",
		for_(["https://acme.com"]),
		ask("https://www.acme.com"),
		['+add "https://www.acme.com"'],
	],
	[
		"the apex is not a subdomain",
		for_(["https://*.acme.com"]),
		ask("https://acme.com"),
		['+add "https://acme.com"'],
	],
	["a subdomain of a subdomain", for_(["https://*.acme.com"]), ask("https://a.b.acme.com"), true],
	["http page, https allowed", for_([APP]), ask("http://app.acme.com"), ["+serve the page over https"]],
	[
		"http page without credentials",
		{ cors: { origins: [APP] } },
		ask("http://app.acme.com", { credentials: omit }),
		['+add "http://app.acme.com"'],
	],
	["a slash at the end of the page's origin", for_([APP]), ask(`${APP}/`), [`+with the origin ${APP}`]],
	["upper case in the page's origin", for_([APP]), ask("https://App.Acme.com"), [`+with the origin ${APP}`]],
	["the default port in the page's origin", for_([APP]), ask(`${APP}:443`), [`+with the origin ${APP}`]],
	["a path in the page's origin", for_([APP]), ask(`${APP}/index.html`), [`+with the origin ${APP}`]],
	[
		"a non-ASCII host is sent as punycode",
		for_([APP]),
		ask("https://bücher.example"),
		["+with the origin https://xn--bcher-kva.example", '+add "https://xn--bcher-kva.example"'],
	],
	["a file on disk has the origin null (mdn)", for_([APP]), ask("null"), ["!null"]],
	["a sandboxed frame at an open API", open(), ask("null", { credentials: omit }), true],
	[
		"Capacitor on iOS (ionic-team/capacitor 1041)",
		for_([APP]),
		ask("capacitor://localhost"),
		['+add "capacitor://localhost"'],
	],
	[
		"Capacitor on Android (ionic-framework 22470)",
		for_([APP]),
		ask("http://localhost"),
		['+add "http://localhost"'],
	],
	["Ionic's web view", for_(["ionic://localhost"]), ask("ionic://localhost"), true],
	["Tauri on macOS", for_([APP]), ask("tauri://localhost"), ['+add "tauri://localhost"']],
	["Electron with a protocol of its own", for_(["app://."]), ask("app://."), true],
	[
		"an extension of Chrome",
		for_([APP]),
		ask("chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
		['+add "chrome-extension://'],
	],
	[
		"an extension of Firefox, anew on each machine",
		for_(["moz-extension://*"], { dangerouslyAllowAnyExtension: true }),
		ask("moz-extension://0f9ee8e2-3e4c-4e4c-9e9e-0f9ee8e23e4c"),
		true,
	],
	["preview deployments by a pattern", for_(["https://pr-*.acme.com"]), ask("https://pr-12.acme.com"), true],
	[
		"a preview of somebody else's project",
		for_(["https://acme-*.vercel.app"], { dangerouslyAllowPublicSuffixSubdomains: true }),
		ask("https://evil.vercel.app"),
		['+add "https://evil.vercel.app"'],
	],
	[
		"a look-alike is not the subdomain",
		for_(["https://*.acme.com"]),
		ask("https://evilacme.com"),
		['+add "https://evilacme.com"'],
	],
	["the API's own page needs no CORS", for_([]), ask(`https://${HOST}`), true],
	[
		"a private address in the office",
		for_([APP]),
		ask("http://192.168.1.5:3000"),
		["+serve the page over https"],
	],
	[
		"two policies: partners with cookies",
		{ cors: [{ origins: [APP], credentials: true }, { origins: "*" }] },
		ask(APP),
		true,
	],
	[
		"two policies: a stranger with cookies",
		{ cors: [{ origins: [APP], credentials: true }, { origins: "*" }] },
		ask("https://other.example"),
		['+add "https://other.example" to /cors/0/origins'],
	],
	[
		"two policies: a stranger wants a PUT",
		{ cors: [{ origins: [APP], credentials: true, methods: ["PUT"] }, { origins: "*" }] },
		ask("https://other.example", { method: "PUT", credentials: omit }),
		['+add "PUT" to /cors/1/methods'],
	],
	// What it sends.
	[
		"patch in lower case (JakeChampion/fetch 254, axios 26)",
		for_([APP], { methods: ["PATCH"] }),
		ask(APP, { method: "patch" }),
		["+write the method as PATCH"],
	],
	[
		"patch in lower case, and not listed",
		for_([APP]),
		ask(APP, { method: "patch" }),
		["+write the method as PATCH", '+add "PATCH" to /cors/methods'],
	],
	[
		"PATCH is not in the defaults (expressjs/cors 252)",
		for_([APP]),
		ask(APP, { method: "PATCH" }),
		['+add "PATCH" to /cors/methods'],
	],
	["put in lower case is normalized", for_([APP], { methods: ["PUT"] }), ask(APP, { method: "put" }), true],
	[
		"DELETE is not listed",
		for_([APP], { methods: ["PUT"] }),
		ask(APP, { method: "DELETE" }),
		['+add "DELETE" to /cors/methods'],
	],
	["POST needs no mention", for_([APP]), ask(APP, { method: "POST" }), true],
	["QUERY", for_([APP]), ask(APP, { method: "QUERY" }), ['+add "QUERY"']],
	["a method that no runtime takes", for_([APP]), ask(APP, { method: "BREW" }), ["!BREW"]],
	[
		"JSON needs Content-Type",
		for_([APP]),
		ask(APP, { method: "POST", headers: json }),
		['+add "Content-Type" to /cors/requestHeaders'],
	],
	[
		"a form needs nothing",
		for_([APP]),
		ask(APP, { method: "POST", headers: ["Content-Type: application/x-www-form-urlencoded"] }),
		true,
	],
	[
		"multipart needs nothing",
		for_([APP]),
		ask(APP, { method: "POST", headers: ["Content-Type: multipart/form-data; boundary=x"] }),
		true,
	],
	[
		"text/plain with a charset needs nothing",
		for_([APP]),
		ask(APP, { method: "POST", headers: ["Content-Type: text/plain;charset=UTF-8"] }),
		true,
	],
	["a bearer token", for_([APP]), ask(APP, { headers: ["Authorization"] }), ['+add "Authorization"']],
	[
		"a * of headers covers Authorization at Cordon",
		open({ requestHeaders: "*" }),
		ask(ME, { headers: ["Authorization"], credentials: omit }),
		true,
	],
	[
		"X-CSRF-Token (leedo/noembed 97)",
		for_([APP], { requestHeaders: ["Content-Type"] }),
		ask(APP, { headers: ["X-CSRF-Token"] }),
		['+add "X-CSRF-Token"'],
	],
	[
		"X-Requested-With",
		for_([APP]),
		ask(APP, { headers: ["X-Requested-With: XMLHttpRequest"] }),
		['+add "X-Requested-With"'],
	],
	[
		"header names in any case",
		for_([APP], { requestHeaders: ["x-csrf-token"] }),
		ask(APP, { headers: ["X-CSRF-TOKEN"] }),
		true,
	],
	[
		"the page sends Access-Control-Allow-Origin (whatwg/fetch 467)",
		for_([APP]),
		ask(APP, { headers: ["Access-Control-Allow-Origin"] }),
		["+let the page stop sending Access-Control-Allow-Origin"],
	],
	[
		"the page sends two of them",
		for_([APP]),
		ask(APP, { headers: ["Access-Control-Allow-Origin", "access-control-allow-credentials"] }),
		["+stop sending access-control-allow-credentials and Access-Control-Allow-Origin"],
	],
	[
		"sentry-trace and baggage",
		for_([APP]),
		ask(APP, { headers: ["sentry-trace", "baggage"] }),
		['+add "sentry-trace"', '+add "baggage"'],
	],
	["traceparent", for_([APP]), ask(APP, { headers: ["traceparent"] }), ['+add "traceparent"']],
	[
		"everything is missing at once",
		{ cors: { origins: [] } },
		ask(APP, { method: "PUT", headers: [...json, "X-Api-Key"] }),
		[`+add "${APP}"`, '+"credentials": true', '+add "PUT"', '+add "Content-Type"', '+add "X-Api-Key"'],
	],
	[
		"Cache-Control and Pragma",
		for_([APP]),
		ask(APP, { headers: ["Cache-Control: no-cache", "Pragma: no-cache"] }),
		['+add "Cache-Control"', '+add "Pragma"'],
	],
	["If-None-Match", for_([APP]), ask(APP, { headers: ["If-None-Match"] }), ['+add "If-None-Match"']],
	["a simple range", for_([APP]), ask(APP, { headers: ["Range: bytes=0-1023"] }), true],
	["several ranges", for_([APP]), ask(APP, { headers: ["Range: bytes=0-1,5-9"] }), ['+add "Range"']],
	["Accept with odd bytes", for_([APP]), ask(APP, { headers: ["Accept: {json}"] }), ['+add "Accept"']],
	[
		"Accept as usual",
		for_([APP]),
		ask(APP, { headers: ["Accept: application/json, text/plain, */*"] }),
		true,
	],
	[
		"an Accept-Language longer than 128 bytes",
		for_([APP]),
		ask(APP, { headers: [`Accept-Language: ${"de,".repeat(50)}`] }),
		['+add "Accept-Language"'],
	],
	[
		"the progress of an upload, listened to",
		for_([APP]),
		ask(APP, { method: "POST", uploadProgress: true }),
		true,
	],
	[
		"the progress of an upload, from nobody's page",
		for_([]),
		ask(APP, { method: "POST", uploadProgress: true }),
		[`+add "${APP}"`],
	],
	// Where it goes.
	["an https page calls http", for_([APP]), ask(APP, { scheme: "http" }), ["+call the API over https"]],
	["an http page of localhost calls http", for_([ME]), ask(ME, { scheme: "http" }), true],
	["ws:// of an https page", for_([APP]), ask(APP, { scheme: "ws" }), ["+call the API over wss"]],
	[
		"a WebSocket from a stranger",
		for_([APP]),
		ask("https://other.example", { scheme: "wss" }),
		['+add "https://other.example"'],
	],
	["a WebSocket needs no credentials: true", { cors: { origins: [APP] } }, ask(APP, { scheme: "wss" }), true],
	[
		"a name and password in the URL",
		for_([APP]),
		ask(APP, { userInfo: true }),
		["+take the name and password out"],
	],
	[
		"a route without the page",
		{ ...for_([APP]), routes: [{ path: "/admin/*", cors: { origins: [] } }] },
		ask(APP, { path: "/admin/x" }),
		['+add "https://app.acme.com" to /routes/0/cors/origins', '+set "credentials": true in /routes/0/cors'],
	],
	[
		"a route without the page, that has less than the document",
		{
			...for_([APP], { methods: ["PUT"] }),
			routes: [{ path: "/admin/*", cors: { origins: [ME], credentials: true } }],
		},
		ask(APP, { path: "/admin/x" }),
		[
			'+add "https://app.acme.com" to /routes/0/cors/origins',
			"!With that, validate warns: A route replaces cors whole",
		],
	],
	[
		"a public route",
		{ ...for_([APP]), routes: [{ path: "/public/*", cors: { origins: "*" } }] },
		ask(ME, { path: "/public/x", credentials: omit }),
		true,
	],
	[
		"two slashes before a route",
		{ ...for_([APP]), routes: [{ path: "/public/*", cors: { origins: "*" } }] },
		ask(APP, { path: "//public/x" }),
		["+call it as /public/x", "+put a policy"],
	],
	["report mode, not listed yet", { ...for_([]), mode: "report" }, ask(APP), [`+add "${APP}"`]],
	[
		"a trailing slash that redirects, and PUT",
		for_([APP], { methods: ["PUT"] }),
		ask(APP, { method: "PUT", redirectTo: "308 /items/", path: "/items" }),
		true,
	],
	[
		"a redirect to the sign-in of another host",
		for_([APP]),
		ask(APP, { redirectTo: "https://login.acme.com/authorize" }),
		null,
	],
	[
		"a redirect to a CDN, page and API open",
		open(),
		ask(ME, { credentials: omit, redirectTo: "https://cdn.example/file" }),
		null,
	],
	[
		"a redirect to http on the API's host is put right",
		for_([APP]),
		ask(APP, { redirectTo: "301 http://api.acme.com/x" }),
		true,
	],
	["a redirect to http elsewhere", for_([APP]), ask(APP, { redirectTo: "http://cdn.example/x" }), ["!https"]],
	[
		"a redirect with a password in it",
		for_([APP]),
		ask(APP, { redirectTo: "https://a:b@cdn.example/x" }),
		["!password"],
	],
	["a redirect in a circle", for_([APP]), ask(APP, { redirectTo: "/" }), ["!loop"]],
	[
		"a redirect to another port",
		for_([APP]),
		ask(APP, { redirectTo: "https://api.acme.com:8443/" }),
		["!origin is null"],
	],
	[
		"a redirect to an internal address is put right",
		{ ...for_([APP]), upstream: "https://internal.example" },
		ask(APP, { redirectTo: "https://internal.example/x" }),
		true,
	],
	[
		"a redirect to a closed route",
		{ ...for_([APP]), routes: [{ path: "/in", cors: { origins: ["https://in.acme.com"] } }] },
		ask(APP, { redirectTo: "/in" }),
		['+add "https://app.acme.com" to /routes/0/cors/origins', '+set "credentials": true in /routes/0/cors'],
	],
];

describe("of a call that people report", () => {
	test.each(REPORTS)("%s", async (_, document, question, answer) => {
		const explained = await explain(document, HOST, question);
		expect("problem" in explained ? explained.errors : []).toEqual([]);
		if ("problem" in explained) return;
		const { allowed, fixes, obstacles } = explained;
		const said = [...fixes.map(({ says }) => `+${says}`), ...obstacles.map(({ message }) => `!${message}`)];
		const context = JSON.stringify({ allowed, said }, null, 1);
		expect(allowed, context).toBe(typeof answer === "object" && answer !== null ? false : answer);
		if (typeof answer !== "object" || answer === null) return;
		for (const text of answer) {
			const found = said.filter((one) => one[0] === text[0] && one.includes(text.slice(1)));
			expect(found, `${text} ${context}`).not.toEqual([]);
		}
		const fixesWanted = answer.filter((text) => text.startsWith("+")).length;
		expect(fixes.length, context).toBe(fixesWanted);
	});
});
