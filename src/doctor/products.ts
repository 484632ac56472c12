/** Owns who answered, where a response shows it: the products that stand before APIs, and each one's own words for the fix. */

import { getHeader, valuesOf } from "../browser/header-list.ts";
import type { StepCode } from "../browser/steps.ts";
import type { Answered } from "./seen.ts";

/** The products that are told. */
export type Product =
	| "cloudflare-access"
	| "aws-api-gateway"
	| "kong"
	| "traefik"
	| "envoy"
	| "vercel"
	| "next.js"
	| "iis"
	| "spring"
	| "asp.net"
	| "express"
	| "nginx";

/** What went wrong, as far as the fix depends on it. */
export type Trouble =
	/** The preflight has a bad status. */
	| "preflight"
	/** A redirect stands where an answer should. */
	| "redirect"
	/** An error came without the headers. */
	| "error"
	/** The headers are missing, or not the right ones. */
	| "sharing";

/** Who answered, and what is to be done there. */
export interface AnsweredBy {
	readonly product: Product;
	readonly name: string;
	/** The part of the response that shows it. */
	readonly evidence: string;
	/** The fix in the product's own words. */
	readonly fix: string;
}

interface Facts {
	readonly name: string;
	/** What in a response shows it; undefined where nothing does. */
	readonly shownBy: (exchange: Answered) => string | undefined;
	readonly fixes: Readonly<Record<Trouble, string>>;
}

type Evidence = Facts["shownBy"];

const header =
	(name: string, pattern: RegExp): Evidence =>
	({ answer }) => {
		const value = getHeader(answer.headers, name);
		return value !== null && pattern.test(value) ? `${name}: ${value}` : undefined;
	};

const anyHeader =
	(pattern: RegExp): Evidence =>
	({ answer }) => {
		const found = answer.headers.find(([name]) => pattern.test(name));
		return found === undefined ? undefined : `the header ${found[0]}`;
	};

const body =
	(pattern: RegExp, words: string): Evidence =>
	({ answer }) =>
		pattern.test(answer.body) ? words : undefined;

const first =
	(...all: readonly Evidence[]): Evidence =>
	(exchange) => {
		for (const evidence of all) {
			const found = evidence(exchange);
			if (found !== undefined) return found;
		}
		return undefined;
	};

const toAccess: Evidence = ({ answer }) => {
	const [location = ""] = valuesOf(answer.headers, "location");
	return /\.cloudflareaccess\.com\/|\/cdn-cgi\/access\//.test(location)
		? "a redirect to Cloudflare Access"
		: undefined;
};

/** https://docs.spring.io/spring-boot/reference/web/servlet.html#web.servlet.spring-mvc.error-handling */
const springError: Evidence = ({ answer }) => {
	try {
		const value: unknown = JSON.parse(answer.body);
		const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
		const isSpring = ["timestamp", "status", "error", "path"].every((key) => keys.includes(key));
		return isSpring ? "the form of the error" : undefined;
	} catch {
		return undefined;
	}
};

const ACCESS_FIX =
	'In Zero Trust, in the CORS settings of the Access application, turn on "Bypass OPTIONS requests to origin" (bypass options requests), or let Access answer preflights with the origins, methods and headers of that page; the Worker or API behind it is not asked before that.';
const KONG_FIX =
	"In Kong, enable the cors plugin on the service or route, with config.origins, config.credentials: true, config.methods and config.headers, and preflight_continue: false, so that it answers before authentication plugins do.";
const SPRING_FIX =
	"In Spring, declare a CorsConfigurationSource with setAllowedOrigins, setAllowedMethods, setAllowedHeaders and setAllowCredentials(true), and in Spring Security turn on http.cors(...), which answers preflights before authentication; @CrossOrigin alone comes after the security filters.";
const ASPNET_FIX =
	"In ASP.NET Core, call app.UseCors() after UseRouting and before UseAuthentication and UseAuthorization, with WithOrigins(...), AllowCredentials(), WithMethods(...) and WithHeaders(...).";
