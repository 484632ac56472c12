/** Owns what is made up: documents that validate, and requests near what their patterns stand for. */

import fc from "fast-check";

/** One policy, every member written out. */
export interface FuzzedPolicy {
	readonly origins: "*" | readonly (string | { readonly directory: string })[];
	readonly credentials: boolean;
	readonly methods: "*" | readonly string[];
	readonly requestHeaders: "*" | readonly string[];
	readonly exposedHeaders: "*" | readonly string[];
	readonly preflightMaxAgeSeconds: number;
	readonly timingAllowOrigin: boolean;
	readonly dangerouslyAllowInsecureOrigins: boolean;
	readonly dangerouslyAllowPublicSuffixSubdomains: boolean;
}

type Mode = "enforce" | "report";

/** A document; `cors` is always a list here. */
export interface FuzzedDocument {
	readonly upstream: string;
	readonly cors: readonly FuzzedPolicy[];
	readonly routes: readonly {
		readonly path: string;
		readonly cors: readonly FuzzedPolicy[];
		readonly mode?: Mode;
	}[];
	readonly mode: Mode;
	readonly deniedRequests: "forward" | "reject" | "isolate";
	readonly originHeader: "forward" | "strip";
}

/** A request, and what the upstream makes of it. */
export interface FuzzedRequest {
	readonly path: string;
	readonly method: string;
	readonly origin: string | null;
	readonly headers: Readonly<Record<string, string>>;
	readonly loop: { readonly value: string | null; readonly isLoop: boolean };
	readonly upstream: number | "fails";
	readonly vary: string | null;
}

/** What came of it. */
export interface Actual {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	/** How often the upstream was asked. */
	readonly reached: number;
}

const label = fc.constantFrom("app", "pr-1", "a", "x_y", "shop", "0", "pr-a-zz");
const parent = fc.constantFrom("example.com", "acme.org", "evil.example.com", "corp.co.uk");
const scheme = fc.constantFrom("https", "https", "http");
const port = fc.constantFrom("", "", ":8443", ":*");
const leftmost = fc.oneof(label, fc.constant("*"), fc.constantFrom("pr-*", "*-zz", "pr-*-zz", "a*"));
const hosted = fc
	.tuple(scheme, leftmost, fc.option(label, { nil: undefined }), parent, port)
	.map(
		([start, first, middle, end, ends]) =>
			`${start}://${[first, middle, end].filter(Boolean).join(".")}${ends}`,
	);
const pattern = fc.oneof(
	{ weight: 8, arbitrary: hosted },
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			"http://localhost:*",
			"http://127.0.0.1:3000",
			"chrome-extension://abcdef",
			"app://.",
			"https://api.example.com",
			"http://[::1]:8080",
		),
	},
);
const directory = fc.constantFrom("customers", "partners").map((name) => ({ directory: name }));
const names = (...all: readonly string[]) =>
	fc.oneof(
		{ weight: 3, arbitrary: fc.subarray([...all]) },
		{ weight: 1, arbitrary: fc.constant("*" as const) },
	);

const policyOf = (origins: fc.Arbitrary<FuzzedPolicy["origins"]>): fc.Arbitrary<FuzzedPolicy> =>
	fc
		.record({
			origins,
			credentials: fc.boolean(),
			methods: names("PUT", "PATCH", "DELETE"),
			requestHeaders: names("Content-Type", "Authorization", "X-Trace"),
			exposedHeaders: names("ETag", "X-Total"),
			preflightMaxAgeSeconds: fc.constantFrom(0, 7200, 86_400),
			timingAllowOrigin: fc.boolean(),
			dangerouslyAllowInsecureOrigins: fc.constant(true),
			dangerouslyAllowPublicSuffixSubdomains: fc.constant(true),
		})
		.map((policy) => (policy.origins === "*" ? { ...policy, credentials: false } : policy));
const listed = policyOf(
	fc.uniqueArray(fc.oneof({ weight: 5, arbitrary: pattern }, { weight: 1, arbitrary: directory }), {
		maxLength: 5,
		selector: (entry) => JSON.stringify(entry),
	}),
);
const any = policyOf(fc.constant("*"));
const policies = fc
	.tuple(fc.array(listed, { minLength: 0, maxLength: 3 }), fc.option(any, { nil: undefined, freq: 3 }))
	.map(([lists, last]) => (last === undefined ? lists : [...lists, last]))
	.filter((list) => list.length > 0);
const mode = fc.constantFrom<Mode>("enforce", "enforce", "enforce", "report");
const routes = fc.uniqueArray(
	fc.record(
		{
			path: fc.constantFrom("/public/*", "/v1/*", "/v1/items", "/v1/items/*", "/login", "/v1/public"),
			cors: policies,
			mode,
		},
		{ requiredKeys: ["path", "cors"] },
	),
	{ maxLength: 3, selector: ({ path }) => path },
);

