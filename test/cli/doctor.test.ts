/** Owns the proof of `cordon doctor`: of a server with one fault it names that fault and nothing else. */

import { describe, expect, test } from "vitest";
import { MAX_REQUESTS } from "../../src/doctor/network/network.ts";
import {
	type AnswerFault,
	allowing,
	api,
	examine,
	onActual,
	onPreflight,
	PAGE,
	PUT,
	set,
	status,
} from "./api-server.ts";
import { cordon } from "./harness.ts";

const OMIT = ["--credentials", "omit"];
const ACAO = "access-control-allow-origin";
const ACAC = "access-control-allow-credentials";
const ACAM = "access-control-allow-methods";
const ACAH = "access-control-allow-headers";
const ACEH = "access-control-expose-headers";
const MAX_AGE = "access-control-max-age";
const cookie = (...lines: readonly string[]) => onActual(set({ "set-cookie": lines }));

describe("a server without a fault has no finding", () => {
	test.each<[string, readonly string[]]>([
		["a GET", []],
		["a GET without credentials", OMIT],
		["a HEAD", ["--method", "HEAD"]],
		["a POST that is not preflighted", ["--data", "hello"]],
		["a PUT with JSON", PUT],
		["a preflighted GET", ["--header", "Authorization: Bearer 1", "--header", "X-Own: 1"]],
		["with a cookie", ["--cookie", "sid=1"]],
	])("%s", async (_, argv) => {
		const server = await api();
		const { code, failed, found, report } = await examine(server, ...argv);
		expect({ code, failed, found, readable: report.readable }).toEqual({
			code: 0,
			failed: [],
			found: [],
			readable: true,
		});
		expect(server.requests.length).toBeLessThanOrEqual(MAX_REQUESTS);
	});

	test.each<[string, AnswerFault, readonly string[]]>([
		["one origin for all, without Vary", set({ [ACAO]: PAGE, [ACAC]: "true", vary: undefined }), []],
		["any origin, without credentials", set({ [ACAO]: "*", [ACAC]: undefined, vary: undefined }), OMIT],
		["a wildcard for the subdomains", allowing((origin) => /^https:.*\.example\.com$/.test(origin)), []],
		[
			"what no cache keeps, without Vary",
			onActual(set({ vary: undefined, "cache-control": "no-store" })),
			[],
		],
		["Vary: *", onActual(set({ vary: "*" })), []],
		["strangers refused with their own error", strangersRefused, []],
		["http without credentials", allowing((origin) => origin.endsWith("//app.example.com"), false), OMIT],
		["a cookie that travels", cookie("a=1; SameSite=None; Secure; Partitioned"), []],
		["a cookie that is removed", cookie("a=; Max-Age=0", "b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), []],
		["a cookie that no call without credentials keeps", cookie("a=1; SameSite=Lax"), OMIT],
		["a max age at the highest cap", onPreflight(set({ [MAX_AGE]: "86400" })), PUT],
	])("%s", async (_, change, argv) => {
		const { code, failed, found } = await examine(await api(change), ...argv);
		expect({ code, failed, found }).toEqual({ code: 0, failed: [], found: [] });
	});

	test("for a page of the same site, with any cookies", async () => {
		const origin = "http://127.0.0.1:1";
		const fault: AnswerFault = (answer, request) => {
			allowing((asked) => asked === origin)(answer, request);
			cookie("a=1; SameSite=Lax")(answer, request);
		};
		const { url } = await api(fault);
		const { code, out } = await cordon(["doctor", url, "--origin", origin, "--json"]);
		expect([code, JSON.parse(out).findings]).toEqual([0, []]);
	});
});

function strangersRefused(...[answer, { headers }]: Parameters<AnswerFault>) {
	if (headers.origin !== undefined && headers.origin !== PAGE) {
		answer.status = 403;
		answer.headers[ACAO] = headers.origin;
	}
}

describe("of a server with one fault, the step that fails is named, and no other", () => {
	test.each<[string, AnswerFault, readonly string[], readonly string[], (readonly string[])?]>([
		["no ACAO", onActual(set({ [ACAO]: undefined })), [], ["allow-origin"]],
		["another origin's ACAO", onActual(set({ [ACAO]: "https://other.example" })), [], ["allow-origin"]],
		["* with credentials", set({ [ACAO]: "*" }), [], ["allow-origin"]],
		["ACAO with a slash", onActual(set({ [ACAO]: `${PAGE}/` })), [], ["allow-origin"]],
		["ACAO in upper case", onActual(set({ [ACAO]: PAGE.toUpperCase() })), [], ["allow-origin"]],
		["ACAO on two lines", onActual(set({ [ACAO]: [PAGE, PAGE] })), [], ["allow-origin"], ["doubled-header"]],
		["ACAO joined", onActual(set({ [ACAO]: `${PAGE}, *` })), [], ["allow-origin"], ["doubled-header"]],
		["no ACAC", onActual(set({ [ACAC]: undefined })), [], ["allow-credentials"]],
		["ACAC True", onActual(set({ [ACAC]: "True" })), [], ["allow-credentials"]],
		["ACAC false", onActual(set({ [ACAC]: "false" })), [], ["allow-credentials"]],
		[
			"ACAC twice",
			onActual(set({ [ACAC]: ["true", "true"] })),
			[],
			["allow-credentials"],
			["doubled-header"],
		],
		["a redirected preflight", onPreflight(status(302)), PUT, ["preflight-status"]],
		["a preflight that wants authentication", onPreflight(status(401)), PUT, ["preflight-status"]],
		["a forbidden preflight", onPreflight(status(403)), PUT, ["preflight-status"]],
		["a preflight that is not found", onPreflight(status(404)), PUT, ["preflight-status"]],
		["a preflight whose method is not allowed", onPreflight(status(405)), PUT, ["preflight-status"]],
		["a preflight that breaks the server", onPreflight(status(500)), PUT, ["preflight-status"]],
		["no ACAO on the preflight", onPreflight(set({ [ACAO]: undefined })), PUT, ["preflight-allow-origin"]],
		[
			"no ACAC on the preflight",
			onPreflight(set({ [ACAC]: undefined })),
			PUT,
			["preflight-allow-credentials"],
		],
		["ACAM without the method", onPreflight(set({ [ACAM]: "GET" })), PUT, ["preflight-allow-methods"]],
		[
			"ACAM in lower case",
			onPreflight(set({ [ACAM]: "patch" })),
			["--method", "PATCH"],
			["preflight-allow-methods"],
		],
		["ACAM * with credentials", onPreflight(set({ [ACAM]: "*" })), PUT, ["preflight-allow-methods"]],
		["ACAM with quotes", onPreflight(set({ [ACAM]: '"PUT"' })), PUT, ["preflight-allow-methods-syntax"]],
		["ACAH with a blank", onPreflight(set({ [ACAH]: "a b" })), PUT, ["preflight-allow-headers-syntax"]],
		["no ACAH", onPreflight(set({ [ACAH]: undefined })), PUT, ["preflight-allow-headers"]],
		["ACAH * with credentials", onPreflight(set({ [ACAH]: "*" })), PUT, ["preflight-allow-headers"]],
		[
			"Authorization under the asterisk",
			set({ [ACAO]: "*", [ACAC]: undefined, [ACAH]: "*" }),
			[...OMIT, "--header", "Authorization: Bearer 1"],
			["preflight-allow-authorization"],
		],
	])("%s", async (_, fault, argv, steps, findings = []) => {
		const { code, report, failed, found } = await examine(await api(fault), ...argv);
		expect({ code, failed, found }).toEqual({ code: 1, failed: steps, found: findings });
		expect(report).toMatchObject({ readable: false, failedStep: { code: steps[0] }, cause: steps[0] });
	});

	test("of a preflight that wants authentication and has no headers, the status is the cause", async () => {
		const fault = onPreflight((answer) => {
			answer.status = 401;
			answer.headers = {};
		});
		const { code, report } = await examine(await api(fault), ...PUT);
		expect([code, report["cause"]]).toEqual([1, "preflight-status"]);
	});
});

describe("beyond this call, what is wrong is named, and nothing else", () => {
	const host = (origin: string) => new URL(origin === "null" ? "about:blank" : origin).hostname;
	const isPage = (origin: string) => origin === PAGE;
	test.each<[string, AnswerFault, readonly string[], readonly string[]]>([
		["any origin reflected", allowing(() => true), [], ["reflects-any-origin"]],
		["any origin reflected to preflights", onPreflight(allowing(() => true)), PUT, ["reflects-any-origin"]],
		["any origin reflected to reads", onActual(allowing(() => true)), PUT, ["reflects-any-origin"]],
		["any origin reflected, no credentials", allowing(() => true, false), OMIT, ["reflects-any-origin"]],
		["null allowed", allowing((o) => isPage(o) || o === "null"), [], ["allows-null-origin"]],
		["by the beginning", allowing((o) => o.startsWith(PAGE)), [], ["allows-origin-suffix-twin"]],
		["by the end", allowing((o) => o.endsWith("example.com")), [], ["allows-origin-prefix-twin"]],
		["by the whole end", allowing((o) => o.endsWith("app.example.com")), [], ["allows-origin-prefix-twin"]],
		["http too", allowing((o) => host(o) === "app.example.com"), [], ["allows-insecure-origin"]],
		["no Vary", set({ vary: undefined }), [], ["missing-vary-origin"]],
		["no Vary, of a write", set({ vary: undefined }), PUT, ["missing-vary-origin"]],
		[
			"no Vary without Origin",
			(a, q) => q.headers.origin ?? set({ vary: undefined })(a, q),
			[],
			["missing-vary-origin"],
		],
		["another Vary", onActual(set({ vary: "Accept-Encoding" })), [], ["missing-vary-origin"]],
		[
			"ACAC beside *",
			set({ [ACAO]: "*", [ACAC]: "true", vary: undefined }),
			OMIT,
			["credentials-with-wildcard"],
		],
		["ACAC false, not asked for", onActual(set({ [ACAC]: "false" })), OMIT, ["credentials-not-true"]],
		["ACAC doubled, not asked for", onActual(set({ [ACAC]: ["true", "true"] })), OMIT, ["doubled-header"]],
		["errors without headers", bareErrors, [], ["error-without-headers"]],
		["a Lax cookie", cookie("a=1; SameSite=Lax; Secure"), [], ["cookie-same-site"]],
		["a cookie without SameSite", cookie("a=1; Secure"), [], ["cookie-same-site"]],
		["a cookie without Secure", cookie("a=1; SameSite=None"), [], ["cookie-not-secure"]],
		["a cookie without Partitioned", cookie("a=1; SameSite=None; Secure"), [], ["cookie-not-partitioned"]],
		["a max age above the caps", onPreflight(set({ [MAX_AGE]: "86401" })), PUT, ["max-age-above-caps"]],
		["a max age that is none", onPreflight(set({ [MAX_AGE]: "1h" })), PUT, ["max-age-malformed"]],
		["two max ages", onPreflight(set({ [MAX_AGE]: ["5", "5"] })), PUT, ["max-age-malformed"]],
		["no max age", onPreflight(set({ [MAX_AGE]: undefined })), PUT, ["max-age-missing"]],
		["ACEH * with credentials", onActual(set({ [ACEH]: "*" })), [], ["expose-headers-wildcard"]],
		["ACEH that is not a list", onActual(set({ [ACEH]: "a b" })), [], ["expose-headers-malformed"]],
		["ACEH with Set-Cookie", onActual(set({ [ACEH]: "Set-Cookie" })), [], ["expose-headers-forbidden"]],
	])("%s", async (_, fault, argv, codes) => {
		const server = await api(fault);
		const { code, failed, found } = await examine(server, ...argv);
		expect({ code, failed, found }).toEqual({ code: 0, failed: [], found: codes });
		expect(server.requests.length).toBeLessThanOrEqual(MAX_REQUESTS);
	});

	test("a stranger who reads with credentials is a danger, without them it is as with the asterisk", async () => {
		const { report } = await examine(await api(allowing(() => true)));
		expect(report.findings).toMatchObject([
			{ severity: "danger", origins: ["https://attacker.invalid", "null"] },
		]);
		const open = await examine(await api(allowing(() => true, false)), ...OMIT);
		expect(open.report.findings).toMatchObject([{ severity: "note" }]);
	});

	test("beside the asterisk, the advice is not to send back whoever asks", async () => {
		const star = await api(set({ [ACAO]: "*", [ACAC]: "true", vary: undefined }));
		const { report } = await examine(star, ...OMIT);
		expect(report.findings[0]?.message).toMatch(/on the server's allowlist, with Vary: Origin/);
	});

	test("the page's own origin is not a finding, even null or plain http", async () => {
		for (const origin of ["null", "http://localhost:3000", "http://app.example.com", "http://192.0.2.1"]) {
			const { url } = await api(allowing((asked) => asked === origin));
			const { code, out } = await cordon(["doctor", url, "--origin", origin, "--json"]);
			expect([origin, code, JSON.parse(out).findings]).toEqual([origin, 0, []]);
		}
	});
});

function bareErrors(answer: Parameters<AnswerFault>[0]) {
	if (answer.status === 404) answer.headers = { vary: "Origin" };
}
