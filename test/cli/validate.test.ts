/** Owns the proof of `cordon validate`: what is found, where it is shown, and as what it is reported. */

import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "../../src/cli/files/json-text.ts";
import { createSource } from "../../src/cli/files/source.ts";
import { cordon, folder } from "./harness.ts";

const GOOD = { cors: { origins: ["https://app.example.com"] } };

/** Validates one text. @returns its errors, as code and pointer */
async function errorsOf(text: string): Promise<readonly string[]> {
	const { out, code } = await cordon(["validate", "-", "--json"], { input: text });
	const report: { valid: boolean; errors: { code: string; pointer: string }[] } = JSON.parse(out);
	expect(code).toBe(report.errors.length === 0 ? 0 : 1);
	expect(report.valid).toBe(report.errors.length === 0);
	return report.errors.map(({ code, pointer }) => `${code} ${pointer}`);
}

describe("one file", () => {
	test("a good one is valid", async () => {
		const path = join(folder({ "acme.json": GOOD }), "acme.json");
		expect(await cordon(["validate", path])).toEqual({ code: 0, out: `valid: ${path}`, err: "" });
	});

	test("is reported as one JSON object, with these keys and no others", async () => {
		const path = join(
			folder({
				"acme.json": { cors: { origins: ["null", "https://app.example.com/"] }, mode: "report" },
			}),
			"acme.json",
		);
		const { code, out, err } = await cordon(["validate", path, "--json"]);
		expect([code, err]).toEqual([1, ""]);
		expect(JSON.parse(out)).toEqual({
			valid: false,
			errors: [
				{
					code: "prohibited-origin-null",
					pointer: "/cors/origins/0",
					message: expect.stringContaining("sandboxed frame"),
					value: "null",
				},
				{
					code: "invalid-origin-trailing-slash",
					pointer: "/cors/origins/1",
					message: expect.stringContaining("ends in a slash"),
					suggestion: "https://app.example.com",
					value: "https://app.example.com/",
					fix: [{ op: "replace", path: "/cors/origins/1", value: "https://app.example.com" }],
				},
			],
			warnings: [],
		});
	});

	test("that closes a tenant is valid, and nothing more is said of it", async () => {
		const path = join(folder({ "acme.json": { hosts: ["api.acme.com"], closed: true } }), "acme.json");
		expect(await cordon(["validate", path])).toEqual({
			code: 0,
			out: `valid: ${path} (1 host)`,
			err: "",
		});
		expect(await errorsOf('{"hosts": ["api.acme.com"], "closed": true, "cors": {"origins": []}}')).toEqual([
			"closed-not-alone /closed",
		]);
	});

	test("that names a service binding is valid", async () => {
		expect(await errorsOf(JSON.stringify({ ...GOOD, upstream: { service: "API" } }))).toEqual([]);
		expect(await errorsOf(JSON.stringify({ ...GOOD, upstream: { service: "my-api" } }))).toEqual([
			"invalid-service /upstream/service",
		]);
	});

	test("with many errors has the first 1,000 listed, and the last one says how many more there are", async () => {
		const origins = Array.from({ length: 99_000 }, () => "null");
		const errors = await errorsOf(JSON.stringify({ cors: { origins } }));
		expect(errors.length).toBe(1001);
		expect(errors.at(-1)).toBe("more-findings ");
	});

	test("with warnings alone is valid", async () => {
		const input = JSON.stringify({ ...GOOD, upstream: "http://api.example.com" });
		const { code, out } = await cordon(["validate", "-", "--json"], { input });
		expect(code).toBe(0);
		expect(JSON.parse(out)).toEqual({
			valid: true,
			errors: [],
			warnings: [
				{
					code: "insecure-upstream",
					pointer: "/upstream",
					message: expect.stringContaining("plain http"),
					suggestion: "https://api.example.com",
					value: "http://api.example.com",
				},
			],
		});
		expect((await cordon(["validate", "-"], { input })).out).toContain("valid: stdin, with 1 warning");
	});

	test("shows each finding under its place", async () => {
		const path = join(
			folder({
				"acme.jsonc": `{
	// The API of Acme
	"cors": { "origins": ["null"], "credentals": true },
}
`,
			}),
			"acme.jsonc",
		);
		const { code, out } = await cordon(["validate", path]);
		expect(code).toBe(1);
		expect(out).toBe(`${path}:3:24: error: prohibited-origin-null
  3 |     "cors": { "origins": ["null"], "credentals": true },
    |                           ^^^^^^
  "null" is the origin of every sandboxed frame, data: URL and local file, so anybody can have it. Serve the page from an origin of its own and name that.

${path}:3:33: error: unknown-key
  3 |     "cors": { "origins": ["null"], "credentals": true },
    |                                    ^^^^^^^^^^^^
  "credentals" is not a key that Cordon knows here, and a misspelt key must not silently weaken a policy. Did you mean "credentials"?
  Suggestion: credentials

invalid: ${path}, 2 errors`);
	});

	test("cuts a long line around the place", async () => {
		const origins = Array.from({ length: 50 }, (_, index) => `https://a${index}.example.com`);
		const input = JSON.stringify({
			cors: { origins: [...origins, "null", ...origins.map((o) => `${o}:8443`)] },
		});
		const lines = (await cordon(["validate", "-"], { input })).out.split("\n");
		const [, source = "", carets = ""] = lines;
		expect(source.length).toBeLessThanOrEqual(108);
		expect(source.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe('"null"');
	});

	test("shows no control characters, whichever the file has", async () => {
		const { out } = await cordon(["validate", "-"], { input: '{"\u009b31m": "\u001b[2J"' });
		expect([...out].filter((character) => character !== "\n" && character < " ")).toEqual([]);
		expect(out).not.toContain("\u009b");
	});
});

describe("a text", () => {
	test.each<[string, string, readonly string[]]>([
		["with comments and trailing commas is fine", `{ /* a */ "cors": { "origins": [], }, } // b`, []],
		["may begin with a byte order mark", `\u{FEFF}${JSON.stringify(GOOD)}`, []],
		["that is empty is not JSON", "", ["invalid-json "]],
		["that is not JSON is a finding about the whole", "{", ["invalid-json "]],
		[
			"with a comma missing is not JSON",
			`{"cors": {"origins": ["https://a.example" "b"]}}`,
			["invalid-json "],
		],
		["in single quotes is not JSON", "{'cors': {}}", ["invalid-json "]],
		["that goes on after its end is not JSON", `${JSON.stringify(GOOD)} {}`, ["invalid-json "]],
		["that is JSON but not an object is not a document", "[]", ["invalid-document "]],
		["nested without end is not a document", "[".repeat(1_000_000), ["nested-too-deeply "]],
		[
			"with __proto__ has an unknown key, wherever it stands",
			`{"__proto__": {"cors": {}}, "cors": {"origins": [], "__proto__": 1}}`,
			["unknown-key /__proto__", "unknown-key /cors/__proto__"],
		],
		[
			"with a key twice has an error at the second one",
			`{"cors": {"origins": "*", "origins": []}, "cors": {"origins": []}, "mode": "report"}`,
			["repeated-key /cors/origins", "repeated-key /cors"],
		],
		[
			"is judged by the last of two equal keys, as the gateway does",
			`{"cors": {"origins": ["null"]}, "cors": {"origins": ["file:///"]}}`,
			["repeated-key /cors", "prohibited-origin-file /cors/origins/0"],
		],
		[
			"tells all its errors at once",
			`{"upstream": "x", "cors": {"origins": ["null"], "methods": ["patch"]}, "routes": [{"path": "/a"}]}`,
			[
				"invalid-upstream /upstream",
				"prohibited-origin-null /cors/origins/0",
				"invalid-method-case /cors/methods/0",
				"missing-key /routes/0/cors",
			],
		],
	])("%s", async (_, text, errors) => {
		expect(await errorsOf(text)).toEqual(errors);
	});

	test.each([
		["# a comment\n{}", "a comment begins with // here"],
		["{'cors': {}}", "plain double quotes"],
		['{"cors": {"origins": [“https://a.example”]}}', "plain double quotes"],
		["{cors: {}}", "double quotes"],
		['{"a": True}', "write true"],
		['{"a": undefined}', "leave the key out"],
		["hosts: [api.acme.com]\ncors:\n  origins: []\n", "looks like YAML"],
		["---\n# a comment\nhosts:\n  - a\n", "looks like YAML"],
		[" \n", "it is empty"],
		["// nothing\n", "a value is expected"],
	])("that is not JSON says what to write: %s", async (input, words) => {
		expect((await cordon(["validate", "-"], { input })).out).toContain(words);
	});

	test.each([
		["Content-Type: json", "a header with its value"],
		["X Foo", "is not a header name"],
		["X-Foo, X-Bar", "several header names"],
	])("with a header name of more than a name says what it is: %s", async (name, words) => {
		const document = { cors: { origins: [], requestHeaders: [name] } };
		expect((await cordon(["validate", "-"], { input: JSON.stringify(document) })).out).toContain(words);
	});

	test("that is not JSON says where first", async () => {
		const { out } = await cordon(["validate", "-"], { input: '{\n\t"cors": {\n\t\t"origins" []\n\t}}}' });
		expect(out).toContain("stdin:3:13: error: invalid-json");
		expect(out).toContain("This is not JSON (line 3, column 13: a colon is expected)");
		expect(out).toContain("invalid: stdin, 1 error");
	});

	test("is read as JSON.parse reads it, and never throws", () => {
		const key = fc.oneof(fc.string(), fc.constant("__proto__"));
		const { json } = fc.letrec((tie) => ({
			json: fc.oneof(
				{ depthSize: "small" },
				fc.oneof(
					fc.string(),
					fc.double({ noNaN: true, noDefaultInfinity: true }),
					fc.boolean(),
					fc.constant(null),
				),
				fc.array(tie("json")),
				fc
					.uniqueArray(fc.tuple(key, tie("json")), { selector: ([name]) => name })
					.map((entries) => Object.fromEntries(entries)),
			),
		}));
		fc.assert(
			fc.property(json, (value) => {
				const text = JSON.stringify(value, null, 1);
				expect(readJson(createSource("", text))).toMatchObject({ errors: [] });
				expect(readJson(createSource("", text)).value).toStrictEqual(JSON.parse(text));
			}),
		);
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\/*\n\t 0-e.unltrefas\u0000') }), (text) => {
				const { value, errors } = readJson(createSource("", text));
				let strict: unknown;
				try {
					strict = JSON.parse(text);
				} catch {
					return;
				}
				if (errors.length === 0) expect(value).toStrictEqual(strict);
				else expect(errors.every(({ finding }) => finding.code === "repeated-key")).toBe(true);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe("hosts", () => {
	test.each<[string, unknown, readonly string[]]>([
		[
			"may be names, wildcards and addresses",
			["api.acme.com", "*.acme.com", "127.0.0.1", "[::1]", "localhost", "a_b.c"],
			[],
		],
		["must be a list", "api.acme.com", ["invalid-type /hosts"]],
		["must name somebody", [], ["empty-hosts /hosts"]],
		["are strings", [1, null], ["invalid-type /hosts/0", "invalid-type /hosts/1"]],
		["stand there once", ["a.com", "b.com", "a.com"], ["repeated-host /hosts/2"]],
		["have no upper case", ["API.acme.com"], ["invalid-host /hosts/0"]],
		["have no port", ["api.acme.com:8443"], ["invalid-host /hosts/0"]],
		["have no trailing dot", ["api.acme.com."], ["invalid-host /hosts/0"]],
		[
			"have no scheme and no path",
			["https://api.acme.com", "api.acme.com/v1"],
			["invalid-host /hosts/0", "invalid-host /hosts/1"],
		],
		["are ASCII", ["bücher.example"], ["invalid-host /hosts/0"]],
		[
			"have their wildcard in front, once, whole",
			["*", "a.*.com", "*.*.com", "a*.acme.com"],
			[0, 1, 2, 3].map((n) => `invalid-host /hosts/${n}`),
		],
		[
			"have no wildcard before an address",
			["*.127.0.0.1", "*.[::1]"],
			[0, 1].map((n) => `invalid-host /hosts/${n}`),
		],
		[
			"are addresses in the form that URLs have",
			["127.1", "[0::1]", "256.0.0.1", "::1"],
			[0, 1, 2, 3].map((n) => `invalid-host /hosts/${n}`),
		],
		[
			"have labels of 1 to 63",
			[`${"a".repeat(63)}.com`, `${"a".repeat(64)}.com`, "a..com", ""],
			[1, 2, 3].map((n) => `invalid-host /hosts/${n}`),
		],
	])("%s", async (_, hosts, errors) => {
		expect(await errorsOf(JSON.stringify({ hosts, ...GOOD }))).toEqual(errors);
	});

	test.each([
		["API.acme.com.", "api.acme.com"],
		["https://api.acme.com:8443/v1?x", "api.acme.com"],
		["*.BÜCHER.example", "*.xn--bcher-kva.example"],
		["[0:0::1]", "[::1]"],
		["127.1", "127.0.0.1"],
	])("are mended: %s", async (host, suggestion) => {
		const { out } = await cordon(["validate", "-", "--json"], {
			input: JSON.stringify({ hosts: [host], ...GOOD }),
		});
		expect(JSON.parse(out).errors).toMatchObject([{ code: "invalid-host", suggestion }]);
	});

	test("are guessed where the key is misspelt", async () => {
		const { out } = await cordon(["validate", "-", "--json"], {
			input: JSON.stringify({ host: ["a.com"], ...GOOD }),
		});
		expect(JSON.parse(out).errors).toMatchObject([
			{ code: "unknown-key", pointer: "/host", suggestion: "hosts" },
		]);
	});
});

describe("several files", () => {
	test("are reported as a list, each with its name", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...GOOD }, "b.json": "{" });
		const [a, b] = [join(directory, "a.json"), join(directory, "b.json")];
		const { code, out } = await cordon(["validate", a, b, "--json"]);
		expect(code).toBe(1);
		expect(JSON.parse(out)).toEqual([
			{ file: a, valid: true, errors: [], warnings: [] },
			{
				file: b,
				valid: false,
				errors: [{ code: "invalid-json", pointer: "", message: expect.any(String) }],
				warnings: [],
			},
		]);
		expect((await cordon(["validate", a, b])).out).toContain("invalid: 1 of 2 files, 1 error");
		expect((await cordon(["validate", a, a])).out).toBe("valid: 2 files");
	});

	test("are refused where a push would refuse them: a file without hosts, two files with one host", async () => {
		const directory = folder({
			"a.json": { hosts: ["a.com"], ...GOOD },
			"b.json": { hosts: ["b.com", "a.com"], ...GOOD },
			"c.json": GOOD,
		});
		const [a = "", b = "", c = ""] = ["a.json", "b.json", "c.json"].map((name) => join(directory, name));
		const { code, out } = await cordon(["validate", a, b, c, "--json"]);
		expect(code).toBe(1);
		expect(JSON.parse(out)).toMatchObject([
			{ file: a, valid: true },
			{ file: b, valid: false, errors: [{ code: "host-claimed-twice", pointer: "/hosts/1" }] },
			{ file: c, valid: false, errors: [{ code: "missing-key", pointer: "/hosts" }] },
		]);
		expect((await cordon(["validate", c])).code).toBe(0);
	});
});

describe("what cannot be read", () => {
	test.each([
		["a file that is not there", "nope.json", "there is no such file or folder"],
		["no UTF-8", "latin.json", "it is not UTF-8 text"],
	])("ends with 2: %s", async (_, name, reason) => {
		const path = join(folder({ "latin.json": "" }), name);
		if (name === "latin.json") writeFileSync(path, Buffer.from([0x22, 0xff, 0x22]));
		const { code, out, err } = await cordon(["validate", path]);
		expect([code, out]).toEqual([2, ""]);
		expect(err).toContain(reason);
		const json = await cordon(["validate", path, "--json"]);
		expect(json.code).toBe(2);
		expect(JSON.parse(json.out)).toEqual({
			valid: false,
			errors: [{ code: "unreadable-file", pointer: "", message: expect.stringContaining(reason) }],
			warnings: [],
		});
	});

	test("does not keep the others from being checked", async () => {
		const directory = folder({ "b.json": "[]" });
		const { code, out } = await cordon(["validate", join(directory, "a.json"), join(directory, "b.json")]);
		expect(code).toBe(2);
		expect(out).toContain("invalid-document");
	});
});

describe("--fix", () => {
	const FAULTY = `{
  // The API
  "cors": {
    "origins": [
      "https://app.example.com/", // the shop
      // partners
      "https://a.example, https://b.example",
      "https://b.example" // twice
    ],
    "methods": "put, DELETE", /* all */
    "allowedHeaders": ["X-A"],
    "exposedHeaders": ["ETag", "Set-Cookie"]
  }
}
`;

	test("corrects what has a plain remedy, keeps comments, says what it changed and what is left", async () => {
		const path = join(folder({ "acme.jsonc": FAULTY }), "acme.jsonc");
		const { code, out } = await cordon(["validate", path, "--fix"]);
		expect(code).toBe(1);
		expect(out).toContain(
			`${path}:5: fixed: invalid-origin-trailing-slash: "https://app.example.com/" is now "https://app.example.com"`,
		);
		expect(out).toContain('fixed: forbidden-exposed-header: removed "Set-Cookie"');
		expect(out).toContain("error: unknown-key");
		expect(out).toContain(`invalid: ${path}, 1 error`);
		expect(readFileSync(path, "utf8")).toBe(`{
  // The API
  "cors": {
    "origins": [
      "https://app.example.com", // the shop
      // partners
      "https://a.example",
      "https://b.example" // twice
    ],
    "methods": ["PUT", "DELETE"], /* all */
    "allowedHeaders": ["X-A"],
    "exposedHeaders": ["ETag"]
  }
}
`);
	});

	test("as JSON lists what was corrected beside what is left", async () => {
		const path = join(folder({ "acme.jsonc": FAULTY }), "acme.jsonc");
		const { out } = await cordon(["validate", path, "--fix", "--json"]);
		const { valid, errors, fixed } = JSON.parse(out);
		expect([valid, errors.length, fixed.length]).toEqual([false, 1, 4]);
		expect(fixed[0]).toEqual({
			code: "invalid-origin-trailing-slash",
			pointer: "/cors/origins/0",
			message: expect.any(String),
			fix: [{ op: "replace", path: "/cors/origins/0", value: "https://app.example.com" }],
		});
	});

	test("leaves a file alone that has nothing to correct", async () => {
		const path = join(folder({ "acme.json": GOOD }), "acme.json");
		const before = statSync(path).mtimeMs;
		expect((await cordon(["validate", path, "--fix"])).out).toBe(`valid: ${path}`);
		expect(statSync(path).mtimeMs).toBe(before);
	});

	test("is refused for standard input", async () => {
		const { code, err } = await cordon(["validate", "-", "--fix"], { input: FAULTY });
		expect([code, err]).toEqual([2, expect.stringContaining("standard input")]);
	});

	test("does not follow a link", async () => {
		const directory = folder({ "acme.json": FAULTY });
		symlinkSync(join(directory, "acme.json"), join(directory, "link.json"));
		expect((await cordon(["validate", join(directory, "link.json"), "--fix"])).code).toBe(2);
		expect(readFileSync(join(directory, "acme.json"), "utf8")).toBe(FAULTY);
	});
});
