/** Owns the APIs that the doctor is tried on: real servers on this machine, right in everything but what a test breaks. */

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { cordon } from "./harness.ts";

export const PAGE = "https://app.example.com";
/** A call that is preflighted. */
export const PUT = ["--method", "PUT", "--header", "Content-Type: application/json", "--data", "{}"];

/** An answer on its way out; header names are lower case, a list is several lines. */
export interface PlannedAnswer {
	status: number;
	headers: Record<string, string | readonly string[]>;
	body?: string;
}

/** Breaks an answer. */
export type AnswerFault = (answer: PlannedAnswer, request: IncomingMessage) => void;

export interface Api {
	readonly url: string;
	readonly host: string;
	/** Every request that came, as "METHOD path origin". */
	readonly seen: readonly string[];
	readonly requests: readonly IncomingMessage[];
}

/** A fault of the headers alone: `undefined` takes one away. */
export function set(headers: Readonly<Record<string, string | readonly string[] | undefined>>): AnswerFault {
	return (answer) => {
		for (const [name, value] of Object.entries(headers)) {
			if (value === undefined) delete answer.headers[name];
			else answer.headers[name] = value;
		}
	};
}

/** A fault of answers to preflights. */
export function onPreflight(fault: AnswerFault): AnswerFault {
	return (answer, request) => {
		if (request.method === "OPTIONS") fault(answer, request);
	};
}

/** A fault of answers to all other requests. */
export function onActual(fault: AnswerFault): AnswerFault {
	return (answer, request) => {
		if (request.method !== "OPTIONS") fault(answer, request);
	};
}

/** Which origins are shared with, by a test that is broken. */
export function allowing(isAllowed: (origin: string) => boolean, credentials = true): AnswerFault {
	return (answer, request) => {
		const { origin } = request.headers;
		const isShared = origin !== undefined && isAllowed(origin);
		set({
			"access-control-allow-origin": isShared ? origin : undefined,
			"access-control-allow-credentials": isShared && credentials ? "true" : undefined,
		})(answer, request);
	};
}

/** Starts an API whose only fault is this one; closed after the test. */
export async function api(fault: AnswerFault = () => {}): Promise<Api> {
	const requests: IncomingMessage[] = [];
	const server = createServer((request, response) => {
		requests.push(request);
		const answer = cleanAnswer(request);
		fault(answer, request);
		response.writeHead(answer.status, answer.headers as Record<string, string | string[]>);
		response.end(request.method === "HEAD" || answer.status === 204 ? undefined : (answer.body ?? "{}"));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => void server.close());
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url: `http://${host}/items`,
		host,
		requests,
		get seen() {
			return requests.map(({ method, url, headers }) => `${method} ${url} ${headers.origin ?? "-"}`);
		},
	};
}

function cleanAnswer({ method, url, headers: { origin } }: IncomingMessage): PlannedAnswer {
	const shared = { "access-control-allow-origin": PAGE, "access-control-allow-credentials": "true" };
	const sharing = origin === PAGE ? shared : {};
	if (method === "OPTIONS") {
		return {
			status: 204,
			headers: {
				...sharing,
				"access-control-allow-methods": "GET, PUT, PATCH",
				"access-control-allow-headers": "authorization, content-type, x-own",
				"access-control-max-age": "600",
				vary: "Origin",
			},
		};
	}
	const status = url?.startsWith("/items") ? 200 : 404;
	return { status, headers: { ...sharing, "content-type": "application/json", vary: "Origin" } };
}

/** A fault of the status. */
export function status(code: number): AnswerFault {
	return (answer) => {
		answer.status = code;
		if (code === 302) answer.headers["location"] = "/login";
	};
}

interface Report {
	readonly readable: boolean | null;
	readonly steps: readonly { readonly code: string; readonly passed: boolean }[];
	readonly findings: readonly {
		readonly code: string;
		readonly severity: string;
		readonly message: string;
	}[];
}

/** What the doctor reports of an API, for a page on PAGE. */
export async function examine({ url }: Pick<Api, "url">, ...argv: readonly string[]) {
	const { code, out, err } = await cordon(["doctor", url, "--origin", PAGE, "--json", ...argv]);
	const report: Report & Record<string, unknown> = JSON.parse(out);
	const failed = (report.steps ?? []).filter(({ passed }) => !passed).map((step) => step.code);
	return { code, err, report, failed, found: (report.findings ?? []).map((finding) => finding.code) };
}
