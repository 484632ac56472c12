/** Owns the proof that no argument ends in a stack trace: every answer is a verdict, or a usage error of a line or two. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cordon, folder, memoryKv, type Ran } from "./harness.ts";

const APP = "https://app.acme.com";
const FILE = {
	hosts: ["api.acme.com", "*.wild.acme.com"],
	cors: [{ origins: [APP], credentials: true, methods: ["PUT"], requestHeaders: ["X-A"] }, { origins: "*" }],
	routes: [{ path: "/v1/*", cors: { origins: [{ directory: "customers" }] } }],
	deniedRequests: "isolate",
};

/** The most characters that a fault may have, whatever was typed. */
const MAX_FAULT_CHARACTERS = 600;

const HUGE = "x".repeat(100_000);
const TEXTS = [
	...[
		"",
		" ",
		"\t",
		"\0",
		"a\0b",
		"\n",
		"\r\n",
		"\u001b[31m",
		"\u202e",
		"\ufeff",
		"\ud800",
		"\u{1f600}",
		"ä",
		"--",
		"-",
	],
	...[
		"-x",
		"--json",
		"=",
		"%",
		"%zz",
		"%00",
		"%E0%A4%A",
		"__proto__",
		"constructor",
		"toString",
		"null",
		"undefined",
	],
	...[
		"NaN",
		"0",
		"-1",
		"1e999",
		"[object Object]",
		"[]",
		"{}",
		"{",
		'"',
		"'",
		"`",
		"$(id)",
		"\\",
		"/",
		"//",
		".",
		"..",
	],
	...["*", "?", "#", "@", ":", "::", "[::1]", "[", "]", "<script>", HUGE, `/${HUGE}`, `https://${HUGE}.com`],
];
const PATHS = [
	...[
		"/",
		"//x",
		"/\\x",
		"\\x",
		"//user@h/x",
		"///",
		"/%",
		"/%zz",
		"/%2e%2e/",
		"/..",
		"/a b",
		"/a\0",
		"/\n",
		"/?",
		"/#",
	],
	...[
		"/?#",
		"/?a=b#c",
		"/;x",
		"/v1/..;/",
		"/V1/x",
		"/%2561",
		"/\u{1f600}",
		"/\ud800",
		"/[",
		"/^",
		"/|",
		"/'\"<>",
		"/\u00e4",
	],
	...[
		"x",
		"http://h/x",
		"https://api.acme.com/v1",
		"?x",
		"/http://h/",
		"/:80",
		"/@",
		"/*",
		`/${"a/".repeat(20_000)}`,
	],
];
const URLS = [
	...[
		"https://api.acme.com/",
		"HTTPS://API.ACME.COM/",
		"https://api.acme.com./",
		"https://api.acme.com..",
		"https://:443/",
	],
	...[
		"https://api.acme.com:0/",
		"https://api.acme.com:65535/",
		"https://api.acme.com:65536/",
		"https://api.acme.com:80x/",
	],
	...[
		"https://api.acme.com:/",
		"https://[::1]/",
		"https://[::1]:8443/",
		"https://[fe80::1%25eth0]/",
		"https://[::ffff:1.2.3.4]/",
	],
	...[
		"https://[",
		"https://127.1/",
		"https://0x7f000001/",
		"https://1.2.3.4.5/",
		"https://user:pw@api.acme.com/",
		"https://@/",
	],
	...[
		"https://xn--/",
		"https://\u00e4pi.acme.com/",
		"https://api.\u3002com/",
		"https://a_b.acme.com/",
		"https://-a-.com/",
	],
	...[
		"ftp://api.acme.com/",
		"file:///etc/passwd",
		"javascript:alert(1)",
		"mailto:a@b",
		"data:,x",
		"blob:https://x/1",
		"ws:",
		"wss://",
	],
	...[
		"wss://api.acme.com/s",
		"ws://api.acme.com/s",
		"http://api.acme.com",
		"https:api.acme.com",
		"https:/api.acme.com",
		"://x",
	],
	...[
		"https://a.wild.acme.com/",
		"https://a.b.wild.acme.com/",
		"https://*.wild.acme.com/",
		`https://${"a.".repeat(200)}com/`,
	],
	...[
		`https://${"a".repeat(64)}.com/`,
		"https://api.acme.com/%",
		"https://api.acme.com/\0",
		"api.acme.com:443",
		"localhost:8787",
	],
];
const ORIGINS = [
	...[
		APP,
		"null",
		"NULL",
		"https://APP.acme.com",
		"https://app.acme.com.",
		"https://app.acme.com:443",
		"https://app.acme.com/",
	],
	...[
		"app.acme.com",
		"*",
		"https://*",
		"https://*.acme.com",
		"file://",
		"file:///x",
		"chrome-extension://abc",
		"moz-extension://*",
	],
	...[
		"app://.",
		"app://localhost",
		"capacitor://localhost",
		"ionic://localhost",
		"tauri://localhost",
		"http://localhost:3000",
	],
	...[
		"http://127.0.0.1:5173",
		"http://[::1]:3000",
		"http://192.168.1.5:3000",
		"https://user@app.acme.com",
		"https://app.acme.com?x",
	],
	...[
		"https://\u00e4pp.acme.com",
		"https://xn--pp-via.acme.com",
		"https://a.com https://b.com",
		"https://a.com,https://b.com",
	],
	...[
		"about:blank",
		"data:text/html,x",
		"blob:https://app.acme.com/1",
		"ws://x",
		"wss://x",
		"view-source:https://x",
	],
	...[
		"https://app.acme.com:0",
		"https://app.acme.com:65536",
		`https://${"a".repeat(300)}.com`,
		"https://",
		"https:///",
		"://",
	],
];
const ODD = [...TEXTS, ...PATHS, ...URLS, ...ORIGINS];