const TRAEFIK_FIX =
	"In Traefik, put a headers middleware with accessControlAllowOriginList, accessControlAllowCredentials: true, accessControlAllowMethods and accessControlAllowHeaders first on the router, before any auth middleware.";
const ENVOY_FIX =
	"In Envoy, put the filter envoy.filters.http.cors before ext_authz and jwt_authn in http_filters, and a CorsPolicy (allow_origin_string_match, allow_credentials, allow_methods, allow_headers) on the virtual host or route.";
const EXPRESS_FIX =
	"In Express, put app.use(cors({ origin: [...], credentials: true })) before authentication and before every route, so that it answers OPTIONS too.";
const IIS_FIX =
	'In IIS, install the IIS CORS module and configure <cors> in web.config, with <add origin=... allowCredentials="true">; it answers preflights before authentication. Without it, the OPTIONSVerbHandler answers OPTIONS itself.';
const NEXT_FIX =
	"In Next.js, answer OPTIONS in the route handler (export function OPTIONS) or in middleware, and set the headers there or by headers() in next.config.js.";
const TRAILING_SLASH =
	"call the URL exactly as it is served, with or without the slash at the end; trailingSlash (and skipTrailingSlashRedirect) in the configuration decide which one that is.";

const NGINX_ADD_HEADER =
	"In nginx, write add_header ... always: without always it adds nothing to errors; and an add_header in a location takes away those of the levels above it.";

