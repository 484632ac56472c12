/** Owns `cordon init`: a project to deploy from, in one command. */

import { relative, resolve } from "node:path";
import { defineCommand } from "../shell/command.ts";
import { safePart } from "../shell/safe-text.ts";
import { writeProject } from "./project.ts";

export const init = defineCommand({
	name: "init",
	details: [
		"Writes the configuration, the Worker in one line, an example tenant with its tests, and a workflow for GitHub that checks tenants and pushes them. It overwrites nothing: where one of these files is there already, none is written.",
	],
	positionals: [
		{ name: "DIR", says: "Where to; it is made if it is not there. Default: this folder.", required: false },
	],
	options: {},
	examples: [
		{ line: "init my-gateway", says: "In a new folder." },
		{ line: "init", says: "In this folder, beside what is there." },
	],
	exits: { good: "The project is written.", findings: "Files are there already; nothing is written." },
	async work({ positionals: [directory = "."], options, terminal }) {
		const written = await writeProject(resolve(directory));
		if (!written.ok) {
			if (options.json) terminal.json({ written: [], present: written.present });
			else {
				const { red } = terminal.errorColors;
				terminal.err(
					[
						`${red("not written:")} ${safePart(directory)} has these already, and nothing is overwritten:`,
						...written.present.map((file) => `  ${safePart(file)}`),
						"Name another folder, or move them away.",
					].join("\n"),
				);
			}
			return 1;
		}
		if (options.json) {
			terminal.json({ written: written.files, present: [] });
			return 0;
		}
		const { green, bold } = terminal.colors;
		const folder = relative(process.cwd(), resolve(directory));
		terminal.out(
			[
				`${green("written:")} ${safePart(directory)}`,
				...written.files.map((file) => `  ${safePart(file)}`),
				"",
				bold("Next"),
				...(folder === "" ? [] : [`  cd ${safePart(quoted(folder))}`]),
				"  npm install",
				"  npm start             the gateway on http://localhost:8787, with the example tenant",
				"  npm test              the tenants, and what they must hold",
				"",
				"Then put your API and your origins into tenants/example.jsonc, and:",
				"  npx wrangler login",
				"  npm run deploy        makes the Worker and its KV namespace, without routes yet",
				"  npm run push          writes the tenants to that KV, after showing what changes",
				"Last, remove the # in front of your routes in wrangler.toml, and deploy again.",
			].join("\n"),
		);
		return 0;
	},
});

/** As a shell takes it for one word. */
function quoted(folder: string): string {
	return /^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder);
}
