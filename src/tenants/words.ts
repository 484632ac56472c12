/** Owns what is said of a document's faults: the words for each code, and what was meant. The gateway has no part in it. */

import { isNameCode, mendNames, NAME_CHECKS, nameMessage } from "../cors/name-words.ts";
import { mendOrigin } from "../cors/origin-mend.ts";
import { isOriginCode, originMessage } from "../cors/origin-words.ts";
import type { PatternSafety } from "../cors/pattern-safety.ts";
import { MAX_FINDINGS } from "../findings/collector.ts";
import { type Fault, quote } from "../findings/finding.ts";
import type { Meant, Said } from "../findings/meant.ts";
import { tokensOf, valueAt } from "../findings/patch.ts";
import { cookieDomainMessage, meantCookieDomain } from "./cookie-domain-words.ts";
import { meantPath, pathMessage } from "./path-words.ts";
import type { PathFault } from "./routes.ts";
import { isObject } from "./salvage.ts";
import type { BrokenRule, Shape } from "./structure.ts";
import {
	type Around,
	closedWords,
	documentWords,
	keyWords,
	missingWords,
	notAloneWords,
	ruleWords,
	typeWords,
} from "./structure-words.ts";
import { isWholeUpstream, meantUpstream, serviceMessage, upstreamMessage } from "./upstream-words.ts";

/**
 * What is said of a fault.
 * @param root the document, or the tenant file, that has it
 */
export function say(fault: Fault, root: unknown): Said {
	const { code, pointer, message, suggestion, meant } = fault;
	const value = valueAt(root, pointer);
	const around: Around = { root, pointer, value, safety: safetyAt(root, pointer) };
	if (message !== undefined) return { message, meant: meant ?? meantBeside(code, suggestion) };
	const said = sayOfText(fault, around) ?? sayOfStructure(fault, around);
	return said ?? { message: `${code}.` };
}

/** Of an origin, a name, a path or an upstream. */
function sayOfText({ code, pointer, facts }: Fault, { value, safety }: Around): Said | undefined {
	const text = typeof value === "string" ? value : "";
	if (isOriginCode(code))
		return { message: originMessage(code, text, safety), meant: meantOrigins(text, safety) };
	if (isNameCode(code)) {
		const key = tokensOf(pointer).at(-2) ?? "";
		return { message: nameMessage(code, text, key), meant: meantNames(text, key) };
	}
	if (code === "invalid-path") {
		const meant = meantPath(text);
		return {
			message: pathMessage(facts as PathFault, text),
			meant: meant && { kind: "value", value: meant.path, isPlain: meant.isSame },
		};
	}
	const ofCookie = cookieDomainMessage(code, text);
	if (ofCookie !== undefined) {
		const domain = meantCookieDomain(text);
		return {
			message: ofCookie,
			meant: domain === undefined ? undefined : { kind: "value", value: domain, isPlain: true },
		};
	}
	if (code === "invalid-service") return { message: serviceMessage(text) };
	const message = upstreamMessage(code, text, facts);
	if (message === undefined) return undefined;
	const meant = meantUpstream(text);
	return {
		message,
		meant: meant === undefined ? undefined : { kind: "value", value: meant, isPlain: isWholeUpstream(text) },
	};
}

function sayOfStructure({ code, pointer, facts }: Fault, around: Around): Said | undefined {
	switch (code) {
		case "invalid-type":
			return typeWords(facts as Shape, around);
		case "invalid-value":
			return pointer === "/closed" ? closedWords(around.value) : ruleWords(facts as BrokenRule, around.value);
		case "unknown-key":
			return keyWords(facts as readonly string[], around);
		case "missing-key":
			return missingWords(pointer);
		case "closed-not-alone":
			return notAloneWords(facts as readonly string[]);
		case "invalid-document":
			return documentWords(around.root);
		case "repeated-path":
			return {
				message: `${quote(String(around.value))} is already at ${String(facts)}, and only one of the two can apply. Remove one.`,
			};
		case "prohibited-origin-any-with-credentials":
			return {
				message: `"*" with "credentials": true would let every page in the world read the API as the user who visits it, and browsers refuse it. Nothing allows this: list the origins, in any number in an origin directory ({"directory": "customers"}), or drop "credentials".`,
			};
		case "unreachable-policy":
			return {
				message: `"*" allows every origin, so no policy after this one could ever apply: what follows is unreachable. Make it the last of the list.`,
			};
		case "too-many-readings":
			return { message: TOO_MANY_READINGS };
		case "more-findings":
			return { message: moreMessage(Number(facts)) };
		default:
			return undefined;
	}
}

const TOO_MANY_READINGS = `Servers may read the paths of this document's routes up to this one in so many ways (percent-encoding, ";", "\\", "//", "..", capital letters) that they cannot all be kept, and no spelling of a path may get another policy. Write paths plainly, and as prefixes: "/v1/*".`;

function moreMessage(count: number): string {
	return `There ${count === 1 ? "is one more finding" : `are ${count} more findings`} that ${count === 1 ? "is" : "are"} not listed. Correct these ${MAX_FINDINGS} first, then check again.`;
}

function meantOrigins(text: string, safety: PatternSafety): Meant | undefined {
	const mended = mendOrigin(text, safety);
	return mended && { kind: "entries", values: mended.patterns, isPlain: mended.isPlain };
}

function meantNames(text: string, key: string): Meant | undefined {
	const check = NAME_CHECKS[key];
	const names = check === undefined || text === "*" ? undefined : mendNames(text, check);
	if (names === undefined || (names.length === 0 && text.trim() === "")) return undefined;
	return { kind: "entries", values: names, isPlain: true };
}

/** What adds nothing, or can never happen, goes; what the rule itself suggests is written where it is the same. */
function meantBeside(code: string, suggestion: unknown): Meant | undefined {
	switch (code) {
		case "covered-origin":
		case "cookies-without-effect":
		case "repeated-entry":
		case "unreachable-method":
			return { kind: "nothing" };
		case "max-age-above-caps":
			return { kind: "value", value: Number(suggestion), isPlain: true };
		case "unreachable-route":
			return { kind: "value", value: suggestion, isPlain: true };
		default:
			return suggestion === undefined ? undefined : { kind: "value", value: suggestion, isPlain: false };
	}
}

/** What the policy around a place allows. A flag that is written as a text counts as it was meant. */
function safetyAt(root: unknown, pointer: string): PatternSafety {
	const end = pointer.lastIndexOf("/origins");
	const policy = end === -1 ? undefined : valueAt(root, pointer.slice(0, end));
	const flag = (key: keyof PatternSafety) =>
		isObject(policy) && (policy[key] === true || policy[key] === "true");
	return {
		credentials: flag("credentials"),
		dangerouslyAllowAnyExtension: flag("dangerouslyAllowAnyExtension"),
		dangerouslyAllowInsecureOrigins: flag("dangerouslyAllowInsecureOrigins"),
		dangerouslyAllowPublicSuffixSubdomains: flag("dangerouslyAllowPublicSuffixSubdomains"),
	};
}
