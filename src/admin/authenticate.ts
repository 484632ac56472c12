/** Owns who is let in: bearer tokens and Cloudflare Access, and nobody where neither is configured as it should be. */

import { type CloudflareAccessPayload, cloudflareAccess } from "@hono/cloudflare-access";
import type { Context, MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { AdminBindings, AdminEnv } from "./bindings.ts";
import { type Caller, scopeOf } from "./caller.ts";
import { adminProblem, refusal } from "./problem.ts";
import { type FindToken, readTokens } from "./tokens.ts";

/** Access passes its JWT on in this header; that its package would read a cookie too is not wanted here. */
const ASSERTION = "cf-access-jwt-assertion";

const TEAM = /^[a-zA-Z0-9-]+$/;

/** The secrets, read; or what is wrong with them, for the log. */
type Doors =
	| {
			readonly ok: true;
			readonly findToken: FindToken | undefined;
			readonly access: MiddlewareHandler | undefined;
	  }
	| { readonly ok: false; readonly reason: string };

type Secrets = Pick<AdminBindings, "ADMIN_TOKENS" | "ACCESS_TEAM" | "ACCESS_AUD">;

/** Read once: Access keeps its keys with it. */
let known: { readonly secrets: Secrets; readonly doors: Doors } | undefined;

function doorsOf({ ADMIN_TOKENS, ACCESS_TEAM, ACCESS_AUD }: Secrets): Doors {
	const isSame =
		known?.secrets.ADMIN_TOKENS === ADMIN_TOKENS &&
		known?.secrets.ACCESS_TEAM === ACCESS_TEAM &&
		known?.secrets.ACCESS_AUD === ACCESS_AUD;
	if (known !== undefined && isSame) return known.doors;
	const secrets = { ADMIN_TOKENS, ACCESS_TEAM, ACCESS_AUD } as Secrets;
	known = { secrets, doors: readDoors(secrets) };
	return known.doors;
}

/** What is set must be sound, all of it: half of a configuration is a mistake, and nobody knows which half was meant. */
function readDoors({ ADMIN_TOKENS, ACCESS_TEAM, ACCESS_AUD }: Secrets): Doors {
	if (ADMIN_TOKENS === undefined && ACCESS_TEAM === undefined && ACCESS_AUD === undefined) {
		return { ok: false, reason: "Neither ADMIN_TOKENS nor ACCESS_TEAM and ACCESS_AUD are set." };
	}
	const findToken = ADMIN_TOKENS === undefined ? undefined : readTokens(String(ADMIN_TOKENS));
	if (ADMIN_TOKENS !== undefined && findToken === undefined) {
		return { ok: false, reason: "ADMIN_TOKENS is not a list of tokens as docs/control-plane.md has it." };
	}
	if (ACCESS_TEAM === undefined && ACCESS_AUD === undefined)
		return { ok: true, findToken, access: undefined };
	if (!TEAM.test(ACCESS_TEAM ?? "") || !ACCESS_AUD) {
		return {
			ok: false,
			reason: "ACCESS_TEAM is not a team's name, or one of ACCESS_TEAM and ACCESS_AUD is not set.",
		};
	}
	return { ok: true, findToken, access: cloudflareAccess(ACCESS_TEAM ?? "", ACCESS_AUD) };
}

/** Refuses everything, the console too, until somebody is configured. */
export const demandConfiguration = createMiddleware<AdminEnv>(async (c, next) => {
	const doors = doorsOf(c.env);
	const missing = (["REGISTRY", "TENANTS"] as const).find((name) => c.env[name] === undefined);
	if (doors.ok && missing === undefined) return next();
	const reason = doors.ok ? `This Worker has no binding ${missing}.` : doors.reason;
	console.log(JSON.stringify({ event: "misconfigured", reason }));
	return adminProblem("not-configured");
});

/** Finds out who asks. */
export const authenticate = createMiddleware<AdminEnv>(async (c, next) => {
	const doors = doorsOf(c.env);
	if (!doors.ok) return adminProblem("not-configured");
	const { findToken, access } = doors;
	// Whoever shows a token is judged by it: a wrong one is not made good by a sign-on.
	if (
		access !== undefined &&
		c.req.header("authorization") === undefined &&
		c.req.header(ASSERTION) !== undefined
	) {
		c.set("caller", await signedOn(c, access));
		return next();
	}
	return byToken(findToken)(c, next);
});

function byToken(findToken: FindToken | undefined): MiddlewareHandler<AdminEnv> {
	const refuse = { message: () => adminProblem("unauthenticated") as never };
	return bearerAuth({
		realm: "cordon",
		noAuthenticationHeader: refuse,
		invalidAuthenticationHeader: refuse,
		invalidToken: refuse,
		async verifyToken(token, c: Context<AdminEnv>) {
			const caller = await findToken?.(token);
			if (caller !== undefined) c.set("caller", caller);
			return caller !== undefined;
		},
	});
}

/** Who has signed on at Access. Which of the team may is for Access to say: whom it lets in may everything. */
async function signedOn(c: Context<AdminEnv>, access: MiddlewareHandler): Promise<Caller> {
	let isVerified = false;
	try {
		await access(c, async () => {
			isVerified = true;
		});
	} catch (error) {
		// Its keys could not be had. Anything else is a token that made no sense.
		if (error instanceof HTTPException) throw new Error(error.message);
	}
	const payload = c.get("accessPayload" as never) as CloudflareAccessPayload | undefined;
	const name = isVerified ? identityOf(payload) : undefined;
	if (name === undefined) throw refusal("unauthenticated");
	demandOwnPage(c);
	return { name, via: "access", scope: scopeOf(["*"]), directories: "all", mayWrite: true };
}

/** A person's address; of a service token its common name. */
function identityOf(payload: object | undefined): string | undefined {
	const claims = (payload ?? {}) as Readonly<Record<string, unknown>>;
	return [claims["email"], claims["common_name"], claims["sub"]].find(
		(claim): claim is string => typeof claim === "string" && claim !== "" && claim.length <= 320,
	);
}

/** A browser adds a sign-on to what other sites send, too; a token it never adds. */
function demandOwnPage(c: Context<AdminEnv>): void {
	if (["GET", "HEAD"].includes(c.req.method)) return;
	const site = c.req.header("sec-fetch-site");
	const origin = c.req.header("origin");
	const isOwn =
		site === undefined
			? origin === undefined || origin === new URL(c.req.url).origin
			: ["same-origin", "none"].includes(site);
	if (!isOwn) throw refusal("forbidden", { detail: "This was sent by a page of another site." });
}
