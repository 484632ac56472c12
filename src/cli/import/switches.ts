/** Owns the reading of switches: only what the product itself takes for "on" switches credentials on. */

import type { Remark } from "./source-policy.ts";
import { type Tree, textOf } from "./tree.ts";

/** What Go's ParseBool takes: Traefik and ingress-nginx read their texts with it. */
export const GO_TEXTS: SwitchTexts = {
	on: ["1", "t", "T", "TRUE", "true", "True"],
	off: ["0", "f", "F", "FALSE", "false", "False"],
};
/** CloudFormation and Terraform take these texts for booleans. */
export const AWS_TEXTS: SwitchTexts = { on: ["true"], off: ["false"] };
/** Spring converts these, in any case of letters. */
export const SPRING_TEXTS: SwitchTexts = {
	on: ["true", "on", "yes", "1"],
	off: ["false", "off", "no", "0", ""],
	anyCase: true,
};

/** Texts that a product reads as a boolean. */
export interface SwitchTexts {
	readonly on: readonly string[];
	readonly off: readonly string[];
	readonly anyCase?: boolean;
}

/** Booleans alone. */
export const NO_TEXTS: SwitchTexts = { on: [], off: [] };

/**
 * Reads the switch for credentials. What the product may not take for a boolean leaves them off, and that is said.
 * @param reads texts that the product reads as booleans; none unless it is known to
 */
export function credentialsOf(
	tree: Tree | undefined,
	reads: SwitchTexts = NO_TEXTS,
): { readonly credentials: boolean; readonly misread: readonly Remark[] } {
	const value = tree?.value;
	if (tree === undefined || typeof value === "boolean") return { credentials: value === true, misread: [] };
	const written = textOf(tree) ?? "";
	const text = reads.anyCase ? written.toLowerCase() : written;
	if (textOf(tree) !== undefined) {
		if (reads.on.includes(text)) return { credentials: true, misread: [] };
		if (reads.off.includes(text)) return { credentials: false, misread: [] };
	}
	return {
		credentials: false,
		misread: [
			{
				line: tree.line,
				what: "credentials",
				text: `credentials: the source has ${JSON.stringify(value)}, which is not the boolean true, so they stay off. If your pages need them, add "credentials": true.`,
				isLeftOut: true,
			},
		],
	};
}