/** The most telling first: what stands before an application comes before the application. */
const PRODUCTS: Readonly<Record<Product, Facts>> = {
	"cloudflare-access": {
		name: "Cloudflare Access",
		shownBy: first(
			toAccess,
			header("www-authenticate", /cloudflare-access/i),
			anyHeader(/^cf-access-/i),
			body(/cloudflareaccess\.com|Cloudflare Access/i, "the body"),
		),
		fixes: { preflight: ACCESS_FIX, redirect: ACCESS_FIX, error: ACCESS_FIX, sharing: ACCESS_FIX },
	},
	"aws-api-gateway": {
		name: "Amazon API Gateway",
		shownBy: first(anyHeader(/^x-amz-apigw-id$/i), anyHeader(/^apigw-requestid$/i), (exchange) =>
			anyHeader(/^x-amzn-errortype$/i)(exchange),
		),
		fixes: {
			preflight:
				"In Amazon API Gateway, give the resource an OPTIONS method of its own (Enable CORS), with authorization NONE and no API key; in an HTTP API, set its CORS configuration, which answers OPTIONS before authorizers.",
			redirect:
				"In Amazon API Gateway, give the resource an OPTIONS method of its own (Enable CORS), with authorization NONE and no API key.",
			error:
				"In Amazon API Gateway, add the CORS headers to the Gateway Responses DEFAULT_4XX and DEFAULT_5XX: errors that the gateway itself makes never reach the integration.",
			sharing:
				"In Amazon API Gateway, with a proxy integration the function itself returns the CORS headers; without one they go into the Integration Response. In an HTTP API, its CORS configuration sets them. Deploy the stage afterwards.",
		},
	},
	kong: {
		name: "Kong",
		shownBy: first(header("server", /kong/i), header("via", /kong/i), anyHeader(/^x-kong-/i)),
		fixes: { preflight: KONG_FIX, redirect: KONG_FIX, error: KONG_FIX, sharing: KONG_FIX },
	},
	traefik: {
		name: "Traefik",
		shownBy: first(header("server", /traefik/i), header("via", /traefik/i), anyHeader(/^x-traefik-/i)),
		fixes: { preflight: TRAEFIK_FIX, redirect: TRAEFIK_FIX, error: TRAEFIK_FIX, sharing: TRAEFIK_FIX },
	},
	envoy: {
		name: "Envoy",
		shownBy: first(header("server", /envoy/i), anyHeader(/^x-envoy-/i)),
		fixes: { preflight: ENVOY_FIX, redirect: ENVOY_FIX, error: ENVOY_FIX, sharing: ENVOY_FIX },
	},
	vercel: {
		name: "Vercel",
		shownBy: first(header("server", /^vercel$/i), anyHeader(/^x-vercel-id$/i)),
		fixes: {
			preflight: `On Vercel, answer OPTIONS in the function itself, with 204, and set the headers by "headers" in vercel.json; where Deployment Protection is on, add the path to its OPTIONS Allowlist. ${NEXT_FIX}`,
			redirect: `On Vercel, ${TRAILING_SLASH}`,
			error:
				'On Vercel, set the headers by "headers" in vercel.json, which holds for errors of functions too.',
			sharing:
				'On Vercel, set the headers by "headers" in vercel.json or in the function itself, not in both.',
		},
	},
	"next.js": {
		name: "Next.js",
		shownBy: first(header("x-powered-by", /next\.js/i), anyHeader(/^x-nextjs-/i)),
		fixes: {
			preflight: NEXT_FIX,
			redirect: `In Next.js, ${TRAILING_SLASH}`,
			error: NEXT_FIX,
			sharing: NEXT_FIX,
		},
	},
	iis: {
		name: "IIS",
		shownBy: header("server", /microsoft-iis/i),
		fixes: {
			preflight: IIS_FIX,
			redirect: "In IIS, see the rules of URL Rewrite: let them leave OPTIONS alone.",
			error:
				"In IIS, <customHeaders> stands on answers of the application, not on every error: use the IIS CORS module, which adds the headers to errors too.",
			sharing: IIS_FIX,
		},
	},
	spring: {
		name: "Spring",
		shownBy: first(
			body(/^Invalid CORS request$/, 'the body "Invalid CORS request"'),
			anyHeader(/^x-application-context$/i),
			springError,
		),
		fixes: { preflight: SPRING_FIX, redirect: SPRING_FIX, error: SPRING_FIX, sharing: SPRING_FIX },
	},
	"asp.net": {
		name: "ASP.NET",
		shownBy: first(
			header("server", /kestrel/i),
			header("x-powered-by", /asp\.net/i),
			anyHeader(/^x-aspnet(mvc)?-version$/i),
		),
		fixes: {
			preflight: ASPNET_FIX,
			redirect:
				"In ASP.NET Core, UseHttpsRedirection answers preflights by http with a redirect: call the https URL.",
			error: `${ASPNET_FIX} Errors that an exception handler writes lose the headers: let UseCors come before it, too.`,
			sharing: ASPNET_FIX,
		},
	},
	express: {
		name: "Express",
		shownBy: header("x-powered-by", /^express$/i),
		fixes: {
			preflight: EXPRESS_FIX,
			redirect: EXPRESS_FIX,
			error:
				"In Express, put app.use(cors(...)) before everything else: error handlers keep the headers that are set by then.",
			sharing: EXPRESS_FIX,
		},
	},
	nginx: {
		name: "nginx",
		shownBy: header("server", /^(nginx|openresty|tengine)/i),
		fixes: {
			preflight:
				"In nginx, answer preflights before auth_request and proxy_pass: if ($request_method = OPTIONS) { add_header ... always; return 204; } in the location.",
			redirect:
				"In nginx, a location with a slash at the end and proxy_pass redirects the path without it (301): call the URL with the slash, or add a location for the path without it.",
			error: NGINX_ADD_HEADER,
			sharing: `${NGINX_ADD_HEADER} Where the application sends the headers too, take them out with proxy_hide_header Access-Control-Allow-Origin, or set them in one place only.`,
		},
	},
};

/** Who gave an answer, and the fix for this trouble; undefined where the answer does not show it. */
export function whoAnswered(exchange: Answered, trouble: Trouble): AnsweredBy | undefined {
	for (const product of Object.keys(PRODUCTS) as readonly Product[]) {
		const { name, shownBy, fixes } = PRODUCTS[product];
		const evidence = shownBy(exchange);
		if (evidence !== undefined) return { product, name, evidence, fix: fixes[trouble] };
	}
	return undefined;
}

/** What trouble a failed step means, given the status of the answer. */
export function troubleOf(code: StepCode, status: number): Trouble {
	if (status >= 300 && status <= 399) return "redirect";
	if (code.startsWith("preflight-"))
		return code === "preflight-status" || status >= 400 ? "preflight" : "sharing";
	return status >= 400 ? "error" : "sharing";
}
