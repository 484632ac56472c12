/** Owns the cause of an answer that Cordon itself gave: each of its codes, with the command or the line that changes it. */

import { credentialsMode } from "../../browser/page-request.ts";
import { isLoopback } from "../../cors/origin-syntax.ts";
import { PROBLEM_CODES, type ProblemCode } from "../../gateway/problem.ts";
import { isPlain } from "../../tenants/path-readings.ts";
import type { Visit } from "../network/network.ts";
import { type AnsweredExchange, answeredTurns, type Seen } from "../seen.ts";
import { type TenantFix, tenantFix } from "../tenant-fix.ts";
import { CORS_STEPS, type FindCause } from "./cause.ts";

/** Says of a code what it means for this call. @param fix of a refused origin, what would let it in */
type Words = (host: string, visit: Visit, fix: TenantFix | undefined) => string;

/** The command that says more, ready for a shell; of the headers it has the names alone. */
const EXPLAIN = (host: string, visit: Visit) => {
	const { page } = visit;
	const mode = credentialsMode(page);
	const words = [
		...["npx", "cordon", "explain", `https://${host}${new URL(page.url).pathname}`, "--origin", page.origin],
		...(page.method === "GET" ? [] : ["--method", page.method]),
		...page.headers.flatMap(([name]) => ["--header", name]),
		...(mode === "include" ? [] : ["--credentials", mode]),
		placeOf(visit),
	];
	return words.map(shellWord).join(" ");
};

/** A word as it is where that is safe, and else in quotes; shell-quote would put a backslash into `https://`. */
function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Which KV the gateway that was asked reads: the one on this machine has `wrangler dev`'s. */
function placeOf({ page, reach }: Visit): "--local" | "--remote" {
	const { connectTo } = reach;
	const { host, hostname } = new URL(page.url);
	return isLoopback(connectTo?.host === host ? connectTo.address.host : hostname) ? "--local" : "--remote";
}

const PUSH = (visit: Visit) => `npx cordon push tenants ${placeOf(visit)}`;

const BY_NAME =
	"A tenant is found by the hostname that the client names: one that is asked by another name, of a local gateway, takes --connect-to.";

const WORDS: Readonly<Record<ProblemCode, Words>> = {
	"origin-not-allowed": (host, visit, fix) =>
		`Cordon refused the origin ${visit.page.origin}: the policy of ${host} that applies to this path does not allow it. ${allowWords(host, visit, fix)} ${EXPLAIN(host, visit)} names the policy that applies, and why.`,
	"client-certificate-required": (host, visit) =>
		`Cordon refused the call because the tenant file of ${host} says "clientCertificate": "require", and no valid TLS client certificate came with it. This command has none; a browser asks its user for one. To let calls without one through, write "clientCertificate": "forward" or "ignore", and run ${PUSH(visit)}.`,
	"unknown-tenant": (host, visit) =>
		`Cordon has no tenant for ${host}, so it answers nobody. Write a tenant file with "hosts": ["${host}"], and run ${PUSH(visit)}; npx cordon pull tenants ${placeOf(visit)} shows which hosts there are.${visit.reach.connectTo === undefined ? ` ${BY_NAME}` : ""}`,
	"tenant-unavailable": (host, visit) =>
		`Cordon cannot read the policy of ${host}: its document in KV is invalid, or KV does not answer. ${EXPLAIN(host, visit)} shows what is wrong with it; npx cordon validate tenants shows it of the files; ${PUSH(visit)} writes a valid one.`,
	"tenant-closed": (host, visit) =>
		`The tenant ${host} is closed: its document says { "closed": true }, so everything is refused. To open it, push its policy in place of that: ${PUSH(visit)}.`,
	"loop-detected": (host, visit) =>
		`The request came back to Cordon: the "upstream" in the tenant file of ${host} leads to Cordon again and not to the API. Point "upstream" at the API's own origin, and run ${PUSH(visit)}. Where two Cordons stand in a row on purpose, give one of them another CDN_LOOP_ID.`,
	"upstream-unreachable": (host) =>
		`Cordon let the call through, but the API behind ${host} cannot be reached. See that it is up, and that "upstream" in the tenant file names it; the log's line "upstream-failed" has the reason.`,
	"upstream-timeout": (host, visit) =>
		`Cordon let the call through, but the API behind ${host} did not begin to answer in time. See why it is slow, or raise "upstreamTimeoutSeconds" in the tenant file (300 at most), and run ${PUSH(visit)}.`,
	"internal-error": (host) =>
		`Cordon failed on this request to ${host}. Its log has a line "internal-error" with the reason; please report it.`,
};

