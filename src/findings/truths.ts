/** Owns what people write for true and for false. */

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
	...["true", "yes", "on", "1", "enabled", "enable"].map((word): [string, boolean] => [word, true]),
	...["false", "no", "off", "0", "disabled", "disable"].map((word): [string, boolean] => [word, false]),
]);

/** The boolean that a value stands for: `"yes"`, `1`; undefined where it is not plain. */
export function meantBoolean(value: unknown): boolean | undefined {
	if (typeof value === "boolean") return value;
	if (typeof value !== "string" && typeof value !== "number") return undefined;
	return TRUTHS.get(String(value).trim().toLowerCase());
}
