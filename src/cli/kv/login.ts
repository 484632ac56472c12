/** Owns who asks Cloudflare's API, and where that is: the real environment, else the login of the user's own wrangler. */

import { stripVTControlCharacters } from "node:util";
import { isObject } from "../../tenants/salvage.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import type { WranglerConfig } from "./config.ts";
import { findWrangler } from "./peers.ts";
import { secretVariable } from "./secret.ts";
import { spawnWrangler } from "./wrangler.ts";

const CLOUDFLARE_API = "https://api.cloudflare.com/client/v4";

/** A token, or a key with the address that it belongs to. */
export interface Login {
	readonly apiToken: string | null;
	readonly apiKey: string | null;
	readonly apiEmail: string | null;
	/** What messages call it. */
	readonly name: string;
}

/**
 * The API's address. Nothing but the real environment names it: the user's token goes there.
 * @throws CommandFault where it is not an address
 */
export function apiBaseUrl(): string {
	const url = process.env["CLOUDFLARE_API_BASE_URL"] || CLOUDFLARE_API;
	if (URL.canParse(url) && /^https?:/.test(url)) return url.replace(/\/+$/, "");
	throw new CommandFault(
		"invalid-api-address",
		`CLOUDFLARE_API_BASE_URL is ${JSON.stringify(url)}, which is not an http or https address. Unset it, or set such an address.`,
	);
}

/** Finds the login. @throws CommandFault where there is none */
export async function findLogin(config: WranglerConfig): Promise<Login> {
	const token = secretVariable("CLOUDFLARE_API_TOKEN");
	const [key, email] = [secretVariable("CLOUDFLARE_API_KEY"), secretVariable("CLOUDFLARE_EMAIL")];
	if (token) return tokenLogin(token, "the token in CLOUDFLARE_API_TOKEN");
	if (key && email) return keyLogin(key, email, "the key in CLOUDFLARE_API_KEY");
	const { code, output, errors } = await spawnWrangler([
		findWrangler(config.path),
		"auth",
		"token",
		"--json",
	]);
	const login = code === 0 ? parseLogin(output) : undefined;
	if (login !== undefined) return login;
	const said = stripVTControlCharacters(`${errors}\n${output}`)
		.split("\n")
		.map((line) => line.replace(/^[^\w[]*(\[ERROR\])?\s*/, "").trim())
		.find((line) => line !== "");
	throw new CommandFault(
		"not-logged-in",
		`Nobody is logged in to Cloudflare here: CLOUDFLARE_API_TOKEN is not set, and wrangler has no login${said === undefined ? "" : ` ("${safePart(said)}")`}.\nSet CLOUDFLARE_API_TOKEN, as a CI does, or run "npx wrangler login".`,
	);
}

function tokenLogin(apiToken: string, name: string): Login {
	return { apiToken, apiKey: null, apiEmail: null, name };
}

function keyLogin(apiKey: string, apiEmail: string, name: string): Login {
	return { apiToken: null, apiKey, apiEmail, name };
}

/** `{"type": "oauth" | "api_token", "token"}` or `{"type": "api_key", "key", "email"}`, after notices if any. */
function parseLogin(output: string): Login | undefined {
	try {
		const said: unknown = JSON.parse(output.slice(output.indexOf("{")));
		if (!isObject(said)) return undefined;
		const { token, key, email } = said;
		if (typeof token === "string") return tokenLogin(token, "wrangler's login");
		if (typeof key === "string" && typeof email === "string") return keyLogin(key, email, "wrangler's login");
	} catch {
		// What is not JSON is not a login.
	}
	return undefined;
}
