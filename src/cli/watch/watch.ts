/** Owns `cordon watch`: the verdicts on a host as they come, folded. */

import { stripVTControlCharacters } from "node:util";
import { readConfig } from "../kv/config.ts";
import { findWrangler } from "../kv/peers.ts";
import { spawnWrangler } from "../kv/wrangler.ts";
import { createJsonStream } from "../learn/json-stream.ts";
import { type RecordedVerdict, verdictsIn } from "../learn/records.ts";
import { defineCommand, usage } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { withWord } from "../shell/interrupt.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type Terminal } from "../shell/terminal.ts";
import { createFolds, type Fold } from "./folds.ts";

/** Characters of an origin that are shown; a line of the screen must not go on in the next one. */
const MAX_SHOWN_ORIGIN = 60;

export const watch = defineCommand({
	name: "watch",
	details: [
		"Starts `wrangler tail` for the Worker of your wrangler configuration and shows what it decides: one line for each origin and reason, with how often, newest on top. In a pipe, a line is added when something is seen for the first time, and each time that its count has doubled. Ctrl-C ends it.",
		"The Worker has to log its verdicts, and Cloudflare samples a tail where there are very many requests.",
	],
	positionals: [
		{ name: "HOST", says: "The API's hostname; *.acme.com for all one label below.", required: true },
	],
	options: {
		from: { type: "string", value: "-", says: "Read a tail from standard input in place of starting one." },
		config: {
			type: "string",
			value: "FILE",
			says: "The gateway's wrangler configuration. Default the nearest one, from here upwards.",
		},
		env: { type: "string", value: "NAME", says: "The environment of that configuration." },
	},
	examples: [
		{ line: "watch api.acme.com", says: "Who is denied right now, and why." },
		{
			line: "watch api.acme.com --from - --json < tail.json",
			says: "One JSON value a line for each verdict, of a tail that was kept.",
		},
	],
	exits: { good: "The tail has ended." },
	async work({ positionals: [host = ""], options, terminal }) {
		const isOf = hostMatcher(host);
		if (options.from !== undefined && options.from !== "-") {
			throw usage("invalid-value", "--from takes - alone: a tail on standard input.", watch);
		}
		const show = options.json ? showLines(terminal) : showFolded(terminal);
		let seen = 0;
		const stream = createJsonStream();
		const decoder = new TextDecoder();
		const take = (piece: string | Uint8Array) => {
			const text = typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
			const verdicts = stream
				.take(text)
				.flatMap((value) => verdictsIn(value))
				.filter(({ hostname }) => isOf(hostname));
			seen += verdicts.reduce((sum, { count }) => sum + count, 0);
			if (verdicts.length > 0) show(verdicts);
		};
		await withWord(
			() => `${counted(seen, "verdict")} seen.`,
			async () => {
				if (options.from === undefined) await tail(options.config, options.env, take, terminal);
				else for await (const piece of terminal.inputPieces()) take(piece);
			},
		);
		if (seen === 0 && !options.json) terminal.err(`No verdict on ${safePart(host)} was seen.`);
		return 0;
	},
});

/** @throws CommandFault where it is not a hostname */
function hostMatcher(host: string): (hostname: string) => boolean {
	const wanted = host.toLowerCase().replace(/\.$/, "");
	if (!/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(wanted)) {
		throw new CommandFault(
			"invalid-host",
			`${JSON.stringify(host)} is not a hostname. Name the API's host alone, such as api.acme.com.`,
		);
	}
	return (hostname) => hostname === wanted || `*${hostname.slice(hostname.indexOf("."))}` === wanted;
}

/** Runs until wrangler ends. @throws CommandFault where it ends with a fault of its own */
async function tail(
	config: string | undefined,
	environment: string | undefined,
	take: (piece: Uint8Array) => void,
	terminal: Terminal,
): Promise<void> {
	const found = await readConfig({ config, environment }, terminal);
	const wrangler = findWrangler(found.path, '"cordon watch" reads its tail.\nInstall it');
	const section = found.environment === undefined ? [] : ["--env", found.environment];
	terminal.busy(`Waiting for verdicts of ${found.worker ?? "the Worker"} …`);
	const args = [wrangler, "tail", "--format", "json", "--config", found.path, ...section];
	const { code, errors } = await spawnWrangler(args, take);
	if (code === 0) return;
	const lines = stripVTControlCharacters(errors)
		.split("\n")
		.filter((line) => line.trim() !== "");
	const said = lines.slice(0, 1).map((line) => `\n  ${safePart(line.trim())}`);
	throw new CommandFault(
		"tail-ended",
		`wrangler tail has ended with a fault${said.length > 0 ? ":" : "."}${said.join("")}`,
	);
}

type Show = (verdicts: readonly RecordedVerdict[]) => void;

function showLines(terminal: Terminal): Show {
	return (verdicts) => {
		for (const { atMilliseconds, ...verdict } of verdicts) {
			const at = atMilliseconds === undefined ? null : new Date(atMilliseconds).toISOString();
			terminal.jsonLine({ at, ...verdict });
		}
	};
}

function showFolded(terminal: Terminal): Show {
	const folds = createFolds();
	return (verdicts) => {
		for (const verdict of verdicts) {
			const fold = folds.add(verdict);
			const before = fold.count - verdict.count;
			// Somebody reads along there, or a file grows: no line for each of a million requests.
			const hasDoubled = before === 0 || Math.floor(Math.log2(fold.count)) > Math.floor(Math.log2(before));
			if (terminal.columns === undefined && hasDoubled) terminal.out(foldLine(fold, terminal));
		}
		if (terminal.columns === undefined) return;
		terminal.clear();
		terminal.frame(folds.newestFirst().map((fold) => foldLine(fold, terminal)));
	};
}

function foldLine({ latest, count }: Fold, { colors, columns }: Terminal): string {
	const { hostname, origin, allowed, reason, mode, atMilliseconds } = latest;
	const time = atMilliseconds === undefined ? "" : new Date(atMilliseconds).toISOString().slice(11, 19);
	const isWatched = mode === "report" && !allowed;
	const verdict = allowed ? "allowed" : isWatched ? "would be denied" : "denied";
	const paint = allowed ? colors.green : isWatched ? colors.yellow : colors.red;
	const name = safePart(origin);
	const shown =
		columns !== undefined && name.length > MAX_SHOWN_ORIGIN
			? `${name.slice(0, MAX_SHOWN_ORIGIN - 1)}…`
			: name;
	const begin = `${`${count.toLocaleString("en")}×`.padStart(7)}  `;
	const rest = `  ${shown}  ${safePart(reason)}  ${safePart(hostname)}${time === "" ? "" : `  ${time}`}`;
	const room = columns === undefined ? rest.length : Math.max(0, columns - begin.length - verdict.length - 1);
	return begin + paint(verdict) + rest.slice(0, room);
}
