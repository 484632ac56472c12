/** Owns the proof of the package as a user gets it: packed, installed into an empty folder, run on the machine's own Node. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROJECT, tryWrangler } from "../../dev/wrangler.ts";
import { documented } from "../documented.ts";
import { findProgram, type Ran, run } from "./machine.ts";
import { startProject } from "./project-server.ts";

const MANIFEST = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
const BIN = join(PROJECT, "node_modules/.bin");
/** Whether the command line has --version yet: then it says so in its source. */
const HAS_VERSION = readFileSync(join(PROJECT, "src/cli/shell/dispatch.ts"), "utf8").includes("--version");
const directory = mkdtempSync(join(tmpdir(), "cordon-package-"));
const home = join(directory, "home");
let tarball: string;

const cordon = (...args: readonly string[]) => run(home, join(home, "node_modules/.bin/cordon"), ...args);

/** Fails with what a program said. */
function succeeded({ code, output, errors }: Ran): string {
	if (code !== 0) throw new Error(`exit code ${code}\n${errors}\n${output}`);
	return output;
}

beforeAll(async () => {
	// With the Node of the project, as whoever publishes it has.
	succeeded(await run(PROJECT, "npm", "run", "build"));
	succeeded(await run(PROJECT, "npm", "pack", "--ignore-scripts", `--pack-destination=${directory}`));
	tarball = join(directory, `cordon-${MANIFEST.version}.tgz`);
	mkdirSync(home);
	writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, type: "module" }));
	succeeded(await run(home, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", tarball));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("the tarball", () => {
	test("has what is run and read, and nothing else", async () => {
		const folder = join(home, "node_modules/cordon");
		expect(readdirSync(folder).toSorted()).toEqual(
			[
				"CHANGELOG.md",
				"LICENSE",
				"README.md",
				"SECURITY.md",
				"bin",
				"dist",
				"docs",
				"package.json",
				"template",
				"tenant.schema.json",
			].toSorted(),
		);
		const files = readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" });
		expect(files.filter((file) => /(^|\/)(test|bench)\/|\.test\./.test(file))).toEqual([]);
		// What the type of a problem leads to.
		expect(readFileSync(join(folder, "docs/errors.md"), "utf8")).toContain("## origin-not-allowed");
	});

	test("brings no more than its library needs: what only the command line uses is in that", () => {
		const installed = readdirSync(join(home, "node_modules")).filter((name) => !name.startsWith("."));
		expect(installed.toSorted()).toEqual([
			"cordon",
			"fastest-levenshtein",
			"hono",
			"tldts",
			"tldts-core",
			"valibot",
		]);
		expect(readFileSync(join(home, "node_modules/cordon/dist/cli/LICENSES.txt"), "utf8")).toContain(
			"jsonc-parser",
		);
	});

	test("is sound for publint", async () => {
		const { messages, pkg } = await publint({
			pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
			strict: true,
		});
		expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
	});

	test("has types that are found wherever it is imported", async () => {
		const profile = ["--profile", "esm-only", "--exclude-entrypoints", "./schema.json", "./package.json"];
		succeeded(await run(PROJECT, join(BIN, "node"), join(BIN, "attw"), tarball, ...profile));
	});
});

describe("the dependencies", () => {
	test("are those that the library imports, and no other", async () => {
		const knip = ["--production", "--strict", "--dependencies", "--no-progress"];
		succeeded(await run(PROJECT, join(BIN, "node"), join(BIN, "knip"), ...knip));
	});
});

describe("the command line, on the machine's own Node", () => {
	test.skipIf(!HAS_VERSION)("says its version", async () => {
		expect(succeeded(await cordon("--version")).trim()).toContain(MANIFEST.version);
	});

	test("validates", async () => {
		writeFileSync(join(home, "bad.jsonc"), '{ "cors": { "origins": ["https://App.example.com"] } }');
		const { code, output, errors } = await cordon("validate", "bad.jsonc", "--json");
		expect(code, errors).toBe(1);
		expect(JSON.parse(output)).toMatchObject({
			valid: false,
			errors: [{ suggestion: "https://app.example.com" }],
		});
	});

	test("explains", async () => {
		writeFileSync(join(home, "good.jsonc"), '{ "cors": { "origins": ["https://app.example.com"] } }');
		const output = succeeded(
			await cordon("explain", "good.jsonc", "--origin", "https://app.example.com", "--credentials", "omit"),
		);
		expect(output).toContain("allowed");
	});

	test("examines an API", async () => {
		const { code, output } = await cordon(
			"doctor",
			"http://localhost:1/",
			"--origin",
			"https://app.example.com",
		);
		expect(code).toBe(1);
		expect(output).toContain("blocked");
	});
});

