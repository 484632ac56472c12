/** Owns the page as a whole: who is signed in, which view is shown, what stands around it. */

import { type ViewPlace, viewPlaceOf } from "./address.ts";
import { fetchTenants, SIGNED_OUT } from "./api.ts";
import { ask } from "./dialog.ts";
import { announce, fill, h, icon } from "./dom.ts";
import { draftCount, forgetDrafts, guardDrafts } from "./drafts.ts";
import { isSignedOut } from "./failing.ts";
import { forgetToken, takeTokenFromAddress, token } from "./session.ts";
import { failureElement, type View } from "./view.ts";
import { documentView } from "./views/document.ts";
import { historyView } from "./views/history.ts";
import { newView } from "./views/new.ts";
import { signInView } from "./views/sign-in.ts";
import { tenantsView } from "./views/tenants.ts";

takeTokenFromAddress();

const main = part("#main");
const top = part(".top");
let shown: View | undefined;
let isSignedIn = false;

function part(selector: string): HTMLElement {
	const found = document.querySelector<HTMLElement>(selector);
	if (found === null) throw new Error(`The page has no ${selector}.`);
	return found;
}

function viewOf(place: ViewPlace): View {
	switch (place.view) {
		case "tenants":
			return tenantsView();
		case "new":
			return newView();
		case "document":
			return documentView(place.host);
		case "history":
			return historyView(place.host);
	}
}

/** Shows a view; one goes to its beginning, as one would on another page. */
function show(view: View): void {
	shown?.leave?.();
	shown = view;
	document.title = `${view.title} · Cordon`;
	fill(main, view.element);
	scrollTo(0, 0);
	const heading = view.element.querySelector<HTMLElement>("h1");
	if (heading !== null) {
		heading.tabIndex = -1;
		heading.focus({ preventScroll: true });
	}
	view.shown?.();
}

function showTop(): void {
	const brand = h("a", { class: "brand", href: "#/" }, icon("shield"), "Cordon", h("span", {}, "console"));
	const out = h("button", { type: "button", class: "plain", onclick: signOut }, "Sign out");
	fill(
		top,
		brand,
		h(
			"nav",
			{ "aria-label": "Console" },
			isSignedIn && h("a", { href: "#/" }, "Tenants"),
			h("a", { href: "/docs" }, "API"),
			isSignedIn && token() !== undefined && out,
		),
	);
}

/** Drafts are nobody's who comes next: they go, but not unasked. */
async function signOut(): Promise<void> {
	const count = draftCount();
	const drafts = count === 1 ? "an unsaved draft" : `${count} unsaved drafts`;
	const answer =
		count === 0
			? "out"
			: await ask({
					title: "Sign out?",
					body: [
						h("p", {}, `There ${count === 1 ? "is" : "are"} ${drafts} in this tab, which will be lost.`),
					],
					answers: [
						{ value: "stay", label: "Stay" },
						{ value: "out", label: "Sign out", kind: "danger" },
					],
				});
	if (answer !== "out") return;
	forgetDrafts();
	leave();
}

function leave(why?: string): void {
	forgetToken();
	isSignedIn = false;
	announce("");
	for (const dialog of document.querySelectorAll<HTMLDialogElement>("dialog[open]")) dialog.close();
	showTop();
	show(signInView(why, begin));
}

function begin(): void {
	isSignedIn = true;
	showTop();
	show(viewOf(viewPlaceOf(location.hash)));
}

/** Without a token Cloudflare Access may have let us in: only the API knows. */
async function start(): Promise<void> {
	showTop();
	try {
		await fetchTenants("");
		begin();
	} catch (error) {
		if (isSignedOut(error)) {
			leave(token() === undefined ? undefined : "This token is not known here, or not any more.");
			return;
		}
		fill(main, failureElement(error, start));
	}
}

addEventListener("hashchange", () => {
	takeTokenFromAddress();
	if (isSignedIn) show(viewOf(viewPlaceOf(location.hash)));
});
addEventListener(SIGNED_OUT, () => {
	if (!isSignedIn) return;
	leave(
		"Your token is not known here any more: it was replaced, or taken away. What you have not saved is kept.",
	);
});
part(".skip").addEventListener("click", (event) => {
	event.preventDefault();
	main.focus();
});
guardDrafts();
await start();
