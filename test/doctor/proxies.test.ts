/** Owns the proof that the proxies of the environment are honoured, in every form in which it names them. */

import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { cordon } from "../cli/harness.ts";
import { answer, share } from "./rows.ts";

const HOST = "api.shop.invalid";
/** Of plain http, as a page over https gets nothing by it. */
const PAGE = "http://app.shop.invalid";

const sharing: RequestListener = (request, response) => {
	share(
		(origin) => origin === PAGE,
		request,
		(name, value) => response.setHeader(name, value),
	);
	answer(request, response);
};

/** A proxy of plain http that answers by itself, as the API behind it would. */
async function proxy() {
	const asked: (string | undefined)[] = [];
	const server = createServer((request, response) => {
		asked.push(`${request.headers["proxy-authorization"] ?? "-"} ${request.url}`);
		const { pathname, search } = new URL(request.url ?? "", "http://none");
		request.url = pathname + search;
		sharing(request, response);
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => void server.close());
	return { port: (server.address() as AddressInfo).port, asked };
}

const NAMES = [
	"HTTP_PROXY",
	"http_proxy",
	"HTTPS_PROXY",
	"https_proxy",
	"ALL_PROXY",
	"all_proxy",
	"NO_PROXY",
	"no_proxy",
];

/** Sets the environment: these alone. */
function environment(values: Readonly<Record<string, string>>) {
	for (const name of NAMES) vi.stubEnv(name, values[name]);
}

afterEach(() => vi.unstubAllEnvs());

const ask = (url = `http://${HOST}/items`) =>
	cordon(["doctor", url, "--origin", PAGE, "--json", "--timeout", "5"]);

describe("a proxy of the environment", () => {
	test.each(["HTTP_PROXY", "http_proxy", "ALL_PROXY"])("is used where %s names it", async (name) => {
		const { port, asked } = await proxy();
		environment({ [name]: `http://127.0.0.1:${port}` });
		expect((await ask()).code).toBe(0);
		expect(asked[0]).toBe(`- http://${HOST}/items`);
	});

	test("gets the name and password that its URL has, and no report shows them", async () => {
		const { port, asked } = await proxy();
		environment({ http_proxy: `http://user:s3cret-proxy@127.0.0.1:${port}` });
		const { out, err } = await ask();
		expect(asked[0]).toBe(
			`Basic ${Buffer.from("user:s3cret-proxy").toString("base64")} http://${HOST}/items`,
		);
		expect(out + err).not.toContain("s3cret-proxy");
	});

	test.each(["*", HOST, ".shop.invalid", `${HOST}:80`, `x.invalid, ${HOST}`])(
		"is passed by where NO_PROXY is %s",
		async (value) => {
			const { port, asked } = await proxy();
			environment({ http_proxy: `http://127.0.0.1:${port}`, NO_PROXY: value });
			// Nobody has this name: without the proxy nothing answers.
			expect((await ask()).code).toBe(2);
			expect(asked).toEqual([]);
		},
	);

	test.each(["other.invalid", `${HOST}:8080`, "pi.shop.invalid"])(
		"is not passed by where NO_PROXY is %s",
		async (value) => {
			const { port } = await proxy();
			environment({ http_proxy: `http://127.0.0.1:${port}`, no_proxy: value });
			expect((await ask()).code).toBe(0);
		},
	);

	test("is never used for this machine", async () => {
		const { port, asked } = await proxy();
		const api = createServer(sharing).listen(0, "127.0.0.1");
		await once(api, "listening");
		onTestFinished(() => void api.close());
		environment({ http_proxy: `http://127.0.0.1:${port}` });
		expect((await ask(`http://127.0.0.1:${(api.address() as AddressInfo).port}/items`)).code).toBe(0);
		expect(asked).toEqual([]);
	});

	test("that refuses is named, without its password", async () => {
		const server = createServer().on("connect", (_, socket) =>
			socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
		);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		onTestFinished(() => void server.close());
		const { port } = server.address() as AddressInfo;
		environment({ HTTPS_PROXY: `http://user:s3cret-proxy@127.0.0.1:${port}` });
		const { code, out, err } = await ask(`https://${HOST}/items`);
		expect(code).toBe(2);
		expect(out + err).toContain(`the proxy 127.0.0.1:${port} answers 407`);
		expect(out + err).not.toContain("s3cret-proxy");
	});
});
