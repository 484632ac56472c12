/** Owns the words for what Cloudflare's API refuses: which token, account or namespace, and what to do. */

import { reasonOf } from "../../findings/reason.ts";
import { isObject } from "../../tenants/salvage.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { DAY_USED_UP, ForeignAnswer, MAX_RETRIES, MAX_RETRY_AFTER_SECONDS, UNANSWERED } from "./api-fetch.ts";

/** Whom a call was about. */
export interface Addressee {
	/** What the token is called. */
	readonly login: string;
	readonly host: string;
	readonly account?: string | undefined;
	readonly namespace?: string | undefined;
	readonly worker?: string | undefined;
	readonly config: string;
	readonly isWrite?: boolean;
}

/** Codes of the API for a token that is malformed, unknown or expired, with any status. */
const BAD_TOKEN_CODES: readonly unknown[] = [1000, 1001, 6003, 6111, 9103, 9106, 10_001];
/** "Invalid access token", or "Unauthorized to access requested resource". */
const ACCESS_TOKEN = 9109;
/** "Authentication error": mostly, the token is not for this account, or has not the permission. */
const AUTHENTICATION = 10_000;
/** "Could not route to …, perhaps your object identifier is invalid?" */
const NO_ROUTE_CODES: readonly unknown[] = [7000, 7003];
/** The namespace is not there. */
const NO_NAMESPACE_CODES: readonly unknown[] = [10_010, 10_011, 10_012, 10_013, 10_014];
/** There is nothing under this key. */
export const KEY_NOT_FOUND = 10_009;

/** Whether a refusal of the API's has this code. */
export function hasCode(error: unknown, code: number): boolean {
	return refusalsOf(error).some((refusal) => refusal.code === code);
}

