/** Owns what each key of a tenant document means, in the words that editors show; the gateway never needs them. */

import { MAX_POLICIES } from "../cors/policies.ts";

const LIST = `A policy, or a list of up to ${MAX_POLICIES}: the first whose origins allow the request's origin applies.`;

/** What the keys of a policy mean. */
const POLICY_WORDS = {
	origins:
		'Who may read. Entries: "https://app.example.com", "https://*.example.com", "https://pr-*.example.com", "http://localhost:*", "app://.", "moz-extension://*", {"directory": "customers"}. In place of the list, "*" is any origin, never with credentials. An empty list is nobody.',
	"origins/directory": "The origins kept in KV under origin:<directory>:<origin>.",
	credentials: "Whether cookies, Authorization and client certificates may go along. Default false.",
	methods: 'Methods besides GET, HEAD and POST, in upper case; or "*". Default none.',
	requestHeaders: 'Request headers that a page may set; or "*". Default none.',
	exposedHeaders: 'Response headers that a page may read; or "*". Default none.',
	preflightMaxAgeSeconds: "How long a browser may keep a preflight's answer. Default 7200.",
	timingAllowOrigin: "Whether Timing-Allow-Origin goes along. Default false.",
	dangerouslyAllowAnyExtension:
		"Accepts moz-extension://* and the like with credentials: every extension that a user has installed. Default false.",
	dangerouslyAllowInsecureOrigins:
		"Accepts http: origins with credentials on other machines than this one. Default false.",
	dangerouslyAllowPublicSuffixSubdomains:
		"Accepts wildcards under or above a public suffix (https://*.github.io, https://*.amazonaws.com) with credentials. Default false.",
};

/** What each key means, by its path; the items of a list have the list's. */
export const SCHEMA_WORDS: Readonly<Record<string, string>> = {
	$schema: "For editors; otherwise ignored.",
	closed:
		"Closes the tenant: 503 for everything, shared with nobody. Of the other keys only $schema, hosts and expect may stand beside it.",
	upstream:
		'The API\'s http or https origin; or {"service": "API"}, a service binding of wrangler.toml, for an API that is a Worker itself. Absent: requests go on along their own route.',
	"upstream/service": "The name of a service binding of wrangler.toml.",
	cors: `Who may read this host's responses. Required unless the document is closed. ${LIST}`,
	...under("cors", POLICY_WORDS),
	routes: "Other rules for some paths; the longest matching path wins.",
	"routes/path": "An exact path (/login), or a prefix and all below it (/v1/*).",
	"routes/cors": `Replaces the document's cors whole. ${LIST}`,
	...under("routes/cors", POLICY_WORDS),
	"routes/mode": "Overrules the document's mode, so that an API is taken over path by path.",
	mode: '"report" leaves the API\'s own CORS headers and cookies alone, refuses no page, and records what "enforce" would have decided. Default "enforce".',
	deniedRequests:
		'What happens to a cross-origin request from a denied origin: "forward" it unshared, or "reject" it with 403 before the upstream; "isolate" also rejects what other sites embed or submit without an Origin. Default "forward".',
	originHeader:
		'"strip": GET and HEAD reach the upstream without Origin, so that caches hold one variant. Default "forward".',
	upstreamTimeoutSeconds: "How long the upstream may take until its response headers. Default none.",
	cookies: "Rewrites every Set-Cookie: for cross-site use, and for the public host.",
	"cookies/sameSite": "Sets SameSite=None; Secure.",
	"cookies/partitioned": "Sets Partitioned; Secure. Default false.",
	"cookies/domain":
		'In place of every Domain that the upstream sets: a domain, such as "acme.com"; or "remove": the cookie becomes the public host\'s own.',
	clientCertificate:
		'"forward" passes a verified client certificate to the upstream (RFC 9440); "require" refuses requests without one. Default "ignore".',
};

function under(parent: string, words: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(words).map(([key, text]) => [`${parent}/${key}`, text]));
}
