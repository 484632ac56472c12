/** Owns the words for what Cloudflare's API refuses: which token, account or namespace, and what to do. */

import { reasonOf } from "../../findings/reason.ts";
import { isObject } from "../../tenants/salvage.ts";
import { Fault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { ForeignAnswer, MAX_RETRIES, MAX_RETRY_AFTER_SECONDS } from "./api-fetch.ts";

/** Whom a call was about. */
export interface Asked {
	/** What the token is called. */
	readonly login: string;
	readonly host: string;
	readonly account?: string | undefined;
	readonly namespace?: string | undefined;
	readonly worker?: string | undefined;
	readonly config: string;
	readonly isWrite?: boolean;
}

/** Codes of the API for a token that is malformed, unknown or expired. */
const BAD_TOKEN_CODES: readonly unknown[] = [1000, 1001, 6003, 6111, 9109];

/** What the SDK threw, as a fault of two or three lines. */
export function apiFault(error: unknown, asked: Asked): Fault {
	if (error instanceof Fault) return error;
	const { login, host } = asked;
	const fault = (...lines: readonly string[]) => new Fault("kv-unavailable", lines.join("\n"));
	const status =
		isObject(error) || error instanceof Error ? (error as { status?: unknown }).status : undefined;
	const refusals = refusalsOf(error);
	const said = saidOf(refusals);
	const cause = error instanceof Error ? error.cause : undefined;
	if (cause instanceof ForeignAnswer) {
		const what = cause.isHtml ? "a page of HTML" : "something that is not JSON";
		return fault(
			`${host} answered with ${what} (status ${cause.status}), ${MAX_RETRIES + 1} times: that is not Cloudflare's API, but a proxy or a login page in between.`,
			"Log in to that network, or set HTTPS_PROXY or CLOUDFLARE_API_BASE_URL right, and try again.",
		);
	}
	if (typeof status !== "number") {
		return fault(
			`${host} could not be reached, though it was tried ${MAX_RETRIES + 1} times: ${safePart(networkReason(error))}.`,
			"Check the network and, if one is needed, HTTPS_PROXY; then try again.",
		);
	}
	if (status === 401 || (status === 400 && refusals.some(({ code }) => BAD_TOKEN_CODES.includes(code)))) {
		return fault(
			`Cloudflare does not accept ${login}${said}.`,
			login.includes("CLOUDFLARE")
				? "It may have expired, or be cut short: make a new one with the permission Workers KV Storage: Edit, at https://dash.cloudflare.com/profile/api-tokens."
				: 'Log in again with "npx wrangler login", or set CLOUDFLARE_API_TOKEN.',
		);
	}
	if (status === 403) return fault(...forbidden(asked, said));
	if (status === 404) return fault(...notFound(asked, said));
	if (status === 429) {
		return fault(
			`Cloudflare's API limits the rate of ${login}${waitOf(error)}${said}.`,
			"Its limit is 1,200 requests in five minutes for all that one user does. Wait, and try again.",
		);
	}
	if (status >= 500) {
		return fault(
			`Cloudflare's API answered ${status}${said}, ${MAX_RETRIES + 1} times.`,
			"See https://www.cloudflarestatus.com, and try again later.",
		);
	}
	return fault(
		`Cloudflare's API refused this with ${status}${said}.`,
		"Correct what it names, and try again.",
	);
}

function forbidden({ login, account, isWrite }: Asked, said: string): readonly string[] {
	const where = account === undefined ? "any account" : `the account ${account}`;
	return isWrite
		? [
				`With ${login} the KV of ${where} may be read, but not written${said}.`,
				"Give the token the permission Workers KV Storage: Edit, or use one that has it.",
			]
		: [
				`With ${login} the KV of ${where} may not be read${said}.`,
				"Give the token the permission Workers KV Storage: Read (Edit, to push), or set CLOUDFLARE_ACCOUNT_ID to an account that it is for.",
			];
}

function notFound({ account, namespace, worker, config }: Asked, said: string): readonly string[] {
	if (namespace !== undefined) {
		return [
			`The account ${account} has no KV namespace ${safePart(namespace)}, which ${safePart(config)} binds as TENANTS${said}.`,
			"Correct the id there, or set CLOUDFLARE_ACCOUNT_ID to the account that has it.",
		];
	}
	if (worker !== undefined) {
		return [
			`${safePart(config)} names no id for TENANTS, and the account ${account} has no Worker ${safePart(worker)} to ask for it${said}.`,
			'Deploy once ("npx wrangler deploy"), or write the namespace\'s id into the configuration.',
		];
	}
	return [
		`Cloudflare's API knows nothing of what was asked${said}.`,
		"Check CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_BASE_URL.",
	];
}

interface Refusal {
	readonly code: unknown;
	readonly message: unknown;
}

function refusalsOf(error: unknown): readonly Refusal[] {
	const errors = (error as { errors?: unknown } | undefined)?.errors;
	return Array.isArray(errors) ? errors.filter(isObject).map(({ code, message }) => ({ code, message })) : [];
}

/** Longest text of the API's that is shown, in characters. */
const MAX_SAID_CHARACTERS = 200;

function saidOf(refusals: readonly Refusal[]): string {
	const [first] = refusals;
	if (first === undefined) return "";
	return ` (${safePart(String(first.message)).slice(0, MAX_SAID_CHARACTERS)}, code ${safePart(String(first.code))})`;
}

function waitOf(error: unknown): string {
	const headers = (error as { headers?: unknown }).headers;
	const seconds = headers instanceof Headers ? Number(headers.get("retry-after") ?? 0) : 0;
	return seconds > MAX_RETRY_AFTER_SECONDS
		? `, and asks to wait ${seconds} seconds`
		: `, and did so ${MAX_RETRIES + 1} times`;
}

/** The innermost reason: fetch itself says no more than that it failed. */
function networkReason(error: unknown): string {
	const cause = error instanceof Error ? error.cause : undefined;
	if (cause instanceof Error) return networkReason(cause);
	const code = (error as NodeJS.ErrnoException | undefined)?.code;
	const reason = reasonOf(error).replace(/\.$/, "");
	return code !== undefined && !reason.includes(code) ? `${reason} (${code})` : reason;
}
