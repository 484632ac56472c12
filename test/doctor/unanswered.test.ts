/** Owns the proof that a server which does not answer is not waited for again and again, and that the report says what was waited for. */

import { describe, expect, test } from "vitest";
import { api, examine, PAGE, PUT } from "../cli/api-server.ts";
import { cordon } from "../cli/harness.ts";
import { nodeServer } from "./servers.ts";
import { show } from "./shown.ts";

const SHORT = ["--timeout", "0.3"];

/** An API that leaves some requests without an answer, and what it was asked for then. */
async function hanging(isLeft: (method: string, origin: string | undefined, url: string) => boolean) {
	const left: string[] = [];
	const sound = await api();
	const url = await nodeServer((request, response) => {
		const { method = "GET", headers, url: path = "/" } = request;
		if (isLeft(method, headers.origin, path)) {
			left.push(method);
			return;
		}
		const { origin } = headers;
		fetch(`http://${sound.host}${path}`, { method, headers: origin === undefined ? {} : { origin } }).then(
			async (answer) => {
				response.writeHead(answer.status, Object.fromEntries(answer.headers));
				response.end(await answer.text());
			},
		);
	})();
	return { url: `${url}/items`, left };
}

describe("a server that never answers", () => {
	test("is asked twice, by the preflight and by a GET, and the report says how long each was waited for", async () => {
		const { url, left } = await hanging(() => true);
		const { code, out, err } = await cordon(["doctor", url, "--origin", PAGE, ...PUT, ...SHORT]);
		expect([code, out, left]).toEqual([2, "", ["OPTIONS", "GET"]]);
		expect(err).toContain(
			`${new URL(url).host} does not answer: the preflight (OPTIONS) was waited for 0.3 s, then a plain GET another 0.3 s.`,
		);
		expect(err).toContain("--timeout");
	});

	test("and cuts off whatever comes is asked twice as well", async () => {
		const server = await api((_, { socket }) => void socket.destroy());
		const { code, report } = await examine(server, ...PUT);
		expect([code, report["error"]]).toMatchObject([2, { code: "connection-lost" }]);
		expect(server.seen.map((line) => line.split(" ")[0])).toEqual(["OPTIONS", "GET"]);
	});

	test("is asked once where no preflight is needed", async () => {
		const { url, left } = await hanging(() => true);
		const { report } = await examine({ url }, ...SHORT);
		expect(left).toEqual(["GET"]);
		expect(report["error"]).toMatchObject({
			code: "timed-out",
			message: expect.stringContaining("does not answer: the GET was waited for 0.3 s."),
		});
	});

	test("shows on a terminal what is being waited for", async () => {
		const { url } = await hanging(() => true);
		const { err } = await show(80, [url, "--origin", PAGE, ...PUT, ...SHORT]);
		expect(err).toContain(`OPTIONS ${url}`);
		expect(err).toContain("trying a plain GET");
	});
});

describe("a server that leaves some requests without an answer", () => {
	test("preflights: the cause is named, and each thing that a GET can show is still looked at", async () => {
		const { url, left } = await hanging((method) => method === "OPTIONS");
		const { code, report } = await examine({ url }, ...PUT, ...SHORT);
		expect([code, left]).toEqual([1, ["OPTIONS"]]);
		expect(report["explanation"]).toMatchObject({ code: "preflight-unanswered" });
		expect(report["skippedProbes"]).toEqual([]);
	});

	test("the call after its preflight: it is said which one got no answer", async () => {
		const { url, left } = await hanging((method) => method === "GET");
		const { code, out } = await cordon(["doctor", url, "--origin", PAGE, ...PUT, ...SHORT]);
		expect([code, left]).toEqual([2, ["GET"]]);
		expect(out).toContain(
			"could not run: the preflight was answered with 204, but the GET that stands in for the PUT got no answer within 0.3 s.",
		);
	});

	test("GETs, behind a preflight that is refused: no GET is sent again, and preflights still tell who is let in", async () => {
		const { url, left } = await hanging((method) => method === "GET");
		const { code, report } = await examine({ url }, "--method", "DELETE", ...SHORT);
		expect([code, report.readable, left]).toEqual([1, false, ["GET"]]);
		expect(JSON.stringify(report["checked"])).toContain("null");
		expect(report["skippedProbes"]).toContain("a request without Origin");
	});

	test("those of strangers: after two of them no more is sent, and the report says why", async () => {
		const { url, left } = await hanging((_, origin) => origin !== PAGE);
		const { code, report } = await examine({ url }, ...SHORT);
		expect([code, report.readable, left.length]).toEqual([0, true, 2]);
		const { out } = await cordon(["doctor", url, "--origin", PAGE, ...SHORT]);
		expect(out).toMatch(/Not tried, because 2 requests got no answer in time: /);
	});
});

describe("a WebSocket's server", () => {
	const open = async (isLeft: Parameters<typeof hanging>[0]) => {
		const { url, left } = await hanging(isLeft);
		const ran = await cordon(["doctor", url.replace("http", "ws"), "--origin", PAGE, ...SHORT]);
		return { ...ran, left };
	};

	test("that never answers is asked once", async () => {
		const { code, err, left } = await open(() => true);
		expect([code, left]).toEqual([2, ["GET"]]);
		expect(err).toContain("no answer within 0.3 s");
	});

	test("that leaves strangers without an answer is tried with two of them", async () => {
		const { code, left } = await open((_, origin) => origin !== PAGE);
		expect([code, left]).toEqual([1, ["GET", "GET"]]);
	});
});
