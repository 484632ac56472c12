/** Owns what would make a call allowed: changes of the document and of the page, each tried before it is said. */

import { checkRequestHeader } from "../cors/names.ts";
import { RUNTIME_METHODS } from "../cors/standard.ts";
import { type Finding, pointerTo } from "../findings/finding.ts";
import { applyPatches, valueAt } from "../findings/patch.ts";
import { compileTenant } from "../tenants/tenant.ts";
import type { Conclusion } from "./conclusion.ts";
import { type AskDirectories, type Tried, tryCall } from "./explanation.ts";
import { newWarnings, objection } from "./objection.ts";
import { type Alternatives, credentialsFixes, originFixes, page } from "./origin-fixes.ts";
import { meantOrigin, pageCall, type Question, readHeader } from "./question.ts";
import type { Explanation, Fix } from "./report.ts";

/** A document, and what is asked of it. */
export interface Situation {
	readonly document: unknown;
	readonly hostname: string;
	readonly question: Question;
	readonly askDirectories?: AskDirectories | undefined;
}

/** What makes a call allowed, or why nothing was found that does. */
export type Remedy = Pick<Explanation, "fixes" | "obstacles">;

type Obstacle = Remedy["obstacles"][number];

/** Times that what still fails is looked at: origin, credentials, lists, and the page's own faults come one after the other. */
const MAX_ROUNDS = 8;

/** Tries a call. @returns undefined where the document is not valid, or closed */
export async function trySituation(situation: Situation): Promise<Tried | undefined> {
	const { document, hostname, question, askDirectories } = situation;
	const result = compileTenant(document);
	const call = pageCall(hostname, question);
	if (!result.ok || result.closed || call === undefined) return undefined;
	return tryCall({ document: result.document, tenant: result.tenant, call, askDirectories });
}

/** Makes a change. @returns undefined where the patch has no target */
export function applyFix(situation: Situation, { patch, page = {} }: Fix): Situation | undefined {
	const document = applyPatches(situation.document, [patch]);
	if (document === undefined) return undefined;
	return { ...situation, document, question: { ...situation.question, ...page } };
}

/**
 * Checks a set of changes: each is one that validate accepts without a new warning, together they make the call allowed, and
 * without any one of them it is not.
 * @returns those that are needed, and what validate warns of then; undefined where they do not do it
 */
async function checkedFixes(situation: Situation, fixes: readonly Fix[]): Promise<Remedy | undefined> {
	if (!(await isAllowedAfter(situation, fixes))) return undefined;
	let needed = fixes;
	for (let before = needed.length + 1; needed.length < before; ) {
		before = needed.length;
		for (const fix of needed) {
			if (!needed.includes(fix)) continue;
			const others = applicable(
				situation,
				needed.filter((other) => other !== fix),
			);
			if (await isAllowedAfter(situation, others)) needed = others;
		}
	}
	const after = changedBy(situation, needed)?.document;
	const told = newWarnings(situation.document, after).map(({ code, message }) => ({
		code,
		message: `With that, validate warns: ${message}`,
	}));
	return { fixes: needed, obstacles: told };
}

/** Those that have a target: a change may stand in what another one would have made. */
function applicable(situation: Situation, fixes: readonly Fix[]): readonly Fix[] {
	let now = situation;
	return fixes.filter((fix) => {
		const after = applyFix(now, fix);
		if (after !== undefined) now = after;
		return after !== undefined;
	});
}

async function isAllowedAfter(situation: Situation, fixes: readonly Fix[]): Promise<boolean> {
	const changed = changedBy(situation, fixes);
	if (changed === undefined || objection(situation.document, changed.document) !== undefined) return false;
	return isAllowed(changed);
}

async function isAllowed(situation: Situation): Promise<boolean> {
	return (await trySituation(situation))?.explanation.allowed === true;
}

function obstacleOf({ code, message }: Finding): Obstacle {
	return { code, message };
}

