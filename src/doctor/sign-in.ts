/** Owns the question whether a URL is that of a sign-in page, as redirects of authentication layers lead to. */

/** Hosts that do nothing but sign people in. */
const SIGN_IN_HOST =
	/(^|\.)(login|log-in|signin|sign-in|sso|auth|oauth|oauth2|idp|adfs|accounts|identity|iam|keycloak)\.|\.(auth0|okta|oktapreview|onelogin|cloudflareaccess|b2clogin|amazoncognito|pingone|duosecurity|stytch)\.com$|^(login\.microsoftonline\.com|login\.live\.com|accounts\.google\.com|appleid\.apple\.com)$/;

/** Paths of sign-in pages, as whole segments. */
const SIGN_IN_PATH =
	/\/(login|log-in|log_in|logon|signin|sign-in|sign_in|sso|saml|saml2|oauth|oauth2|oidc|authorize|openid-connect|adfs|cas)(\/|\.[a-z]+$|$)/i;

/** Parameters that only requests to sign in have. */
const SIGN_IN_PARAMETERS: readonly (readonly string[])[] = [
	["SAMLRequest"],
	["client_id", "redirect_uri"],
	["response_type", "client_id"],
];

/** Whether `url` (absolute) looks like a sign-in page: by its host, its path or its parameters. */
export function isSignIn(url: string): boolean {
	const { hostname, pathname, searchParams } = new URL(url);
	return (
		SIGN_IN_HOST.test(hostname) ||
		SIGN_IN_PATH.test(pathname) ||
		SIGN_IN_PARAMETERS.some((names) => names.every((name) => searchParams.has(name)))
	);
}
