/** Owns keys as WebDriver has them, in its first protocol and in its second: https://w3c.github.io/webdriver/#keyboard-actions */

const KEYS: Readonly<Record<string, string>> = {
	Enter: "\uE007",
	Tab: "\uE004",
	Backspace: "\uE003",
	Escape: "\uE00C",
	ArrowDown: "\uE015",
	ArrowUp: "\uE013",
	End: "\uE010",
	Home: "\uE011",
	Delete: "\uE017",
	Shift: "\uE008",
	Control: "\uE009",
	Alt: "\uE00A",
	Meta: "\uE03D",
};

interface KeyAction {
	readonly type: "keyDown" | "keyUp";
	readonly value: string;
}

const down = (value: string): KeyAction => ({ type: "keyDown", value });
const up = (value: string): KeyAction => ({ type: "keyUp", value });

/** All keys down in turn, then up again: "Control+s". */
export function pressed(keys: string): readonly KeyAction[] {
	const values = keys.split("+").map((name) => KEYS[name] ?? name);
	return [...values.map(down), ...values.toReversed().map(up)];
}

/** One character after the other. */
export function typed(text: string): readonly KeyAction[] {
	return [...text].flatMap((character) => [down(character), up(character)]);
}

/** What either protocol is asked to perform. */
export function performed(actions: readonly KeyAction[]): readonly object[] {
	return [{ type: "key", id: "keyboard", actions }];
}