describe("its imports", () => {
	test("have types, in which a misspelt key does not compile", async () => {
		writeFileSync(join(home, "user.ts"), USER);
		const compilerOptions = {
			strict: true,
			exactOptionalPropertyTypes: true,
			module: "nodenext",
			target: "es2022",
			lib: ["es2022", "dom", "dom.iterable"],
			types: [],
			noEmit: true,
			// Ours too have to be right, with no types of Workers around.
			skipLibCheck: false,
		};
		writeFileSync(join(home, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["user.ts"] }));
		const checked = await run(home, join(BIN, "node"), join(BIN, "tsc"), "-p", home);
		expect(checked.output).toBe("");
	});

	test("work", async () => {
		writeFileSync(
			join(home, "user.mjs"),
			`import app from "cordon";
			import { cordon, PolicyError } from "cordon/hono";
			import { Hono } from "hono";
			import schema from "cordon/schema.json" with { type: "json" };
			const own = new Hono().use(cordon({ cors: { origins: ["https://app.example.com"] } })).get("/", (c) => c.text("hello"));
			const response = await own.request("/", { headers: { origin: "https://app.example.com" } });
			let findings;
			try { cordon({ cors: { origins: ["*"] } }) } catch (error) { findings = error instanceof PolicyError && error.findings }
			console.log(JSON.stringify([typeof app.fetch, response.headers.get("access-control-allow-origin"), findings[0].pointer, schema.title]));`,
		);
		expect(JSON.parse(succeeded(await run(home, "node", "user.mjs")))).toEqual([
			"function",
			"https://app.example.com",
			"/cors/origins/0",
			"Cordon tenant file",
		]);
	});
});

