/** Owns the proof of how the doctor reaches servers, and of what else it takes: WebSockets, curl, recordings. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { type AddressInfo, connect, type Server } from "node:net";
import { join } from "node:path";
import express from "express";
import { fastify } from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { readCurl } from "../../src/cli/doctor/curl.ts";
import { api, examine, PAGE } from "./api-server.ts";
import { cordon, folder } from "./harness.ts";

const SHARED = {
	"access-control-allow-origin": PAGE,
	"access-control-allow-credentials": "true",
	vary: "Origin",
};

async function listen(server: Server, host = "127.0.0.1"): Promise<number> {
	server.listen(0, host);
	await once(server, "listening");
	onTestFinished(() => void server.close());
	return (server.address() as AddressInfo).port;
}

function certificate() {
	const directory = folder();
	const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
	execFileSync(
		"openssl",
		[
			...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
			...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:api.example.com"],
			...["-keyout", key, "-out", cert],
		],
		{ stdio: "ignore" },
	);
	return { key: readFileSync(key), cert: readFileSync(cert), file: cert };
}

async function http2Only() {
	const { key, cert, file } = certificate();
	const server = createSecureServer({ key, cert, allowHTTP1: false });
	server.on("stream", (stream, headers) => {
		const isPage = headers["origin"] === PAGE;
		stream.respond({
			":status": 200,
			...(isPage ? SHARED : { vary: "Origin" }),
			"set-cookie": ["a=1", "b=2"],
		});
		stream.end("{}");
	});
	return { port: await listen(server as unknown as Server), file };
}

async function report(...argv: readonly string[]) {
	const { code, out } = await cordon(["doctor", "--json", ...argv]);
	return { code, report: JSON.parse(out) };
}

describe("servers are reached as a browser reaches them", () => {
	test("by HTTP/2 alone; its certificate counts with --ca and -k, else not", async () => {
		const { port, file } = await http2Only();
		const url = `https://localhost:${port}/items`;
		const unknown = await report(url, "--origin", PAGE);
		expect([unknown.code, unknown.report.error.code]).toEqual([2, "tls-failed"]);
		for (const flags of [["--ca", file], ["-k"], ["--insecure"]]) {
			const known = await report(url, "--origin", PAGE, ...flags);
			expect([known.code, known.report.readable]).toEqual([0, true]);
			expect(known.report.cookies.map(({ name }: { name: string }) => name)).toEqual(["a", "b"]);
		}
	});

	test("localhost by IPv6 alone", async () => {
		const port = await listen(
			createServer(({ headers: { origin } }, response) => {
				response.writeHead(200, origin === PAGE ? SHARED : { vary: "Origin" }).end("{}");
			}),
			"::1",
		);
		for (const name of ["localhost", "api.localhost"]) {
			expect((await report(`http://${name}:${port}/items`, "--origin", PAGE)).code).toBe(0);
		}
	});

	test("--connect-to asks a machine by the name of the public host, over plain http where it speaks that", async () => {
		const server = await api();
		for (const place of [server.host, `http://${server.host}`]) {
			const url = "https://api.example.com/items";
			const { code } = await report(url, "--origin", PAGE, "--connect-to", place);
			expect([code, server.requests.at(-1)?.headers.host]).toEqual([0, "api.example.com"]);
		}
		const wrong = await report("https://a.example", "--origin", PAGE, "--connect-to", "nowhere");
		expect([wrong.code, wrong.report.error.code]).toEqual([2, "invalid-value"]);
	});

	test.each([
		["HTTPS_PROXY", "NO_PROXY"],
		["https_proxy", "no_proxy"],
	])("through the proxy that %s names, and past it where %s says so", async (name, exception) => {
		const { port, file } = await http2Only();
		const asked: string[] = [];
		const proxy = createServer().on("connect", ({ url = "" }, client) => {
			asked.push(url);
			const upstream = connect(port, "127.0.0.1", () => {
				client.write("HTTP/1.1 200 OK\r\n\r\n");
				upstream.pipe(client).pipe(upstream);
			});
			for (const end of [client, upstream]) end.on("error", () => {});
		});
		process.env[name] = `http://127.0.0.1:${await listen(proxy)}`;
		onTestFinished(() => {
			for (const one of [name, exception]) delete process.env[one];
		});
		const { code } = await report("https://api.example.com/items", "--origin", PAGE, "--ca", file);
		expect([code, asked[0]]).toEqual([0, "api.example.com:443"]);
		asked.length = 0;
		process.env[exception] = "api.example.invalid";
		await report("https://api.example.invalid/items", "--origin", PAGE, "--ca", file);
		expect(asked).toEqual([]);
	});
});

describe("sound servers have no finding", () => {
	test("express", async () => {
		const app = express();
		app.use((request, response, next) => {
			response.vary("Origin");
			if (request.headers.origin === PAGE) response.set(SHARED);
			if (request.method !== "OPTIONS") return next();
			response
				.set({ "access-control-allow-methods": "PUT", "access-control-max-age": "600" })
				.status(204)
				.end();
		});
		app.all("/items", (_, response) => void response.json({}));
		const port = await listen(createServer(app));
		const url = `http://127.0.0.1:${port}/items`;
		for (const argv of [[], ["--method", "PUT"], ["--upload-progress", "--data", "x"]]) {
			const { code, found } = await examine({ url }, ...argv);
			expect([argv, code, found]).toEqual([argv, 0, []]);
		}
	});

	test("fastify", async () => {
		const app = fastify();
		app.addHook("onRequest", async ({ headers, method }, reply) => {
			reply.header("vary", "Origin");
			if (headers.origin === PAGE) reply.headers(SHARED);
			if (method === "OPTIONS") return reply.header("access-control-max-age", "600").code(204).send();
		});
		app.get("/items", async () => ({}));
		await app.listen({ port: 0, host: "127.0.0.1" });
		onTestFinished(() => app.close());
		const { port } = app.server.address() as AddressInfo;
		const { code, found } = await examine({ url: `http://127.0.0.1:${port}/items` });
		expect([code, found]).toEqual([0, []]);
	});
});

test("an upload listener makes the browser ask first", async () => {
	const server = await api();
	await examine(server, "--upload-progress", "--data", "x");
	expect(server.seen[0]).toBe(`OPTIONS /items ${PAGE}`);
});

describe("of a WebSocket it is said who is let in", () => {
	async function socketServer(isAllowed: (origin: string) => boolean) {
		const server = createServer().on("upgrade", ({ headers }, socket) => {
			const accept = createHash("sha1")
				.update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
				.digest("base64");
			const answer = isAllowed(headers.origin ?? "")
				? `101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`
				: "403 Forbidden\r\nContent-Length: 0";
			socket.end(`HTTP/1.1 ${answer}\r\n\r\n`);
		});
		return `ws://127.0.0.1:${await listen(server)}/live`;
	}

	test.each<[string, (origin: string) => boolean, number, readonly string[]]>([
		["the page alone", (origin) => origin === PAGE, 0, []],
		["anybody", () => true, 0, ["websocket-lets-anybody-in"]],
		["nobody", () => false, 1, []],
		["a look-alike", (origin) => origin.startsWith(PAGE), 0, ["websocket-lets-look-alike-in"]],
	])("%s", async (_, isAllowed, exit, codes) => {
		const { code, report: told } = await report(await socketServer(isAllowed), "--origin", PAGE);
		expect([code, told.findings.map((one: { code: string }) => one.code)]).toEqual([exit, codes]);
	});

	test("a server that lets nobody in is not praised for the strangers that it refuses", async () => {
		const told = async (isAllowed: (origin: string) => boolean, ...argv: readonly string[]) =>
			(await cordon(["doctor", await socketServer(isAllowed), "--origin", PAGE, ...argv])).out;
		for (const argv of [[], ["--markdown"]]) {
			expect(await told((origin) => origin === PAGE, ...argv)).toContain("Who else is let in");
			expect(await told(() => false, ...argv)).not.toContain("Who else is let in");
			expect(await told((origin) => origin === "null", ...argv)).toContain("Who else is let in");
		}
	});

	test("--fail-on says that it alone makes the exit code 1", async () => {
		const argv = ["doctor", await socketServer(() => true), "--origin", PAGE, "--fail-on", "danger"];
		const { code, out } = await cordon(argv);
		expect([code, out.split("\n").at(-1)]).toEqual([
			1,
			"Exit code 1 because of --fail-on danger: websocket-lets-anybody-in.",
		]);
	});
});

describe("Copy as cURL", () => {
	const call = {
		url: "https://api.example.com/items?a=1",
		origin: PAGE,
		cookie: "sid=abc",
		headers: [
			["content-type", "application/json"],
			["x-own", "it's"],
		],
		data: '{"a":"$b\n!"}',
	};
	test.each<[string, string]>([
		[
			"bash",
			`curl 'https://api.example.com/items?a=1' \\\n  -H 'accept-language: en' -b 'sid=abc' -H 'content-type: application/json' -H 'origin: ${PAGE}' -H $'x-own: it\\'s' -H 'sec-fetch-mode: cors' -H 'user-agent: M' --data-raw $'{"a":"$b\\n\\u0021"}' --compressed`,
		],
		[
			"cmd",
			`curl ^"https://api.example.com/items?a=1^" ^\n -b ^"sid=abc^" ^\n -H ^"content-type: application/json^" ^\n -H ^"origin: ${PAGE}^" ^\n -H ^"x-own: it's^" ^\n --data-raw ^"^{\\^"a\\^":\\^"$b\n^!\\^"^}^"`,
		],
	])("%s", (_, text) => {
		expect(readCurl(text)).toMatchObject(call);
	});

	test.each<[string, string]>([
		["wget x", "does not begin with curl"],
		["", "is empty"],
		["curl a | sh", "goes on with | behind the command"],
		["curl a > out.json", "goes on with > behind the command"],
		["curl 'https://a.com/' ;\ncurl 'https://b.com/'", "more than one command"],
		['curl ^"https://a.com/^" &\r\ncurl ^"https://b.com/^"', "more than one command"],
		["curl a --next b", "more than one request"],
		["curl 'a -H 'Origin: b'", "a quote is missing"],
		["curl ‘https://a.com’", "typographic"],
		['await fetch("https://a.com", { "method": "PUT" });', "calls fetch()"],
		['Invoke-WebRequest -UseBasicParsing -Uri "https://a.com"', "PowerShell's Invoke-WebRequest"],
		["curl a -d @body.json", "body is in a file"],
		["curl a -T body.json", "body is in a file"],
		["curl --nothing a", "--nothing"],
		["curl -H", "has no value"],
		["curl -s", "names no URL"],
	])("%s is refused", (text, words) => {
		expect(readCurl(text)).toEqual({ fault: expect.stringContaining(words) });
	});

	const simple = { url: "https://api.example.com/x", origin: PAGE };
	test.each<[string, string, object]>([
		[
			"cmd as older Firefoxes write it, with doubled quotes",
			`curl "https://api.example.com/x" -X PUT -H "Origin: ${PAGE}" -H "If-Match: ""a""" -H "Content-Type: text/plain" --data-raw "{""b"":""100"%"""}"`,
			{
				...simple,
				method: "PUT",
				headers: [
					["If-Match", '"a"'],
					["Content-Type", "text/plain"],
				],
				data: '{"b":"100%"}',
			},
		],
		[
			"cmd with a body of several lines",
			`curl ^"https://api.example.com/x^" ^\r\n -H ^"Origin: ${PAGE}^" ^\r\n --data-raw ^"a^\r\n\r\nb^"`,
			{ ...simple, data: "a\nb" },
		],
		[
			"PowerShell's own continued lines",
			`curl.exe 'https://api.example.com/x' \`\r\n -H 'Origin: ${PAGE}' \`\r\n -d '{\\"a\\":1}'`,
			{ ...simple, data: '{"a":1}' },
		],
		["a prompt in front", `$ curl https://api.example.com/x -H 'Origin: ${PAGE}'`, simple],
		[
			"a body that only looks like a file's name",
			`curl 'https://api.example.com/x' -H 'Origin: ${PAGE}' --data-raw '@user'`,
			{ ...simple, data: "@user" },
		],
		[
			"HTTP/2's pseudo headers, with and without the colon",
			`curl 'https://api.example.com/x' -H 'authority: api.example.com' -H ':path: /x' -H 'Origin: ${PAGE}'`,
			{ ...simple, headers: [] },
		],
		[
			"a WebSocket",
			`curl 'https://api.example.com/x' -H 'Upgrade: websocket' -H 'Connection: Upgrade' -H 'Origin: ${PAGE}'`,
			{ ...simple, url: "wss://api.example.com/x", headers: [] },
		],
		[
			"a preflight, which stands for the call that it asks for",
			`curl 'https://api.example.com/x' -X 'OPTIONS' -H 'access-control-request-method: PUT' -H 'access-control-request-headers: content-type,x-a' -H 'origin: ${PAGE}'`,
			{
				...simple,
				method: "PUT",
				headers: [
					["content-type", "application/json"],
					["x-a", "x"],
				],
			},
		],
		[
			"options that change what is sent",
			`curl https://api.example.com/x#y -e ${PAGE}/page -r 0-9 --oauth2-bearer t --http2-prior-knowledge # as it was`,
			{
				...simple,
				url: "https://api.example.com/x#y",
				headers: [
					["authorization", "Bearer t"],
					["range", "bytes=0-9"],
				],
			},
		],
	])("%s", (_, text, expected) => {
		expect(readCurl(text)).toMatchObject(expected);
	});

	test("is asked as the page did, its method and origin too", async () => {
		const server = await api();
		const text = `curl '${server.url}' -X PUT -H 'Origin: ${PAGE}' -H 'Content-Type: application/json' -d '{}'`;
		expect((await report("--curl", text)).code).toBe(0);
		expect(server.requests[0]?.headers["access-control-request-method"]).toBe("PUT");
		const piped = await cordon(["doctor", "--curl", "-", "--json"], { input: text });
		expect(piped.code).toBe(0);
	});
});

test("a recording is judged call by call, nothing is sent, and no secret is told", async () => {
	const list = (headers: Readonly<Record<string, string>>) =>
		Object.entries(headers).map(([name, value]) => ({ name, value }));
	const entry = (
		method: string,
		url: string,
		sent: Readonly<Record<string, string>>,
		status: number,
		came: Readonly<Record<string, string>>,
	) => ({
		request: { method, url, headers: list({ origin: PAGE, ...sent }) },
		response: { status, headers: list(came) },
	});
	const entries = [
		entry("GET", "https://api.example.com/good", { cookie: "sid=s3cret-cookie" }, 200, SHARED),
		entry("GET", "https://api.example.com/bad?token=s3cret-token", {}, 200, {}),
		entry("PUT", "https://api.example.com/put", { authorization: "Bearer s3cret-auth" }, 0, {}),
		entry("OPTIONS", "https://api.example.com/put", { "access-control-request-method": "PUT" }, 403, {}),
		entry("GET", `${PAGE}/own`, {}, 200, {}),
		// Its preflight was answered before the recording began.
		entry("DELETE", "https://api.example.com/gone", { cookie: "sid=s3cret-cookie" }, 200, SHARED),
	];
	const file = join(folder({ "a.har": { log: { entries } } }), "a.har");
	const { code, report: told } = await report("--har", file);
	expect(code).toBe(1);
	expect(told.calls.map(({ method, readable }: Record<string, unknown>) => [method, readable])).toEqual([
		["GET", true],
		["GET", false],
		["PUT", false],
		["DELETE", true],
	]);
	for (const flag of ["--json", "--markdown"]) {
		expect((await cordon(["doctor", "--har", file, flag])).out).not.toContain("s3cret");
	}
	expect((await cordon(["doctor", "--har", file])).out).toContain(
		"4 cross-origin calls: 2 readable, 2 blocked",
	);
});
