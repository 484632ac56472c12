/** Owns the way to Cloudflare's API: the SDK's client, and which account and namespace are meant where nobody names them. */

import { BaseAccounts } from "cloudflare/resources/accounts/accounts";
import { BaseKeys } from "cloudflare/resources/kv/namespaces/keys";
import { createClient } from "cloudflare/tree-shakable";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted } from "../shell/terminal.ts";
import { type Addressee, apiFault } from "./api-faults.ts";
import { MAX_RETRIES } from "./api-fetch.ts";
import { BINDING, type WranglerConfig } from "./config.ts";
import type { Login } from "./login.ts";

/** How long an answer may take; large writes have more time than this. */
export const TIMEOUT_MILLISECONDS = 30_000;
/** Of more accounts only the first are named. */
const MAX_NAMED_ACCOUNTS = 20;

/** The SDK, of which only what is used here is loaded. */
export type CloudflareClient = ReturnType<typeof createCloudflareClient>;

/** Makes the client. @param fetch gives whole answers alone */
export function createCloudflareClient(
	baseURL: string,
	{ apiToken, apiKey, apiEmail }: Login,
	fetch: typeof globalThis.fetch,
) {
	return createClient({
		resources: [BaseKeys, BaseAccounts],
		...{ apiToken, apiKey, apiEmail, userServiceKey: null },
		baseURL,
		fetch,
		maxRetries: MAX_RETRIES,
		timeout: TIMEOUT_MILLISECONDS,
		logLevel: "off",
	});
}

/** A path of the API; ids and keys are taken as they are, slashes too. */
export function pathTo(parts: readonly string[]): string {
	return `/${parts.map(encodeURIComponent).join("/")}`;
}

/** The one account of the login. @throws CommandFault where there are several: a guess could be another company's production */
export async function onlyAccount(client: CloudflareClient, asked: Addressee): Promise<string> {
	const page = await client.accounts.list().catch((error: unknown) => {
		throw apiFault(error, asked);
	});
	const [only, ...others] = page.getPaginatedItems();
	if (only === undefined) {
		throw new CommandFault(
			"unknown-account",
			`Cloudflare shows no account for ${asked.login}, so nobody knows whose KV is meant.\nSet CLOUDFLARE_ACCOUNT_ID, or account_id in ${safePart(asked.config)}.`,
		);
	}
	if (others.length === 0) return only.id;
	// What is listed is a page.
	const total = (page.result_info as { readonly total_count?: unknown } | undefined)?.total_count;
	const count = Math.max(others.length + 1, typeof total === "number" ? total : 0);
	const names = [only, ...others].map(({ name, id }) => `  ${safePart(id)}  ${safePart(name)}`);
	const named = names.slice(0, MAX_NAMED_ACCOUNTS);
	throw new CommandFault(
		"several-accounts",
		`${asked.login.charAt(0).toUpperCase()}${asked.login.slice(1)} is for ${counted(count, "account")}, and none of them is named:\n${named.join("\n")}${count > named.length ? `\n  and ${counted(count - named.length, "other")}` : ""}\nSet CLOUDFLARE_ACCOUNT_ID to one of them, or account_id in ${safePart(asked.config)}.`,
	);
}

/**
 * The namespace that the first deployment made, as the deployed Worker's settings say.
 * @throws CommandFault where nothing says it
 */
export async function deployedNamespace(
	client: CloudflareClient,
	account: string,
	{ worker, path }: WranglerConfig,
	asked: Addressee,
): Promise<string> {
	const unknown = (why: string) =>
		new CommandFault(
			"unknown-namespace",
			`${safePart(path)} names no id for the namespace ${BINDING}, and ${why}.\nDeploy once ("npx wrangler deploy"), or write the namespace's id into it.`,
		);
	if (worker === undefined) throw unknown("no name of a Worker that could be asked for it");
	const settings = await client
		.get<{
			readonly result?: {
				readonly bindings?: readonly {
					readonly type?: string;
					readonly name?: string;
					readonly namespace_id?: string;
				}[];
			};
		}>(pathTo(["accounts", account, "workers", "scripts", worker, "settings"]))
		.catch((error: unknown) => {
			throw apiFault(error, { ...asked, worker });
		});
	const binding = settings.result?.bindings?.find(
		({ type, name }) => type === "kv_namespace" && name === BINDING,
	);
	if (binding?.namespace_id === undefined) {
		throw unknown(`the Worker ${safePart(worker)} of the account ${safePart(account)} has no such binding`);
	}
	return binding.namespace_id;
}