/** What the SDK threw, as a fault of two or three lines. */
export function apiFault(error: unknown, asked: Addressee): CommandFault {
	if (error instanceof CommandFault) return error;
	const { login, host } = asked;
	const fault = (...lines: readonly string[]) => new CommandFault("kv-unavailable", lines.join("\n"));
	const status =
		isObject(error) || error instanceof Error ? (error as { status?: unknown }).status : undefined;
	const refusals = refusalsOf(error);
	const said = saidOf(refusals);
	const cause = error instanceof Error ? error.cause : undefined;
	if (cause instanceof ForeignAnswer) {
		const what = cause.isHtml ? "a page of HTML" : "something that is not Cloudflare's JSON";
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
	if (status === UNANSWERED) {
		return fault(
			`${host} did not answer in time, and did not the second time either.`,
			"Check the network and, if one is needed, HTTPS_PROXY; see https://www.cloudflarestatus.com, and try again later.",
		);
	}
	if (hasCode(error, DAY_USED_UP)) {
		return fault(
			`The free plan's KV operations of this day are used up${said}.`,
			"They are counted anew at midnight UTC: go on then, or change the plan.",
		);
	}
	switch (refusalKind(status, refusals, asked)) {
		case "token":
			return fault(
				`Cloudflare does not accept ${login}${said}.`,
				login.includes("CLOUDFLARE")
					? "It may have expired, or be cut short: make a new one with the permission Workers KV Storage: Edit, at https://dash.cloudflare.com/profile/api-tokens."
					: 'Log in again with "npx wrangler login", or set CLOUDFLARE_API_TOKEN.',
			);
		case "rights":
			return fault(...forbidden(asked, said));
		case "absent":
			return fault(...notFound(asked, said));
		case "no-route":
			return fault(...noRoute(asked, said));
		case "other":
	}
	if (status === 429) {
		return fault(
			`Cloudflare's API limits the rate of ${login}${waitOf(error)}${said}.`,
			"Its limit is 1,200 requests in five minutes for all that one user does. Wait, and try again.",
		);
	}
	if (status >= 500) {
		return fault(
			`Cloudflare's API answered ${status}${said}, ${triesOf(error)}.`,
			"See https://www.cloudflarestatus.com, and try again later.",
		);
	}
	return fault(
		`Cloudflare's API refused this${said === "" ? ` with ${status}` : said}.`,
		"Correct what it names, and try again.",
	);
}

type RefusalKind = "token" | "rights" | "absent" | "no-route" | "other";

/** By the code first: the API gives several statuses to one of them, 200 too. */
function refusalKind(status: number, refusals: readonly Refusal[], { namespace }: Addressee): RefusalKind {
	const has = (codes: readonly unknown[]) => refusals.some(({ code }) => codes.includes(code));
	if (status === 429 || status >= 500) return "other";
	if (status === 401 || has(BAD_TOKEN_CODES)) return "token";
	const about = refusals.find(({ code }) => code === ACCESS_TOKEN);
	if (about !== undefined) return /invalid|expired/i.test(String(about.message)) ? "token" : "rights";
	if (has([AUTHENTICATION])) return "rights";
	if (has(NO_ROUTE_CODES)) return "no-route";
	if (namespace !== undefined && has(NO_NAMESPACE_CODES)) return "absent";
	if (status === 403) return "rights";
	return status === 404 ? "absent" : "other";
}

function noRoute({ account, namespace, config }: Addressee, said: string): readonly string[] {
	const ids = [
		...(account === undefined ? [] : [`the account ${safePart(account)}`]),
		...(namespace === undefined ? [] : [`the namespace ${safePart(namespace)}`]),
	];
	return [
		`Cloudflare's API finds no way to ${ids.length === 0 ? "what was asked" : ids.join(" and ")}${said}.`,
		`One of these is not an id, which has 32 characters: look at CLOUDFLARE_ACCOUNT_ID, and at account_id and the id of TENANTS in ${safePart(config)}.`,
	];
}

function forbidden({ login, account, isWrite }: Addressee, said: string): readonly string[] {
	const where = account === undefined ? "any account" : `the account ${safePart(account)}`;
	return isWrite
		? [
				`With ${login} the KV of ${where} may be read, but not written${said}.`,
				"Give the token the permission Workers KV Storage: Edit, or use one that has it.",
			]
		: [
				`With ${login} the KV of ${where} may not be read${said}.`,
				"Give the token the permission Workers KV Storage: Read (Edit, to push), set CLOUDFLARE_ACCOUNT_ID to an account that it is for, or make a new one if it has expired.",
			];
}

function notFound({ account, namespace, worker, config }: Addressee, said: string): readonly string[] {
	if (namespace !== undefined) {
		return [
			`The account ${safePart(account ?? "")} has no KV namespace ${safePart(namespace)}, which ${safePart(config)} binds as TENANTS${said}.`,
			"Correct the id there, or set CLOUDFLARE_ACCOUNT_ID to the account that has it.",
		];
	}
	if (worker !== undefined) {
		return [
			`${safePart(config)} names no id for TENANTS, and the account ${safePart(account ?? "")} has no Worker ${safePart(worker)} to ask for it${said}.`,
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
		? `, and asks to wait ${Math.ceil(seconds)} seconds`
		: `, and did so ${MAX_RETRIES + 1} times`;
}

/** Of what asks for too long a wait there is no second try. */
function triesOf(error: unknown): string {
	return waitOf(error).startsWith(", and asks") ? waitOf(error).slice(2) : `${MAX_RETRIES + 1} times`;
}

/** The innermost reason: fetch itself says no more than that it failed. */
function networkReason(error: unknown): string {
	const cause = error instanceof Error ? error.cause : undefined;
	if (cause instanceof Error) return networkReason(cause);
	const code = (error as NodeJS.ErrnoException | undefined)?.code;
	const reason = reasonOf(error).replace(/\.$/, "");
	return code !== undefined && !reason.includes(code) ? `${reason} (${code})` : reason;
}