describe("cordon init", () => {
	const project = join(home, "gateway");

	test("writes the project, and says what is next", async () => {
		const output = succeeded(await cordon("init", "gateway"));
		expect(output).toContain("npm install");
		expect(readdirSync(project, { recursive: true, encoding: "utf8" }).toSorted()).toEqual([
			".github",
			".github/workflows",
			".github/workflows/cordon.yml",
			".gitignore",
			"CORDON.md",
			"package.json",
			"src",
			"src/index.ts",
			"tenants",
			"tenants/example.jsonc",
			"wrangler.toml",
		]);
	});

	test("overwrites nothing: it names what is there, and writes nothing at all", async () => {
		const other = join(home, "other");
		mkdirSync(join(other, "tenants"), { recursive: true });
		writeFileSync(join(other, "wrangler.toml"), "mine");
		writeFileSync(join(other, "src"), "a file");
		const { code, errors } = await cordon("init", "other");
		expect(code).toBe(1);
		expect(errors).toContain("  src\n  wrangler.toml\n");
		expect(readdirSync(other, { recursive: true, encoding: "utf8" }).toSorted()).toEqual([
			"src",
			"tenants",
			"wrangler.toml",
		]);
		expect(readFileSync(join(other, "wrangler.toml"), "utf8")).toBe("mine");
	});

	test("goes beside what is there already", async () => {
		const beside = join(home, "beside");
		mkdirSync(beside);
		writeFileSync(join(beside, "README.md"), "mine");
		const { code, output } = await cordon("init", "beside", "--json");
		expect(code).toBe(0);
		expect(JSON.parse(output)).toMatchObject({ present: [] });
		expect(readdirSync(beside)).toContain("wrangler.toml");
	});

	test("says how to get into a folder whose name has blanks", async () => {
		expect(succeeded(await cordon("init", "a new gateway"))).toContain('\n  cd "a new gateway"\n');
	});

	test("gives what can be deployed at once", async () => {
		// The package is found in the folder above, where it is installed.
		const { code, output, errors } = await tryWrangler(["deploy", "--dry-run", "--outdir=dist"], project);
		expect(code, errors).toBe(0);
		expect(output).toContain("env.TENANTS");
		expect(readdirSync(join(project, "dist"))).toContain("index.js");
	});

	test("gives what runs at once", async () => {
		const server = await startProject(project);
		try {
			const response = await fetch(`http://127.0.0.1:${server.port}/`, {
				headers: { origin: "https://app.example.com" },
			});
			expect(response.status).toBe(404);
			expect(await response.json()).toMatchObject({ code: "unknown-tenant" });
			// As docs/production.md asks a tenant on wrangler dev; here nothing has been pushed, and the answer says for which host.
			const [curl = "", ...args] = await documented("docs/production.md", "http://localhost:8787/items");
			if (findProgram(curl) === undefined) return;
			const here = args.map((word) => word.replace("localhost:8787", `127.0.0.1:${server.port}`));
			const answer = succeeded(await run(project, curl, "-sS", ...here));
			expect(answer).toContain("404");
			expect(answer).toContain("api.example.com");
		} finally {
			await server.stop();
		}
	});

	test("names this version of the package, and the wrangler that it was tested with", () => {
		const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
		expect(dependencies).toEqual({ cordon: `^${MANIFEST.version}` });
		// wrangler needs Node 22, which the machine may not have: npm puts the project's own first.
		expect(devDependencies).toEqual({
			node: `^${MANIFEST.devDependencies.node}`,
			wrangler: `^${MANIFEST.devDependencies.wrangler}`,
		});
	});

	test("lets npm and pnpm run the scripts that bring that Node", () => {
		const { allowScripts, pnpm } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
		expect(pnpm.onlyBuiltDependencies.toSorted()).toEqual(Object.keys(allowScripts).toSorted());
		expect(allowScripts.node).toBe(true);
	});

	test.skipIf(MANIFEST.repository === undefined)(
		"is behind the README's button, once there is a repository",
		() => {
			const address = `${MANIFEST.repository?.url}`.replace(/^git\+/, "").replace(/\.git$/, "");
			expect(readFileSync(join(PROJECT, "README.md"), "utf8")).toContain(
				`(https://deploy.workers.cloudflare.com/?url=${address}/tree/main/template)`,
			);
		},
	);

	test("describes its bindings for the Deploy to Cloudflare button", () => {
		const { cloudflare } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
		expect(Object.keys(cloudflare.bindings)).toEqual(["TENANTS", "UNKNOWN_HOSTS"]);
	});
});

/** What a user writes; "@ts-expect-error" is an error itself where there is none. */
const USER = `
import app from "cordon";
import { cordon, type CordonVariables, type MiddlewareDocument, PolicyError, type TenantsNamespace } from "cordon/hono";
import schema from "cordon/schema.json" with { type: "json" };
import { Hono } from "hono";

export default app;
export const { title } = schema;

const own = new Hono<{ Bindings: { TENANTS: TenantsNamespace }; Variables: CordonVariables }>();
own.use(cordon({ cors: { origins: ["https://a.example"], credentials: true }, routes: [{ path: "/p/*", cors: { origins: "*" } }] }));
own.use(cordon((c) => c.env.TENANTS));
own.use("/api/*", cordon({ cors: { origins: [] } }, { log: (entry) => void entry.event }));
own.get("/", (c) => c.text(c.get("cordon").reason));

const constant = { cors: { origins: ["https://a.example"], methods: ["PUT"] }, mode: "report" } as const satisfies MiddlewareDocument;
try {
	own.use(cordon(constant));
} catch (error) {
	if (error instanceof PolicyError) console.error(error.findings.map(({ pointer, code }) => pointer + code));
}

// @ts-expect-error a misspelt key
cordon({ cors: { origns: [] } });
// @ts-expect-error a misspelt key beside the right ones
cordon({ cors: { origins: [], credentails: true } });
// @ts-expect-error a misspelt key at the top
cordon({ cors: { origins: [] }, deniedRequest: "reject" });
// @ts-expect-error a value that there is not
cordon({ cors: { origins: [] }, mode: "watch" });
// @ts-expect-error a key of the gateway alone
cordon({ cors: { origins: [] }, upstream: "https://api.example" });
// @ts-expect-error nothing at all
cordon({});
`;
