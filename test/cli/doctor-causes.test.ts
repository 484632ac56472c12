/** Owns the proof that the doctor names the cause behind a failed step, and what a header or a probe shows beyond it. */

import { describe, expect, test } from "vitest";
import { PROBLEM_CODES, problem } from "../../src/gateway/problem.ts";
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
} from "./api-server.ts";
import { cordon } from "./harness.ts";

const ACAO = "access-control-allow-origin";
const bare =
	(status: number, headers: Record<string, string> = {}): AnswerFault =>
	(answer) => {
		answer.status = status;
		answer.headers = headers;
	};

describe("the cause is told in its own words", () => {
	test.each<[string, AnswerFault, readonly string[], string, RegExp]>([
		["a refused origin", onPreflight(bare(403)), PUT, "origin-refused", /origin was refused/],
		[
			"a challenge of the edge",
			bare(403, { "cf-mitigated": "challenge" }),
			[],
			"edge-challenge",
			/challenge at the edge, and not the API's/,
		],
		[
			"a sign-in page on another host",
			onActual((answer) => {
				answer.status = 302;
				answer.headers["location"] = "https://login.example.net/oauth2/authorize?client_id=1";
			}),
			[],
			"sign-in-redirect",
			/session is missing.*before authentication.*401/,
		],
		[
			"Cloudflare Access before the preflight",
			onPreflight(bare(302, { location: "https://acme.cloudflareaccess.com/cdn-cgi/access/login/x" })),
			PUT,
			"sign-in-redirect",
			/Bypass OPTIONS requests/,
		],
		[
			"a cache with another origin's answer",
			onActual(set({ [ACAO]: "https://other.example", age: "30" })),
			[],
			"cached-for-another-origin",
			/Age: 30.*Purge.*Origin/,
		],
		[
			"a misspelt header",
			onPreflight((answer) => {
				answer.headers["access-control-allow-method"] = "PUT";
				delete answer.headers["access-control-allow-methods"];
			}),
			PUT,
			"misspelt-header",
			/Access-Control-Allow-Methods, but access-control-allow-method/,
		],
		[
			"a page that sends a response's header",
			() => {},
			["--header", "Access-Control-Allow-Origin: *"],
			"page-sends-response-header",
			/take it out of the page's code/i,
		],
		[
			"a preflight that is cut off",
			onPreflight((_, request) => void request.socket.destroy()),
			PUT,
			"preflight-unanswered",
			/swallows OPTIONS/,
		],
		[
			"a loop",
			onActual(bare(302, { location: "/items", [ACAO]: PAGE, "access-control-allow-credentials": "true" })),
			[],
			"redirect-loop",
			/redirect loop/,
		],
	])("%s", async (_, fault, argv, code, words) => {
		const { code: exit, report } = await examine(await api(fault), ...argv);
		expect([exit, report.readable === true]).toEqual([1, false]);
		expect(report["explanation"]).toMatchObject({ code, message: expect.stringMatching(words) });
		expect(JSON.stringify(report)).not.toMatch(/authorize directly/);
	});

	test("every code of Cordon is known, by type and code", async () => {
		for (const code of PROBLEM_CODES) {
			const { status, body } = { status: problem(code).status, body: await problem(code).text() };
			const { report } = await examine(await api(problemFault(status, body)));
			expect([code, report["explanation"]]).toMatchObject([code, { code: "cordon-problem" }]);
			expect(JSON.stringify(report["explanation"])).toContain(`(code: ${code})`);
		}
		const foreign = await examine(await api(problemFault(403, '{"code":"origin-not-allowed","type":"x"}')));
		expect(foreign.report["explanation"]).toBeUndefined();
	});

	test("what Cordon says is told once, with commands that can be pasted, for the KV that the gateway reads", async () => {
		const { url, host } = await api(problemFault(403, await problem("origin-not-allowed").text()));
		const { out } = await cordon(["doctor", url, "--origin", PAGE]);
		expect(out.split("Cordon refused the origin")).toHaveLength(2);
		expect(out).toContain(`npx cordon explain https://127.0.0.1/items --origin ${PAGE} --local`);
		const far = ["doctor", "https://api.acme.com/it'ems", "--origin", PAGE, "--connect-to"];
		const local = await cordon([...far, host]);
		expect(local.out).toContain("push tenants --local");
		expect(local.out).toContain(`'https://api.acme.com/it'\\''ems'`);
		const markdown = await cordon([...far, host, "--markdown"]);
		expect(markdown.out.split("Cordon refused the origin")).toHaveLength(2);
	});

	test("a readable error of Cordon itself is told as such, and where it serves nobody, nothing is called good", async () => {
		for (const code of ["client-certificate-required", "upstream-unreachable"] as const) {
			const { status } = problem(code);
			const { report } = await examine(
				await api(onActual(problemFault(status, await problem(code).text(), PAGE))),
			);
			expect([report.readable, report["explanation"]]).toMatchObject([true, { code: "cordon-problem" }]);
		}
		for (const code of ["unknown-tenant", "tenant-closed", "tenant-unavailable"] as const) {
			const { report } = await examine(
				await api(problemFault(problem(code).status, await problem(code).text())),
			);
			expect([report.readable, report["checked"]]).toEqual([false, []]);
		}
	});

	test("a server that names another origin itself is not called a cache's fault", async () => {
		const { report } = await examine(
			await api(
				onActual((answer, { url = "" }) => {
					answer.headers[ACAO] = "https://other.example";
					if (!url.includes("cordon-doctor")) answer.headers["age"] = "30";
				}),
			),
		);
		expect([report.readable, report["explanation"]]).toEqual([false, undefined]);
		const kept = await examine(
			await api(
				onActual((answer, { url = "" }) => {
					if (url.includes("cordon-doctor")) return;
					answer.headers["cf-cache-status"] = "HIT";
					delete answer.headers[ACAO];
				}),
			),
		);
		expect(kept.report["explanation"]).toMatchObject({ code: "cached-for-another-origin" });
	});

	test("null and plain http are never advised to be allowed with credentials", async () => {
		for (const origin of ["null", "http://192.168.1.5:3000"]) {
			const { url } = await api();
			const { out } = await cordon(["doctor", url, "--origin", origin, "--json"]);
			expect(out).not.toContain(`Let the server allow ${origin}`);
			expect(JSON.parse(out).explanation.message).toMatch(/do not allow null|should not/);
		}
	});

	test.each<[string, Record<string, string>, RegExp]>([
		["nginx", { server: "nginx/1.27" }, /always/],
		["Kong", { via: "1.1 kong/3.9" }, /preflight_continue/],
		["IIS", { server: "Microsoft-IIS/10.0" }, /IIS CORS module/],
		["Amazon API Gateway", { "x-amz-apigw-id": "1" }, /DEFAULT_4XX/],
		["Express", { "x-powered-by": "Express" }, /app\.use\(cors/],
	])("%s is named, with its own fix", async (name, headers, fix) => {
		const { report } = await examine(await api(onActual(bare(500, headers))));
		expect(report["answeredBy"]).toMatchObject({ name, fix: expect.stringMatching(fix) });
	});
});

/** @param sharedWith who can read it, with credentials */
function problemFault(status: number, body: string, sharedWith?: string): AnswerFault {
	const sharing = { [ACAO]: sharedWith ?? "", "access-control-allow-credentials": "true", vary: "Origin" };
	return (answer) => {
		answer.status = status;
		answer.headers = {
			"content-type": "application/problem+json",
			...(sharedWith === undefined ? {} : sharing),
		};
		answer.body = body;
	};
}

describe("beyond this call", () => {
	const cookieDependent: AnswerFault = (answer, { headers: { origin, cookie } }) => {
		set({ [ACAO]: cookie === undefined ? "*" : (origin ?? "*"), "access-control-allow-credentials": "true" })(
			answer,
			undefined as never,
		);
	};
	test.each<[string, AnswerFault, readonly string[], string, string]>([
		["an answer that depends on a cookie", cookieDependent, [], "reflects-any-origin-with-cookie", "danger"],
		[
			"an unescaped dot",
			allowing((origin) => /^https:\/\/app.example\.com$/.test(origin)),
			[],
			"allows-origin-dot-twin",
			"danger",
		],
		[
			"a POST that becomes a GET",
			onActual((answer, { url }) => {
				if (url !== "/items") return;
				answer.status = 302;
				answer.headers["location"] = "/items/";
			}),
			["--data", "x", "--send"],
			"redirect-changes-method",
			"warning",
		],
		[
			"a Domain that is a suffix",
			cookie("a=1; Domain=com; SameSite=None; Secure"),
			[],
			"cookie-domain",
			"warning",
		],
		[
			"a prefix that is not kept",
			cookie("__Host-a=1; Secure; SameSite=None; Partitioned; Path=/x"),
			[],
			"cookie-prefix",
			"warning",
		],
		[
			"a cookie that is too large",
			cookie(`a=${"x".repeat(5000)}; SameSite=None; Secure; Partitioned`),
			[],
			"cookie-too-large",
			"warning",
		],
	])("%s is found", async (_, fault, argv, code, severity) => {
		const { report } = await examine(await api(fault), ...argv);
		expect(report.findings).toMatchObject([{ code, severity }]);
	});

	test("a cache that keeps the first origin's answer is found", async () => {
		const kept = new Map<string, { status: number; headers: Record<string, string | readonly string[]> }>();
		const { report } = await examine(
			await api((answer, { url = "" }) => {
				delete answer.headers["vary"];
				const before = kept.get(url);
				if (before === undefined) kept.set(url, { status: answer.status, headers: { ...answer.headers } });
				else Object.assign(answer, before);
			}),
		);
		expect(report.findings.map(({ code }) => code)).toContain("cache-keeps-first-origin");
	});

	test("--fail-on makes a readable call fail", async () => {
		const open = await api(allowing(() => true));
		expect((await examine(open)).code).toBe(0);
		expect((await examine(open, "--fail-on", "danger")).code).toBe(1);
		expect((await examine(await api(), "--fail-on", "warning")).code).toBe(0);
	});
});

function cookie(line: string): AnswerFault {
	return onActual(set({ "set-cookie": line }));
}

describe("manners", () => {
	test("a write is not sent without --send, and once with it, redirects included", async () => {
		const server = await api();
		const { code, report } = await examine(server, ...PUT);
		expect([code, report["notSent"]]).toMatchObject([0, { method: "PUT", judgedBy: "GET" }]);
		expect(server.seen.filter((line) => line.startsWith("PUT"))).toEqual([]);
		const postOnly = await api((answer, { method }) => {
			if (method === "GET") bare(405)(answer, undefined as never);
		});
		expect((await examine(postOnly, ...PUT)).report).toMatchObject({
			readable: null,
			stopped: { code: "write-not-sent" },
		});
		expect((await examine(postOnly, ...PUT, "--send")).report.readable).toBe(true);
	});

	test("no key or token is in any report, wherever it stood or came back", async () => {
		const secret = "s3cret-value-42";
		const server = await api((answer, { headers }) => {
			answer.headers["x-echo"] = String(headers["x-api-key"] ?? "");
			answer.headers["x-auth-token"] = "another-s3cret";
		});
		const url = `${server.url}?access_token=${secret}&page=2`;
		for (const flag of [["--json"], ["--markdown"], []]) {
			const { out, err } = await cordon([
				...["doctor", url, "--origin", PAGE, "--header", `X-Api-Key: ${secret}`, ...flag],
			]);
			expect(out + err).not.toMatch(/s3cret/);
			expect(out).toContain("page=2");
		}
	});
});