const TRACE = /^\s+at .*(?:\.ts|node:)|TypeError|RangeError|Please report it/m;

/** Nothing may command a terminal, whatever was typed. */
function hasCommand(text: string): boolean {
	return /[\u202a-\u202e\u2066-\u2069]/.test(text) || [...text].some((one) => one < " " && one !== "\n");
}

/** What is wrong with an answer. */
function faultsOf(argv: readonly string[], { code, out, err }: Ran): readonly string[] {
	const isJson = argv.includes("--json");
	const faults = [
		...(TRACE.test(`${out}\n${err}`) ? ["a fault of the program's own"] : []),
		...(hasCommand(out + err) ? ["a control character"] : []),
		...(code !== 2 && err !== "" ? ["words on the standard error"] : []),
		...(code === 2 && out !== "" && !isJson ? ["words on the standard output"] : []),
		...(code === 2 && !err.startsWith("cordon: ") ? ["no fault"] : []),
		...(code === 2 && err.split("\n").length > 2 ? ["more than two lines"] : []),
		...(code === 2 && err.length > MAX_FAULT_CHARACTERS ? ["a long fault"] : []),
	];
	return faults.map(
		(what) => `${JSON.stringify(argv).slice(0, 200)}: ${what}: ${(err || out).slice(0, 300)}`,
	);
}

/** Runs command lines. @returns what is wrong with their answers */
async function tellFaults(lines: readonly (readonly string[])[]): Promise<readonly string[]> {
	const faults: string[] = [];
	for (const argv of lines) {
		const kv = memoryKv(
			new Map([
				["tenant:api.acme.com", JSON.stringify({ cors: FILE.cors })],
				["tenant:localhost", "{"],
				["tenant:[::1]", JSON.stringify({ closed: true })],
			]),
		);
		faults.push(...faultsOf(argv, await cordon(argv, { kv, input: JSON.stringify(FILE) })));
	}
	return faults;
}

describe("explain", () => {
	const base = ["explain", "-", "--origin", APP];

	test.each(["--method", "--header", "--credentials", "--path", "--url", "--redirect-to"])(
		"answers every %s",
		async (option) => {
			const lines = ODD.flatMap((value) => [
				[...base, `${option}=${value}`],
				[...base, option, value],
			]);
			expect(await tellFaults(lines)).toEqual([]);
		},
	);

	test("answers every --origin, of a file and of a host in KV", async () => {
		const lines = ODD.flatMap((value) => [
			["explain", "-", `--origin=${value}`],
			["explain", "api.acme.com", "--local", "--origin", value],
		]);
		expect(await tellFaults(lines)).toEqual([]);
	});

	test("answers every header with a value, and every value", async () => {
		const lines = ODD.flatMap((value) => [
			[...base, `--header=${value}: 1`],
			[...base, `--header=X-A: ${value}`],
			[...base, `--header=Content-Type: ${value}`],
		]);
		expect(await tellFaults(lines)).toEqual([]);
	});

	test("answers every host and URL", async () => {
		const lines = ODD.flatMap((value) => [
			["explain", value, "--origin", APP, "--local"],
			["explain", value, "--origin", APP],
		]);
		expect(await tellFaults(lines)).toEqual([]);
	});
});

describe("other commands", () => {
	test.each(["validate", "test", "diff"])("%s answers every file that is none", async (command) => {
		const lines = ODD.flatMap((value) => [
			[command, value],
			[command, value, "--local"],
		]);
		expect(await tellFaults(lines)).toEqual([]);
	});

	test.each([
		["test", "--junit"],
		["diff", "--env"],
		["diff", "--config"],
		["diff", "--persist-to"],
		["diff", "--api"],
	])("%s answers every %s", async (command, option) => {
		const directory = folder({ "acme.json": FILE });
		// What is a good name of a file would be written.
		const values =
			option === "--junit" ? ["", "\0", directory, join(directory, "none", "x"), `/${HUGE}`] : ODD;
		const lines = values.map((value) => [
			command,
			join(directory, "acme.json"),
			"--local",
			`${option}=${value}`,
		]);
		expect(await tellFaults(lines)).toEqual([]);
	});
});
