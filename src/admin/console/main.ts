/** Owns the page as a whole: who is signed in, which view is shown, what stands around it. */

import { type Place, placeOf } from "./address.ts";
import { ApiFailure, listTenants } from "./api.ts";
import { fill, h, icon } from "./dom.ts";
import { guardDrafts } from "./drafts.ts";
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

function viewOf(place: Place): View {
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
	const signOut = h("button", { type: "button", class: "plain", onclick: () => leave() }, "Sign out");
	fill(
		top,
		brand,
		h(
			"nav",
			{ "aria-label": "Console" },
			isSignedIn && h("a", { href: "#/" }, "Tenants"),
			h("a", { href: "/docs" }, "API"),
			isSignedIn && token() !== undefined && signOut,
		),
	);
}

function leave(why?: string): void {
	forgetToken();
	isSignedIn = false;
	showTop();
	show(signInView(why, begin));
}

function begin(): void {
	isSignedIn = true;
	showTop();
	show(viewOf(placeOf(location.hash)));
}

/** Without a token Cloudflare Access may have let us in: only the API knows. */
async function start(): Promise<void> {
	showTop();
	try {
		await listTenants("");
		begin();
	} catch (error) {
		if (error instanceof ApiFailure && error.code === "unauthenticated") {
			leave(token() === undefined ? undefined : "This token is not known here, or not any more.");
			return;
		}
		fill(main, failureElement(error, start));
	}
}

addEventListener("hashchange", () => {
	takeTokenFromAddress();
	if (isSignedIn) show(viewOf(placeOf(location.hash)));
});
part(".skip").addEventListener("click", (event) => {
	event.preventDefault();
	main.focus();
});
guardDrafts();
await start();