function changedBy(situation: Situation, fixes: readonly Fix[]): Situation | undefined {
	return fixes.reduce<Situation | undefined>((now, fix) => now && applyFix(now, fix), situation);
}

/** Finds what makes the call allowed. */
export async function findRemedy(situation: Situation, first: Tried): Promise<Remedy> {
	const fixes: Fix[] = [];
	const obstacles: Obstacle[] = [];
	let now = situation;
	let tried: Tried | undefined = first;
	for (let round = 0; round < MAX_ROUNDS && tried?.explanation.allowed === false; round++) {
		const before = fixes.length;
		for (const alternatives of candidates(now, tried)) {
			const taken = takeFirst(now, alternatives, obstacles);
			if (taken === undefined) continue;
			fixes.push(taken.fix);
			now = taken.after;
		}
		if (fixes.length === before) break;
		tried = await trySituation(now);
	}
	const checked = tried?.explanation.allowed === true ? await checkedFixes(situation, fixes) : undefined;
	if (checked !== undefined) return checked;
	return { fixes: [], obstacles: [...obstacles, ...stepObstacles(tried)].slice(0, 10) };
}

function takeFirst(
	now: Situation,
	alternatives: Alternatives,
	obstacles: Obstacle[],
): { readonly fix: Fix; readonly after: Situation } | undefined {
	for (const fix of alternatives) {
		const after = applyFix(now, fix);
		const refusal = after === undefined ? undefined : objection(now.document, after.document);
		if (after !== undefined && refusal === undefined) return { fix, after };
		if (refusal !== undefined && !obstacles.some(({ message }) => message === refusal.message)) {
			obstacles.push(obstacleOf(refusal));
		}
	}
	return undefined;
}

/** Where nothing would let the call through: why browsers do not go on. */
function stepObstacles(tried: Tried | undefined): readonly Obstacle[] {
	const step = tried?.conclusion?.failedStep;
	const own = ["port", "mixed-content", "request-url", "request-method", "request-header", "scheme"];
	// Behind a redirect that made the origin null, the redirect is the cause of what fails.
	const redirect = tried?.conclusion?.steps.find(
		({ code, advice }) => code === "redirect" && advice !== undefined,
	);
	return [redirect, step].flatMap((one) =>
		one?.advice === undefined || !(own.includes(one.code) || one.code.startsWith("redirect"))
			? []
			: [{ code: one.code, message: one.advice }],
	);
}

/** What suggests itself for everything that fails at this point, each with its alternatives. */
function candidates(situation: Situation, { explanation, conclusion }: Tried): readonly Alternatives[] {
	const { question, document } = situation;
	const { policy, origin, otherReading } = explanation;
	const meant = meantOrigin(question.origin);
	if (
		meant !== undefined &&
		!explanation.allowed &&
		explanation.browser.length === 0 &&
		explanation.mode === "enforce"
	) {
		return [[page(`ask as browsers do, with the origin ${meant}`, { origin: meant })]];
	}
	if (origin.reason === "ambiguous-path") {
		const path = otherReading?.path;
		if (typeof path !== "string") return [];
		return [[page(`call it as ${path}`, { path })]];
	}
	const failed = (conclusion?.steps ?? []).filter(({ passed }) => !passed);
	const redirected = behindRedirect(situation, conclusion);
	if (redirected !== undefined) return redirected;
	const own = failed.flatMap(({ code }): readonly Alternatives[] => {
		if (code === "mixed-content") {
			const scheme = question.scheme === "ws" ? "wss" : "https";
			return [[page(`call the API over ${scheme}`, { scheme })]];
		}
		if (code === "request-url" && question.userInfo) {
			return [[page("take the name and password out of the URL", { userInfo: false })]];
		}
		return [];
	});
	if (own.length > 0) return own;
	if (origin.entry === null && origin.reason !== "own-origin")
		return [originFixes(document, policy, question.origin)];
	const codes = new Set<string>(failed.map(({ code }) => code));
	if (isRefusedByRuntime(explanation)) return methodCase(question);
	const needsCredentials = codes.has("allow-credentials") || codes.has("preflight-allow-credentials");
	const missing = failed.flatMap(({ code, missing: names = [] }) => names.map((name) => ({ code, name })));
	const methods = missing.filter(({ code }) => code === "preflight-allow-methods");
	const headers = missing.filter(({ code }) => code !== "preflight-allow-methods");
	return [
		...(needsCredentials ? [credentialsFixes(document, policy, question.origin)] : []),
		...methods.map(({ name }) => methodFixes(document, policy, name)),
		...headerFixes(
			document,
			policy,
			headers.map(({ name }) => name),
			question,
		),
	];
}

