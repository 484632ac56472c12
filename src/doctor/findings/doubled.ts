/** Owns the finding about a header that came more than once. */

import { getHeader, valuesOf } from "../../browser/header-list.ts";
import { displayName } from "../../browser/steps.ts";
import { ALLOW_CREDENTIALS, ALLOW_ORIGIN } from "../../cors/standard.ts";
import type { DoctorFinding } from "../finding.ts";
import type { AnsweredExchange } from "../seen.ts";

export function doubledHeaders(exchanges: readonly AnsweredExchange[]): readonly DoctorFinding[] {
	return [ALLOW_ORIGIN, ALLOW_CREDENTIALS].flatMap((name) => {
		const doubled = exchanges.filter(({ answer }) => getHeader(answer.headers, name)?.includes(","));
		const [first] = doubled;
		if (first === undefined) return [];
		const lines = valuesOf(first.answer.headers, name);
		const how =
			lines.length > 1 ? `came on ${lines.length} lines (${lines.join(" and ")})` : `came as ${lines[0]}`;
		const isSeveral = isList(lines) || (name === ALLOW_ORIGIN && new Set(lines).size > 1);
		const fix = isSeveral
			? "A list of origins is not possible: send back the one that asks, only if it is on the server's allowlist, from one place, with Vary: Origin."
			: "Often two layers set it, such as the application and a proxy: let only one of them do so.";
		return [
			{
				code: "doubled-header" as const,
				severity: "warning" as const,
				message: `${displayName(name)} ${how}, and browsers take one value only. ${fix}`,
				requests: doubled.map(({ number }) => number),
			},
		];
	});
}

/** Whether one line has several origins in it that differ: a list that somebody wrote, and not two layers. */
export function isList(lines: readonly string[]): boolean {
	const values = (lines[0] ?? "").split(",").map((value) => value.trim());
	return lines.length === 1 && !values.includes("*") && new Set(values).size > 1;
}
