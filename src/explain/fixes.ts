/** Owns what would make a call allowed: changes of the document and of the page, each tried before it is said. */

import { checkRequestHeader } from "../cors/names.ts";
import { RUNTIME_METHODS } from "../cors/standard.ts";
import { type Fault, type Finding, pointerTo } from "../findings/finding.ts";
import { applyPatches, type PatchOperation, valueAt } from "../findings/patch.ts";
import { compileTenant } from "../tenants/tenant.ts";
import { findWarnings } from "../tenants/warnings.ts";
import { say } from "../tenants/words.ts";
import type { AskDirectories, Explanation, Fix, Tried } from "./explanation.ts";
import { tryCall } from "./explanation.ts";
import { meantOrigin, pageCall, type Question, readHeader } from "./question.ts";

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

/** The first of these that is accepted is taken. */
type Alternatives = readonly Fix[];

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
 * @returns those that are needed; undefined where they do not do it
 */
export async function checkedFixes(
	situation: Situation,
	fixes: readonly Fix[],
): Promise<readonly Fix[] | undefined> {
	if (!(await isAllowedAfter(situation, fixes))) return undefined;
	let needed = fixes;
	for (const fix of fixes) {
		const others = needed.filter((other) => other !== fix);
		if (await isAllowedAfter(situation, others)) needed = others;
	}
	return needed;
}

async function isAllowedAfter(situation: Situation, fixes: readonly Fix[]): Promise<boolean> {
	let changed: Situation | undefined = situation;
	for (const fix of fixes) changed = changed && applyFix(changed, fix);
	if (changed === undefined || objection(situation.document, changed.document) !== undefined) return false;
	return (await trySituation(changed))?.explanation.allowed === true;
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
	if (checked !== undefined) return { fixes: checked, obstacles: [] };
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
			obstacles.push({ code: refusal.code, message: refusal.message });
		}
	}
	return undefined;
}

/** What validate has against a changed document: an error, or a warning that was not there before. */
export function objection(before: unknown, after: unknown): Finding | undefined {
	if (before === after) return undefined;
	const result = compileTenant(after);
	if (!result.ok) return result.errors[0];
	const old = compileTenant(before);
	const keyOf = ({ code, pointer }: Fault) => `${code} ${pointer}`;
	const known = new Set((old.ok ? findWarnings(old.document) : []).map(keyOf));
	const fresh = findWarnings(result.document).find((fault) => !known.has(keyOf(fault)));
	return fresh && { code: fresh.code, pointer: fresh.pointer, message: say(fresh, after).message };
}

/** Where nothing would let the call through: why browsers do not go on. */
function stepObstacles(tried: Tried | undefined): readonly Obstacle[] {
	const step = tried?.conclusion?.failedStep;
	const own = ["port", "mixed-content", "request-url", "request-method", "request-header", "scheme"];
	return step?.advice === undefined || !own.includes(step.code)
		? []
		: [{ code: step.code, message: step.advice }];
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
	return [
		...(needsCredentials ? [credentialsFixes(document, policy)] : []),
		...missing.map(({ code, name }) =>
			code === "preflight-allow-methods"
				? methodFixes(document, policy, name)
				: headerFixes(document, policy, name, question),
		),
	];
}

function page(says: string, change: Partial<Question>): Fix {
	return { says, patch: [], page: change };
}

function originFixes(document: unknown, policy: string, origin: string): Alternatives {
	const pointer = pointerTo(policy, "origins");
	const add = (value: string): readonly PatchOperation[] => [{ op: "add", path: `${pointer}/-`, value }];
	const says = (value: string) => `add ${JSON.stringify(value)} to ${pointer}`;
	if (!Array.isArray(valueAt(document, pointer))) return [];
	const secure = origin.startsWith("http://") ? `https://${origin.slice("http://".length)}` : undefined;
	return [
		{ says: says(origin), patch: add(origin) },
		...(secure === undefined
			? []
			: [
					{
						says: `serve the page over https, and ${says(secure)}`,
						patch: add(secure),
						page: { origin: secure },
					},
				]),
	];
}

function credentialsFixes(document: unknown, policy: string): Alternatives {
	const path = pointerTo(policy, "credentials");
	const op = valueAt(document, path) === undefined ? "add" : "replace";
	return [
		{ says: `set "credentials": true in ${policy}`, patch: [{ op, path, value: true }] },
		page("let the page call without credentials", { credentials: "omit" }),
	];
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

function headerFixes(document: unknown, policy: string, lower: string, question: Question): Alternatives {
	const { headers = [] } = question;
	const nameOf = (text: string) => readHeader(text)[0];
	const name = headers.map(nameOf).find((other) => other.toLowerCase() === lower) ?? lower;
	if (checkRequestHeader(name) !== undefined) {
		const others = headers.filter((text) => nameOf(text).toLowerCase() !== lower);
		return [
			page(`let the page stop sending ${name}: it belongs to responses, and no request needs it`, {
				headers: others,
			}),
		];
	}
	return [listFix(document, pointerTo(policy, "requestHeaders"), name)];
}

/** Adds a name to a list, which may have to be made first. */
function listFix(document: unknown, pointer: string, name: string): Fix {
	const says = `add ${JSON.stringify(name)} to ${pointer}`;
	return Array.isArray(valueAt(document, pointer))
		? { says, patch: [{ op: "add", path: `${pointer}/-`, value: name }] }
		: { says, patch: [{ op: "add", path: pointer, value: [name] }] };
}
