/** Owns the results of policy tests as JUnit XML, which CI systems read. */

import { titleOf } from "../../explain/expectations.ts";
import type { FileResults } from "./run.ts";
import { placeInFile } from "./words.ts";

/** A document of its own; its elements are so few that an XML library would be more to look after than this. */
export function junitXml(done: readonly FileResults[]): string {
	const all = done.flatMap(({ results }) => results);
	const suites = done.map(({ file, results }) => {
		const cases = results.map(({ host, expectation, pointer, outcome, why, notes, fixes }) => {
			const open = `    <testcase classname="${attribute(file.source.name)}" name="${attribute(`${host}: ${titleOf(expectation)}`)}"`;
			if (outcome === "held" && notes.length === 0) return `${open}/>`;
			if (outcome === "held") {
				return `${open}>\n      <system-out>${escaped(notes.join("\n"))}</system-out>\n    </testcase>`;
			}
			const lines = [
				`at ${placeInFile(file, pointer)}`,
				...why,
				...notes,
				...fixes.map(({ says }) => `To make it hold: ${says}`),
			];
			return `${open}>\n      <failure message="${attribute(why[0] ?? outcome)}" type="${outcome}">${escaped(lines.join("\n"))}</failure>\n    </testcase>`;
		});
		return `  <testsuite name="${attribute(file.source.name)}" ${counts(results)}>\n${cases.join("\n")}\n  </testsuite>`;
	});
	return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cordon test" ${totals(all)}>\n${suites.join("\n")}\n</testsuites>\n`;
}

function counts(results: FileResults["results"]): string {
	return `${totals(results)} skipped="0"`;
}

/** The schemas that CI systems check by know no `skipped` of all suites together. */
function totals(results: FileResults["results"]): string {
	const failures = results.filter(({ outcome }) => outcome !== "held").length;
	return `tests="${results.length}" failures="${failures}" errors="0"`;
}

/** Inside an attribute line breaks and tabs would become blanks. */
function attribute(text: string): string {
	return escaped(text).replaceAll(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** What XML 1.0 cannot hold at all, not even escaped, becomes U+FFFD. https://www.w3.org/TR/xml/#charsets */
function escaped(text: string): string {
	return text
		.toWellFormed()
		.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;")
		.replaceAll('"', "&quot;");
}
