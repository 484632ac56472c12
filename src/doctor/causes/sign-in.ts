/** Owns the cause of a call that is redirected to a sign-in page. */

import { type AnsweredExchange, answeredTurns, redirectTarget } from "../seen.ts";
import { isSignIn } from "../sign-in.ts";
import { CORS_STEPS, type FindCause } from "./cause.ts";

/** The authentication layer takes the page's call for a visitor. */
export const signInRedirect: FindCause = ({ visit: { page }, conversation }) => {
	if (isSignIn(page.url)) return undefined;
	const redirect = answeredTurns(conversation).find((exchange) => signInTarget(exchange) !== undefined);
	const target = redirect && signInTarget(redirect);
	if (redirect === undefined || target === undefined) return undefined;
	const { hostname } = new URL(target);
	const isAccess = hostname.endsWith(".cloudflareaccess.com") || target.includes("/cdn-cgi/access/login");
	const where =
		hostname === new URL(redirect.url).hostname ? "a sign-in page" : `a sign-in page on ${hostname}`;
	const seen =
		redirect.purpose === "preflight"
			? `The preflight is redirected to ${where}: the server asks for a session before it answers OPTIONS, and no preflight ever carries one.`
			: `The call is redirected to ${where}: the session is missing, or its cookie did not come along. To call the sign-in page from page code leads nowhere.`;
	const access = isAccess
		? ' It is Cloudflare Access: in the settings of its application, under CORS, turn on "Bypass OPTIONS requests to origin", or let Access itself answer preflights there; sign the user in by a visit of the API\'s own host before the call.'
		: "";
	return {
		code: "sign-in-redirect",
		message: `${seen} Answer OPTIONS before authentication, and answer calls without a session with 401 and the CORS headers in place of ${redirect.answer.status}; let the page lead the user to sign in.${access}`,
		steps: [
			...CORS_STEPS,
			...(["redirect", "redirect-location", "redirect-scheme", "redirect-user-info"] as const),
		],
		requests: [redirect.number],
	};
};

function signInTarget(exchange: AnsweredExchange): string | undefined {
	const target = redirectTarget(exchange)?.href;
	return target !== undefined && isSignIn(target) ? target : undefined;
}
