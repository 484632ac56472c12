/** Owns what a policy allows, by the definitions of the design alone: nothing here is taken from the product's code. */

/** The origin under which the API is called. */
export const API_ORIGIN = "https://api.example.com";

export interface CorsDocument {
	readonly origins: "*" | readonly (string | { readonly directory: string })[];
	readonly credentials: boolean;
	readonly methods: "*" | readonly string[];
	readonly requestHeaders: "*" | readonly string[];
	readonly exposedHeaders: "*" | readonly string[];
	readonly preflightMaxAgeSeconds: number;
	readonly timingAllowOrigin: boolean;
}

/** One policy, or a list of them. */
export type OraclePolicies = CorsDocument | readonly CorsDocument[];

export interface OracleDocument {
	readonly upstream: string;
	readonly cors: OraclePolicies;
	/** One exact path and one prefix at most. */
	readonly routes: readonly { readonly path: "/v1/login" | "/v1/*"; readonly cors: OraclePolicies }[];
	readonly deniedRequests: "forward" | "reject";
	readonly originHeader: "forward" | "strip";
}

/** A call of page code to the API. */
export interface OracleCall {
	readonly origin: string;
	readonly path: string;
	readonly method: string;
	readonly headers: readonly CallHeader[];
	readonly credentials: "omit" | "same-origin" | "include";
	readonly uploadListener: boolean;
}

export interface CallHeader {
	readonly name: string;
	readonly value: string;
	/** Whether browsers send it without asking. */
	readonly isSafelisted: boolean;
}

/** The origins of the one directory that there is. */
export const DIRECTORY: readonly string[] = [
	"https://customer.example",
	"https://kunde.example:444",
	"http://insecure.example",
];

const LABEL = "[a-z0-9_-]{1,63}";

const PATTERNS: Readonly<Record<string, RegExp>> = {
	"https://app.example.com": /^https:\/\/app\.example\.com$/,
	"https://app.example.com:8443": /^https:\/\/app\.example\.com:8443$/,
	"https://*.example.com": new RegExp(`^https://(${LABEL}\\.)+example\\.com$`),
	"https://pr-*.preview.example": /^https:\/\/pr-[a-z0-9-]+\.preview\.example$/,
	"https://pr-*-web.preview.example": /^https:\/\/pr-[a-z0-9-]+-web\.preview\.example$/,
	"http://localhost:*": /^http:\/\/localhost(:\d{1,5})?$/,
	"chrome-extension://abcdefgh": /^chrome-extension:\/\/abcdefgh$/,
};

/** The origin patterns that are known here. */
export const KNOWN_PATTERNS: readonly string[] = Object.keys(PATTERNS);

/** Whether the page may read the response to its call. */
export function mayRead(cors: CorsDocument, call: OracleCall): boolean {
	if (call.origin === API_ORIGIN) return true;
	return (
		allowsOrigin(cors, call.origin) &&
		(call.credentials !== "include" || cors.credentials) &&
		allowsMethod(cors, call.method) &&
		call.headers.every(({ name, isSafelisted }) => isSafelisted || allowsHeader(cors, name))
	);
}

/** Whether the call can do more than any form on any page, so that nothing may reach the API before it has consented. */
export function needsConsent({ origin, method, headers, uploadListener }: OracleCall): boolean {
	if (origin === API_ORIGIN) return false;
	return (
		uploadListener ||
		!["GET", "HEAD", "POST"].includes(method) ||
		headers.some(({ isSafelisted }) => !isSafelisted)
	);
}

/**
 * Whether the page may read a header of a response that it may read.
 * @param name neither safelisted nor Set-Cookie
 */
export function mayReadHeader({ exposedHeaders }: CorsDocument, call: OracleCall, name: string): boolean {
	if (call.origin === API_ORIGIN || exposedHeaders === "*") return true;
	return exposedHeaders.some((other) => other.toLowerCase() === name.toLowerCase());
}

/**
 * The longest matching path wins, and replaces the document's cors whole; of a list the first policy that allows the origin
 * applies. Where none does it makes no difference which is told.
 */
export function corsFor(document: OracleDocument, path: string, origin: string): CorsDocument {
	const policies = [policiesFor(document, path)].flat();
	const found = policies.find((cors) => allowsOrigin(cors, origin)) ?? policies[0];
	if (found === undefined) throw new Error("a list is never empty");
	return found;
}

function policiesFor({ cors, routes }: OracleDocument, path: string): OraclePolicies {
	const exact = routes.find((route) => route.path === path);
	const isUnderPrefix = path === "/v1" || path.startsWith("/v1/");
	const prefix = routes.find((route) => route.path === "/v1/*" && isUnderPrefix);
	return (exact ?? prefix)?.cors ?? cors;
}

/** Whether the list has the origin. */
export function allowsOrigin({ origins, credentials }: CorsDocument, origin: string): boolean {
	if (origins === "*") return true;
	return origins.some((entry) => {
		if (typeof entry === "string") return PATTERNS[entry]?.test(origin) === true;
		// Of a directory, plain http never counts with credentials.
		return DIRECTORY.includes(origin) && !(credentials && origin.startsWith("http://"));
	});
}

function allowsMethod({ methods }: CorsDocument, method: string): boolean {
	return methods === "*" || ["GET", "HEAD", "POST", ...methods].includes(method);
}

function allowsHeader({ requestHeaders }: CorsDocument, name: string): boolean {
	return requestHeaders === "*" || requestHeaders.some((other) => other.toLowerCase() === name.toLowerCase());
}
