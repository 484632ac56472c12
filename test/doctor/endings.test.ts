/** Owns the proof of what stands at the end of a report: why it exits as it does, every step that failed, and no empty praise. */

import { describe, expect, test } from "vitest";
import {
	type AnswerFault,
	type Api,
	allowing,
	api,
	examine,
	onPreflight,
	PAGE,
	PUT,
	set,
} from "../cli/api-server.ts";
import { cordon } from "../cli/harness.ts";

const ACAO = "access-control-allow-origin";
const tell = ({ url }: Api, ...argv: readonly string[]) => cordon(["doctor", url, "--origin", PAGE, ...argv]);
const wordsOf = ({ report }: Awaited<ReturnType<typeof examine>>) =>
	(report["checked"] as readonly { readonly words: string }[]).map(({ words }) => words);

describe("a readable call that --fail-on makes fail says so in the last line", () => {
	const lastLineOf = (out: string) => out.trimEnd().split("\n").at(-1);

	test("on a terminal, and in Markdown", async () => {
		const open = await api(allowing(() => true));
		const plain = await tell(open, "--fail-on", "danger");
		expect([plain.code, lastLineOf(plain.out)]).toEqual([
			1,
			"Exit code 1 because of --fail-on danger: reflects-any-origin.",
		]);
		const markdown = await tell(open, "--fail-on", "warning", "--markdown");
		expect(lastLineOf(markdown.out)).toBe(
			"Exit code 1 because of `--fail-on warning`: `reflects-any-origin`.",
		);
	});

	const blockedAndOpen: AnswerFault = (answer, request) => {
		allowing(() => true)(answer, request);
		if (request.method === "OPTIONS") answer.status = 405;
	};
	test("and only then: not without the option, not where nothing is that serious, not where the call is blocked anyway", async () => {
		const runs = [
			await tell(await api(allowing(() => true))),
			await tell(await api(), "--fail-on", "warning"),
			await tell(await api(blockedAndOpen), ...PUT, "--fail-on", "danger"),
		];
		expect(runs.map(({ code }) => code)).toEqual([0, 0, 1]);
		expect(runs[2]?.out).toContain("danger  reflects-any-origin");
		for (const { out } of runs) expect(out).not.toContain("because of --fail-on");
		const { out } = await tell(await api(allowing(() => true)), "--fail-on", "danger", "--json");
		expect(JSON.parse(out).findings).toHaveLength(1);
	});
});

describe("what was found good", () => {
	test("is nobody's refusal where nobody is let in", async () => {
		const words = wordsOf(await examine(await api(allowing(() => false))));
		expect(words.join()).not.toMatch(/not let in|cookie/);
	});

	test("is a stranger's refusal where another origin is let in", async () => {
		const other = await examine(await api(set({ [ACAO]: "https://admin.example.com" })));
		expect(wordsOf(other)).toContain("an unknown origin (https://attacker.invalid) is not let in");
	});

	test("names the look-alikes, so that no two of them read alike", async () => {
		const words = wordsOf(await examine(await api()));
		expect(words).toEqual(
			expect.arrayContaining([
				"a host that only starts with the allowed name (app.example.com.attacker.invalid) is not let in",
				"another domain that ends in the same letters (evilexample.com) is not let in",
				"another host of the same domain that ends in the same letters (evilapp.example.com) is not let in",
				"an unknown origin is not let in with a made-up cookie either",
				"when another origin asks for a URL first, the page still gets its own answer afterwards",
			]),
		);
	});
});

describe("the conclusion", () => {
	test("names every step that failed", async () => {
		const three = onPreflight((answer) => {
			answer.status = 405;
			answer.headers = {};
		});
		const { out } = await tell(await api(three), ...PUT);
		expect(out).toContain("blocked: steps 2, 3 and 4 failed; begin with step 4. ");
		const one = await tell(await api(onPreflight(set({ "access-control-allow-methods": "GET" }))), ...PUT);
		expect(one.out).toContain("blocked: step 5 failed. ");
	});

	test("does not call one step the first to fix where one cause explains them all", async () => {
		const refused = onPreflight((answer) => {
			answer.status = 403;
			answer.headers = {};
		});
		const { out } = await tell(await api(refused), ...PUT);
		expect(out).toContain("blocked: steps 2, 3 and 4 failed. The origin was refused");
	});

	test("says which headers the page can read, of the answer itself and of one like it", async () => {
		const sound = await api();
		expect((await tell(sound)).out).toContain("Headers that it can read: content-type.");
		expect((await tell(sound, ...PUT)).out).toContain(
			"If the PUT is answered in the same way, the page can read these headers: content-type.",
		);
		const none = await api((answer) => delete answer.headers["content-type"]);
		expect((await tell(none)).out).toContain("It can read none of the headers.");
	});
});
