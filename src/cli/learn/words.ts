/** Owns what `cordon learn` prints. */

import type { TenantDocument } from "../../tenants/schema.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type Terminal } from "../shell/terminal.ts";
import type { Addition } from "./choice.ts";
import type { Denied, Visitors } from "./visitors.ts";
import { KIND_WORDS, type OriginKind } from "./what-it-is.ts";

/** Denied things that are listed; `--json` has them all. */
const MAX_SHOWN = 50;

/** Prints what would be denied, and what each is. */
export function printDenied(
	denied: readonly Denied[],
	kinds: ReadonlyMap<Denied, OriginKind | undefined>,
	visitors: Visitors,
	terminal: Terminal,
): void {
	const { colors } = terminal;
	if (visitors.count() === 0) {
		terminal.out(
			"There is no recorded decision for this file's hosts in these logs, so nothing is known about what would be denied. Check that they are the logs of the right Worker and that the tenant is in report mode. Logs are read as JSON, either as one value or as one value per line. Tab-separated query results are not read; add FORMAT JSON to the query.",
		);
		return;
	}
	terminal.out(`${counted(visitors.count(), "recorded decision")}.`);
	for (const one of denied.slice(0, MAX_SHOWN)) {
		const kind = kinds.get(one);
		const place = one.route === "" ? "" : ` on ${one.route}`;
		terminal.out(
			`\n${colors.bold(safePart(`${one.what === "origin" ? "" : `${one.what} `}${one.name}`))}${safePart(place)}`,
		);
		const words = kind === undefined ? "" : KIND_WORDS[kind];
		if (words !== "") terminal.out(`  ${kind === "look-alike" ? colors.red(words) : words}`);
		terminal.out(`  ${counted(one.count, "time")}${span(one)}${seenWith(one)}`);
	}
	if (denied.length > MAX_SHOWN)
		terminal.out(`\n… and ${denied.length - MAX_SHOWN} more; --json has them all.`);
	if (visitors.leftOut() > 0)
		terminal.out(
			`${visitors.leftOut()} more records were of origins beyond the ${visitors.groups().length} that are looked at.`,
		);
}

function span({ firstMilliseconds, lastMilliseconds }: Denied): string {
	if (firstMilliseconds === undefined || lastMilliseconds === undefined) return "";
	const minutes = (at: number) => new Date(at).toISOString().slice(0, 16).replace("T", " ");
	const [first, last] = [minutes(firstMilliseconds), minutes(lastMilliseconds)];
	return first === last ? `, ${first}` : `, ${first} to ${last}`;
}

function seenWith(one: Denied): string {
	const parts =
		one.what === "origin"
			? [one.methods.slice(0, 8).join(", "), one.headers.slice(0, 8).join(", ")]
			: [`asked for by ${one.origins.slice(0, 3).join(", ")}`];
	const text = parts.filter((part) => part !== "").join("; ");
	return text === "" ? "" : safePart(`, ${text}`);
}

/** What a choice led to. */
interface Outcome {
	readonly additions: readonly Addition[];
	/** What was named to be allowed, and was not seen. */
	readonly unseen: readonly string[];
	readonly still: readonly Denied[];
}

/** Prints what was added to the file, and what would be denied even so. */
export function printResult(
	path: string,
	{ additions, unseen, still }: Outcome,
	document: TenantDocument,
	visitors: Visitors,
	terminal: Terminal,
): void {
	const { colors } = terminal;
	if (additions.length > 0) {
		terminal.out("");
		for (const { entry, list, route } of additions) {
			terminal.out(
				`${colors.green("added")}  ${safePart(entry)} to ${list}${route === "" ? "" : safePart(` of ${route}`)}`,
			);
		}
		terminal.out(`${safePart(path)} is written.`);
	}
	for (const entry of unseen) {
		terminal.out(
			`${colors.red("not added")}  ${safePart(entry)}: nothing in the log was denied that it would allow`,
		);
	}
	if (visitors.count() === 0) return;
	if (still.length > 0) {
		const names = still.slice(0, MAX_SHOWN).map(({ name }) => safePart(name));
		terminal.out(`\nStill denied: ${names.join(", ")}${still.length > MAX_SHOWN ? ", …" : ""}.`);
		return;
	}
	const watches = [document, ...(document.routes ?? [])].some(({ mode }) => mode === "report");
	terminal.out(
		`\nNothing that was seen would be denied.${watches ? ' To enforce it, take out "mode": "report" and push.' : ""}`,
	);
}