/** A document. */
export const document: fc.Arbitrary<FuzzedDocument> = fc.record({
	upstream: fc.constant("https://api.internal.example"),
	cors: policies,
	routes: fc.oneof(fc.constant([]), routes),
	mode,
	deniedRequests: fc.constantFrom("forward", "reject", "isolate"),
	originHeader: fc.constantFrom("forward", "strip"),
});

/** An origin that a pattern stands for, or one that looks like it. */
export const near: fc.Arbitrary<string> = fc
	.tuple(
		pattern,
		label,
		label,
		fc.constantFrom("", "", "", ":1", ":443", ":80", ":8443", ":0", ":08443", ":65536"),
		fc.nat(24),
	)
	.map(([text, first, second, ends, way]) => {
		const deep = way % 2 === 0 ? first : `${first}.${second}`;
		const filled = text.endsWith(":*") ? text.slice(0, -2) + ends : text;
		return twisted(filled.replace("*", text.includes("://*.") ? deep : first), way);
	});

function twisted(origin: string, way: number): string {
	const [scheme = "", rest = ""] = origin.split("://");
	switch (way) {
		case 1:
			return origin.toUpperCase();
		case 2:
			return `${origin}.`;
		case 3:
			return `${origin}@evil.com`;
		case 4:
			return `${scheme}://evil${rest}`;
		case 5:
			return `${origin}.evil.com`;
		case 6:
			return `${scheme}://${rest.slice(rest.indexOf(".") + 1)}`;
		case 7:
			return `${origin}/`;
		case 8:
			return `${origin}, ${origin}`;
		case 9:
			return `${scheme}://user@${rest}`;
		case 10:
			return `${scheme === "http" ? "https" : "http"}://${rest}`;
		case 11:
			return `${scheme}://${"a".repeat(64)}.${rest}`;
		case 12:
			return `${scheme}://${"a.".repeat(160)}${rest}`;
		case 13:
			return `${origin}\u00ad`;
		case 14:
			return rest;
		case 15:
			return `${scheme}://.${rest}`;
		case 16:
			return `${scheme}://-${rest}`;
		case 17:
			return origin.replace(".", "%2e");
		case 18:
			return `${origin}?`;
		default:
			return origin;
	}
}

const optional = (values: readonly string[]) =>
	fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
const headers = fc
	.record({
		"access-control-request-method": optional(["PUT", "POST", "PATCH", "put", "QUERY"]),
		"access-control-request-headers": optional(["content-type", "x-a, x-b", "x-(bad)", "authorization"]),
		upgrade: fc.option(fc.constantFrom("websocket", "WebSocket"), { nil: undefined, freq: 5 }),
		"sec-fetch-site": optional(["cross-site", "same-site", "same-origin", "none"]),
		"sec-fetch-mode": optional(["navigate", "cors", "no-cors"]),
		"sec-fetch-dest": optional(["document", "iframe", "image"]),
		"x-forwarded-host": optional(["evil.example"]),
		"x-original-url": optional(["/public/x"]),
		forwarded: optional(["host=evil.example;proto=http"]),
	})
	.map(
		(all) =>
			Object.fromEntries(
				Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
			) as Record<string, string>,
	);
const loop = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.constantFrom(
			{ value: null, isLoop: false },
			{ value: "other.example; v=1", isLoop: false },
		),
	},
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			{ value: "cordon", isLoop: true },
			{ value: "a, CORDON;v=2", isLoop: true },
			{ value: 'x; p="', isLoop: true },
			{ value: 'x; p="a, cordon"', isLoop: false },
			{ value: "x y", isLoop: true },
		),
	},
);
const path = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.constantFrom(
			"/",
			"/public/x",
			"/public",
			"/v1/items",
			"/v1/items/1",
			"/login",
			"/v1/public",
			"/v1/other?x=/login",
			"/publicity",
		),
	},
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			"/v1/items/a%2Fb",
			"/V1/items",
			"/v1//items",
			"/v1/%69tems",
			"/v1/%2569tems",
			"/v1/x/..;/items",
			"/public/..%2flogin",
			"/login;v=1",
			"/login/",
			"/login%20",
			"/%6cogin",
			"/public\\..\\login",
			"/public/%2e%2e/login",
			"/public/..%5clogin",
			"/v1/%00items",
		),
	},
);

/** A request that asks for an origin in that policy's neighbourhood. */
export const request: fc.Arbitrary<FuzzedRequest> = fc.record({
	path,
	method: fc.constantFrom("GET", "GET", "HEAD", "POST", "PUT", "OPTIONS", "OPTIONS", "OPTIONS"),
	origin: fc.oneof(
		{ weight: 8, arbitrary: near },
		{
			weight: 1,
			arbitrary: fc.constantFrom(null, "null", "https://api.example.com", "https://API.example.com"),
		},
	),
	headers,
	loop,
	upstream: fc.constantFrom<number | "fails">(200, 200, 404, 500, 302, "fails"),
	vary: fc.constantFrom(null, "Accept", "origin, Accept-Encoding, Origin", "*"),
});
