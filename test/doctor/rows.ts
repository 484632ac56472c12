/** Owns the rows of the table of real servers: what is asked, what is expected, and how an API shares. */

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { expect } from "vitest";
import { cordon } from "../cli/harness.ts";
import type { Start } from "./servers.ts";

export const PAGE = "https://app.example.com";
export const ALLOWED: readonly string[] = [PAGE, "https://admin.example.com"];
export const OMIT = ["--credentials", "omit"];
export const PUT = [
	...["--method", "PUT", "--header", "Content-Type: application/json"],
	...["--header", "Authorization: Bearer 1", "--data", "{}"],
];
export const LISTS = {
	"access-control-allow-methods": "GET, PUT, PATCH, DELETE",
	"access-control-allow-headers": "authorization, content-type",
	"access-control-max-age": "600",
};

type Set = (name: string, value: string) => unknown;

/** The headers that a right answer has, for origins that a rule lets in. */
export function share(
	isAllowed: (origin: string) => boolean,
	{ method, headers: { origin } }: IncomingMessage,
	set: Set,
) {
	set("vary", "Origin");
	if (origin === undefined || !isAllowed(origin)) return;
	set("access-control-allow-origin", origin);
	set("access-control-allow-credentials", "true");
	if (method === "OPTIONS") for (const [name, value] of Object.entries(LISTS)) set(name, value);
}

export const isListed = (origin: string) => ALLOWED.includes(origin);

/** An API that shares as it should, and one that knows nothing of CORS. */
export const sharing: RequestListener = (request, response) => {
	share(isListed, request, (name, value) => response.setHeader(name, value));
	answer(request, response);
};
export const bare: RequestListener = (request, response) => answer(request, response);

export function answer({ url = "", method }: IncomingMessage, response: ServerResponse): void {
	const isThere = url.startsWith("/items");
	response.statusCode = method === "OPTIONS" ? 204 : isThere ? 200 : 404;
	response.end(method === "OPTIONS" ? undefined : "{}");
}

/** A server, a question, and what the doctor says of it. */
export interface Row {
	readonly server: string;
	readonly is: string;
	readonly start: Start;
	readonly argv?: readonly string[];
	/** 0 where it is left out. */
	readonly exit?: number;
	readonly findings?: readonly string[];
	readonly explanation?: string;
	/** Part of the fix in the product's own words. */
	readonly fix?: RegExp;
	/** Part of why it was not decided, or of the cause, or else of the advice of the steps that failed. */
	readonly says?: RegExp;
	/** What is said somewhere in the report. */
	readonly tells?: RegExp;
	/** What must not be said anywhere. */
	readonly neverSays?: RegExp;
	/** The public URL that the server is asked by; its own address where it is left out. */
	readonly url?: string;
}

interface ReportedStep {
	readonly passed: boolean;
	readonly advice?: string;
}

async function examine({ start, argv = [], url }: Row) {
	const address = await start();
	const page = argv.includes("--origin") ? [] : ["--origin", PAGE];
	const asked = url === undefined ? [`${address}/items`] : [url, "--connect-to", address];
	const { code, out } = await cordon(["doctor", ...asked, ...page, ...argv, "--json"]);
	const report = JSON.parse(out);
	const failed = (report.steps as readonly ReportedStep[]).filter(({ passed }) => !passed);
	return {
		exit: code,
		findings: report.findings.map((one: { readonly code: string }) => one.code).sort(),
		explanation: report.explanation?.code,
		fix: report.answeredBy?.fix ?? "",
		advice:
			report.stopped?.message ??
			report.explanation?.message ??
			failed.map(({ advice = "" }) => advice).join(" "),
		out,
		checked: report.checked.map((one: { readonly words: string }) => one.words),
	};
}

/** The test of a row. */
export function prove(row: Row) {
	return async () => {
		const { exit, findings, explanation, fix, checked, advice, out } = await examine(row);
		expect({ exit, findings, explanation }).toEqual({
			exit: row.exit ?? 0,
			findings: [...(row.findings ?? [])].sort(),
			explanation: row.explanation,
		});
		if (row.fix !== undefined) expect(fix).toMatch(row.fix);
		if (row.says !== undefined) expect(advice).toMatch(row.says);
		if (row.tells !== undefined) expect(out).toMatch(row.tells);
		if (row.neverSays !== undefined) expect(out).not.toMatch(row.neverSays);
		if (row.is.startsWith("the asterisk")) expect(checked.join()).not.toMatch(/not let in/);
	};
}
