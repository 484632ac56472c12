/** Owns what README and the pages under docs/ tell a reader to type: found in their text, taken apart into words. */

import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "shell-quote";
import { PROJECT } from "../dev/wrangler.ts";

/** A page of the project's own documentation. */
export interface DocumentedPage {
	/** Its path, as seen from the project's folder. */
	readonly name: string;
	readonly text: string;
}

/** One command line that a reader may type, without what comes before or after it in a pipe. */
export interface Documented {
	/** `docs/production.md:20`. */
	readonly place: string;
	readonly words: readonly string[];
}

/** Reads all pages. */
export async function readPages(): Promise<readonly DocumentedPage[]> {
	const names = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
	for await (const file of glob("docs/**/*.md", { cwd: PROJECT })) names.push(file);
	return names.map((name) => ({ name, text: readFileSync(join(PROJECT, name), "utf8") }));
}

/** Fenced blocks of some languages, each with the line that it begins in. */
export function blocks(
	{ name, text }: DocumentedPage,
	languages: readonly string[],
): readonly (readonly [place: string, block: string])[] {
	return [...text.matchAll(FENCED)]
		.filter(([, language]) => languages.includes(language ?? ""))
		.map(({ 2: block = "", index }) => [`${name}:${lineOf(text, index)}`, block]);
}

/** Code within a sentence, each with its line. */
export function spans({ name, text }: DocumentedPage): readonly (readonly [place: string, span: string])[] {
	// The lines stay, so that places are right.
	const prose = text.replaceAll(FENCED, (block) => block.replaceAll(/[^\n]/g, " "));
	return [...prose.matchAll(/`([^`\n]+)`/g)].map(({ 1: span = "", index }) => [
		`${name}:${lineOf(prose, index)}`,
		span,
	]);
}

/** Every command line of a page: of its shell blocks, and what begins with one of our programs within a sentence. */
export function commandsOf(page: DocumentedPage): readonly Documented[] {
	const inline = spans(page).filter(([, span]) => /^(?:npx|npm|cordon|wrangler|curl) \S/.test(span));
	return [...blocks(page, ["sh", "bash", "console"]), ...inline].flatMap(([place, script]) =>
		commandLines(script).map((words) => ({ place, words })),
	);
}

/** The one command line of a page that has this text in a word, for a test to run as it stands there. */
export async function documented(page: string, text: string): Promise<readonly string[]> {
	const pages = await readPages();
	const found = pages
		.filter(({ name }) => name === page)
		.flatMap(commandsOf)
		.filter(({ words }) => words.some((word) => word.includes(text)));
	if (found.length !== 1 || found[0] === undefined) {
		throw new Error(`${page} has ${found.length} command lines with ${text}, and the test runs one.`);
	}
	return found[0].words;
}

const FENCED = /^```(\w+)\n([\s\S]*?)^```$/gm;

function lineOf(text: string, index: number): number {
	return text.slice(0, index).split("\n").length;
}

/** What a shell would run, one list of words each; redirections are left out. */
export function commandLines(script: string): readonly (readonly string[])[] {
	const inner: string[] = [];
	const outer = onOneLine(script).replaceAll(/\$\(([^()]*)\)/g, (_, substituted: string) => {
		inner.push(substituted);
		return "substituted";
	});
	const lines: string[][] = [[]];
	let isTarget = false;
	for (const part of parse(outer, (name) => `$${name}`)) {
		if (typeof part === "object" && "comment" in part) continue;
		if (typeof part === "object" && part.op !== "glob") {
			isTarget = part.op.includes(">") || part.op.includes("<");
			if (!isTarget) lines.push([]);
			continue;
		}
		if (!isTarget) lines.at(-1)?.push(typeof part === "string" ? part : part.pattern);
		isTarget = false;
	}
	return [...lines.filter((words) => words.length > 0), ...inner.flatMap(commandLines)];
}

/** A new line ends a command, unless it is within quotes or behind a backslash. */
function onOneLine(script: string): string {
	let quote = "";
	return script.replaceAll(/\\\n|\\.|['"\n]|#.*/g, (found) => {
		if (found === "\\\n") return " ";
		if (found === "\n") return quote === "" ? " ; " : found;
		if (found.startsWith("#")) return found;
		if (found.length === 1) quote = quote === "" ? found : quote === found ? "" : quote;
		return found;
	});
}
