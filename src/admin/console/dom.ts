/** Owns how elements are made: by name, attributes and children, text always as text. */

/** What an element holds; what is false or undefined is left out. */
export type Child = Node | string | false | undefined;

type Handler = (event: Event) => void;

/** Attributes: a text, a flag, or a listener under `on…`. */
export type Attributes = Readonly<Record<string, string | number | boolean | Handler | undefined>>;

/** Makes an element. */
export function h<Name extends keyof HTMLElementTagNameMap>(
	name: Name,
	attributes: Attributes = {},
	...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (typeof value === "function") element.addEventListener(key.slice(2), value);
		else if (value === true) element.setAttribute(key, "");
		else if (value !== undefined && value !== false) element.setAttribute(key, String(value));
	}
	element.append(...kept(children));
	return element;
}

/** Puts these in place of all that an element holds. */
export function fill(element: Element, ...children: readonly Child[]): void {
	element.replaceChildren(...kept(children));
}

function kept(children: readonly Child[]): readonly (Node | string)[] {
	return children.filter((child) => child !== undefined && child !== false);
}

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
	shield: "M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z",
	check: "M5 12.500l4.500 4.500L19 7",
	cross: "M6 6l12 12M18 6L6 18",
	question: "M9 9a3 3 0 1 1 4 2.800c-.7.3-1 .9-1 1.700M12 17.500v.1",
	back: "M15 5l-7 7 7 7",
} as const;

/** A drawing beside words: nothing of it is read out. */
export function icon(name: keyof typeof PATHS): SVGElement {
	const svg = document.createElementNS(SVG, "svg");
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("aria-hidden", "true");
	const path = document.createElementNS(SVG, "path");
	path.setAttribute("d", PATHS[name]);
	svg.append(path);
	return svg;
}

/** Says something to everybody: it is shown for a while, and read out. */
export function announce(text: string): void {
	const toast = document.querySelector(".toast");
	if (toast === null) return;
	toast.textContent = text;
	setTimeout(() => {
		if (toast.textContent === text) toast.textContent = "";
	}, TOAST_MILLISECONDS);
}

const TOAST_MILLISECONDS = 6000;