/**
 * What fails behind a redirect is another place's to allow: it is called there directly, which also says by which policy.
 * @returns undefined where it fails before
 */
function behindRedirect(
	{ hostname, question }: Situation,
	conclusion: Conclusion | undefined,
): readonly Alternatives[] | undefined {
	const called = pageCall(hostname, question)?.url;
	const failedAt = URL.parse(conclusion?.failedStep?.url ?? "");
	if (called === undefined || failedAt === null || failedAt.href === called.href) return undefined;
	if (failedAt.origin !== called.origin) return [];
	const path = failedAt.pathname + failedAt.search;
	return [[page(`let the page call ${path} directly, without the redirect`, { path, redirectTo: null })]];
}

/** A method that a "*" lets pass, and the runtime does not. */
function isRefusedByRuntime({ requests }: Explanation): boolean {
	return requests.some(({ kind, sent, status }) => kind === "actual" && sent && status === 501);
}

function methodCase({ method = "GET" }: Question): readonly Alternatives[] {
	const upper = method.toUpperCase();
	return upper !== method && RUNTIME_METHODS.has(upper) ? [[writeMethod(upper)]] : [];
}

function writeMethod(upper: string): Fix {
	return page(`write the method as ${upper} in the page: browsers compare methods byte for byte`, {
		method: upper,
	});
}

function methodFixes(document: unknown, policy: string, method: string): Alternatives {
	const upper = method.toUpperCase();
	if (upper !== method && RUNTIME_METHODS.has(upper)) return [writeMethod(upper)];
	return [listFix(document, pointerTo(policy, "methods"), method)];
}

/** What no list may have, the page stops sending: one change of it for all of them, since a change says what it sends from then on. */
function headerFixes(
	document: unknown,
	policy: string,
	missing: readonly string[],
	{ headers = [] }: Question,
): readonly Alternatives[] {
	const nameOf = (text: string) => readHeader(text)[0];
	const names = missing.map(
		(lower) => headers.map(nameOf).find((name) => name.toLowerCase() === lower) ?? lower,
	);
	const idle = names.filter((name) => checkRequestHeader(name) !== undefined);
	const lists = names
		.filter((name) => !idle.includes(name))
		.map((name) => [listFix(document, pointerTo(policy, "requestHeaders"), name)]);
	if (idle.length === 0) return lists;
	const dropped = new Set(idle.map((name) => name.toLowerCase()));
	const why =
		idle.length === 1 ? "it belongs to responses, and no request needs it" : "they belong to responses";
	const fix = page(`let the page stop sending ${idle.join(" and ")}: ${why}`, {
		headers: headers.filter((text) => !dropped.has(nameOf(text).toLowerCase())),
	});
	return [...lists, [fix]];
}

/** Adds a name to a list, which may have to be made first. */
function listFix(document: unknown, pointer: string, name: string): Fix {
	const says = `add ${JSON.stringify(name)} to ${pointer}`;
	return Array.isArray(valueAt(document, pointer))
		? { says, patch: [{ op: "add", path: `${pointer}/-`, value: name }] }
		: { says, patch: [{ op: "add", path: pointer, value: [name] }] };
}
