/** Owns the command line's tests from inside: a terminal that remembers, a KV in memory, a folder of its own. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable, Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { type Kv, openKv } from "../../src/cli/kv/kv.ts";
import { runCordon } from "../../src/cli/shell/dispatch.ts";
import { createTerminal } from "../../src/cli/shell/terminal.ts";

/** What a command line led to. */
export interface Ran {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

export interface World {
	/** Standard input. */
	readonly input?: string;
	/** What is answered on the terminal; without it nobody can be asked. */
	readonly answer?: string;
	readonly kv?: Kv;
	/** Whether KV is what the command line itself opens. */
	readonly real?: true;
}

/** Runs a command line in this process. */
export async function cordon(
	argv: readonly string[],
	{ input = "", answer, kv, real }: World = {},
): Promise<Ran> {
	const { streams, written } = streamsOf(input);
	const terminal = createTerminal(streams);
	const code = await runCordon(argv, {
		terminal: {
			...terminal,
			interactive: answer !== undefined,
			async ask(question) {
				terminal.err(question);
				return answer ?? "";
			},
		},
		openKv(place) {
			if (real) return openKv(place, terminal);
			if (kv === undefined) throw new Error("this test has no KV");
			return kv;
		},
	});
	const [out, err] = written();
	return { code, out: out.replace(/\n$/, ""), err: err.replace(/\n$/, "") };
}

/** Streams of a terminal, or of pipes, that remember what is written. @param tty whether somebody looks */
export function streamsOf(input: string, tty = false) {
	const chunks: [string[], string[]] = [[], []];
	const screen = (index: 0 | 1) =>
		Object.assign(
			new Writable({
				write(chunk, _, done) {
					chunks[index].push(String(chunk));
					done();
				},
			}),
			{ isTTY: tty, columns: 80 },
		);
	const stdin = Object.assign(Readable.from(input === "" ? [] : [Buffer.from(input)]), { isTTY: tty });
	return {
		streams: { stdin, stdout: screen(0), stderr: screen(1) },
		written: () => [chunks[0].join(""), chunks[1].join("")] as const,
	};
}

/** A KV in memory that counts what is written. */
export function memoryKv(values: Map<string, string>): Kv & { readonly writes: string[] } {
	const writes: string[] = [];
	return {
		name: "local KV",
		writes,
		list: async (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)),
		async get(keys, onProgress) {
			const asked = new Set(keys);
			if (keys.length > 0) onProgress?.(keys.length);
			return new Map([...values].filter(([key]) => asked.has(key)));
		},
		async put(entries, onProgress) {
			for (const { key, value } of entries) values.set(key, value);
			writes.push(...entries.map(({ key }) => `put ${key}`));
			if (entries.length > 0) onProgress?.(entries.length);
		},
		async delete(keys, onProgress) {
			for (const key of keys) values.delete(key);
			writes.push(...keys.map((key) => `delete ${key}`));
			if (keys.length > 0) onProgress?.(keys.length);
		},
	};
}

/** Ten thousand files are not removed at once. */
const HOOK_MILLISECONDS = 60_000;

/** Makes a folder with files, gone after the test. */
export function folder(files: Readonly<Record<string, unknown>> = {}): string {
	const directory = mkdtempSync(join(tmpdir(), "cordon-test-"));
	onTestFinished(() => rmSync(directory, { recursive: true }), HOOK_MILLISECONDS);
	for (const [name, content] of Object.entries(files)) {
		const path = join(directory, name);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
	}
	return directory;
}
