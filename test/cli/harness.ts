/** Owns the command line's tests from inside: a terminal that remembers, a KV in memory, a folder of its own. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pc from "picocolors";
import { onTestFinished } from "vitest";
import { runCordon } from "../../src/cli/dispatch.ts";
import type { Kv } from "../../src/cli/kv.ts";

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
}

/** Runs a command line in this process. */
export async function cordon(argv: readonly string[], { input = "", answer, kv }: World = {}): Promise<Ran> {
	const out: string[] = [];
	const err: string[] = [];
	const colors = pc.createColors(false);
	const code = await runCordon(argv, {
		terminal: {
			out: (line) => void out.push(line),
			err: (line) => void err.push(line),
			busy: () => {},
			progress: (text) => void err.push(text),
			colors,
			errorColors: colors,
			columns: undefined,
			interactive: answer !== undefined,
			async ask(question) {
				err.push(question);
				return answer ?? "";
			},
			readInput: async () => new TextEncoder().encode(input),
		},
		openKv() {
			if (kv === undefined) throw new Error("this test has no KV");
			return kv;
		},
	});
	return { code, out: out.join("\n"), err: err.join("\n") };
}

/** A KV in memory that counts what is written. */
export function memoryKv(values: Map<string, string>): Kv & { readonly writes: string[] } {
	const writes: string[] = [];
	return {
		name: "local KV",
		writes,
		list: async (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)),
		async get(keys) {
			return new Map([...values].filter(([key]) => keys.includes(key)));
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

/** Makes a folder with files, gone after the test. */
export function folder(files: Readonly<Record<string, unknown>> = {}): string {
	const directory = mkdtempSync(join(tmpdir(), "cordon-test-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	for (const [name, content] of Object.entries(files)) {
		const path = join(directory, name);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
	}
	return directory;
}