function allowWords(host: string, visit: Visit, fix: TenantFix | undefined): string {
	const { page } = visit;
	if (fix === undefined) return "";
	if (!fix.accepted) return `No tenant file can allow this call as it is: ${fix.why}`;
	const pageChange = fix.page.length === 0 ? "" : `${fix.page.map(({ says }) => says).join(", ")}, and `;
	// An origin is refused as well where a path can be read as that of another route, and then no policy helps.
	const path = isPlain(new URL(page.url).pathname)
		? ""
		: " (Where the tenant has routes, this path may be refused for itself, because it can be read in more than one way: call the plain one.)";
	return `If it should, ${pageChange}let "cors" in the tenant file of ${host} begin with this policy: ${JSON.stringify(fix.policy)} ("cors" may be a list of policies, of which the first that allows the origin applies), and run ${PUSH(visit)}.${path}`;
}

/** What was seen, with the change of the tenant file that would let the call in where Cordon refused its origin. */
export async function withTenantFix(seen: Seen): Promise<Seen> {
	const last = answeredTurns(seen.conversation).at(-1);
	if (last === undefined || problemOf(last) !== "origin-not-allowed") return seen;
	return { ...seen, tenantFix: await tenantFix(seen.visit.page) };
}

/** Every code of ours is told by `type` and `code` together, so that nobody else's problem is taken for it. */
export function problemOf({ answer }: Pick<AnsweredExchange, "answer">): ProblemCode | undefined {
	let value: unknown;
	try {
		value = JSON.parse(answer.body);
	} catch {
		return undefined;
	}
	if (typeof value !== "object" || value === null || !("code" in value) || !("type" in value))
		return undefined;
	const code = PROBLEM_CODES.find((known) => known === value.code);
	return code !== undefined && String(value.type).endsWith(`/docs/errors.md#${code}`) ? code : undefined;
}

/** What a code means for this call, and what changes it. */
export function problemWords(
	code: ProblemCode,
	url: string,
	visit: Visit,
	fix: TenantFix | undefined,
): string {
	return `${WORDS[code](new URL(url).hostname, visit, fix)} (code: ${code})`;
}

/** The last of the browser's own requests that Cordon refused or could not serve. */
export const cordonProblem: FindCause = ({ visit, conversation, tenantFix: fix }) => {
	const last = answeredTurns(conversation).at(-1);
	const code = last && problemOf(last);
	if (last === undefined || code === undefined) return undefined;
	return {
		code: "cordon-problem",
		message: problemWords(code, last.url, visit, fix),
		steps: CORS_STEPS,
		requests: [last.number],
	};
};

/** Codes that a host has for everybody: that nobody else is let in there either is nothing good. */
const OF_WHOLE_HOST: ReadonlySet<ProblemCode | undefined> = new Set([
	...(["unknown-tenant", "tenant-unavailable", "tenant-closed"] as const),
]);

/** Whether an answer of Cordon says that it has no policy to go by, so that it tells nothing of one. */
export function isWithoutPolicy(answered: Pick<AnsweredExchange, "answer">): boolean {
	const code = problemOf(answered);
	return code === "unknown-tenant" || code === "tenant-unavailable";
}

/** Whether Cordon serves nobody at all on this host. */
export function isNobodyServed({ conversation }: Seen): boolean {
	const last = answeredTurns(conversation).at(-1);
	return last !== undefined && OF_WHOLE_HOST.has(problemOf(last));
}
