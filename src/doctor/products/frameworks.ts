/** Owns the frameworks that APIs are written in, and the platforms that come with one. */

import type { AnsweredExchange } from "../seen.ts";
import {
	anyHeader,
	body,
	both,
	cookie,
	type Evidence,
	type Facts,
	firstOf,
	header,
	leadsTo,
} from "./product.ts";

/** A JSON object whose keys are these, among others. */
function jsonWith(
	...keys: readonly string[]
): (exchange: AnsweredExchange) => Readonly<Record<string, unknown>> | undefined {
	return ({ answer }) => {
		try {
			const value: unknown = JSON.parse(answer.body);
			if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
			return keys.every((key) => Object.hasOwn(value, key)) ? { ...value } : undefined;
		} catch {
			return undefined;
		}
	};
}

/** https://docs.spring.io/spring-boot/reference/web/servlet.html#web.servlet.spring-mvc.error-handling */
const springError: Evidence = (exchange) =>
	jsonWith("timestamp", "status", "error", "path")(exchange) && "the form of the error";

const SPRING =
	"In Spring, declare a CorsConfigurationSource with setAllowedOrigins, setAllowedMethods, setAllowedHeaders and setAllowCredentials(true), and in Spring Security turn on http.cors(…), which answers preflights before authentication; @CrossOrigin alone comes after the security filters.";

/** https://docs.spring.io/spring-security/reference/servlet/integrations/cors.html */
export const spring: Facts = {
	name: "Spring",
	answered: firstOf(
		body(/^Invalid CORS request$/, 'the body "Invalid CORS request"'),
		springError,
		body(/<h1>Whitelabel Error Page<\/h1>/, "the Whitelabel Error Page"),
		anyHeader(/^x-application-context$/i),
		header("www-authenticate", /^Basic realm="Realm"$/),
	),
	fixes: {
		origin: SPRING,
		preflight: `${SPRING} "Invalid CORS request" means that the origin, the method or a header is not in that configuration.`,
		"sign-in":
			"In Spring Security, let the API's paths answer 401 in place of the login page: exceptionHandling().authenticationEntryPoint(new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED)), and turn on http.cors(…).",
		reflects:
			'In Spring, allowedOriginPatterns("*") with allowCredentials(true) lets everybody in: write setAllowedOrigins with the exact origins.',
		lists:
			"In Spring, name them in setAllowedMethods and setAllowedHeaders of the CorsConfiguration (or in @CrossOrigin).",
		downgrade:
			"In Spring Boot, server.forward-headers-strategy=framework makes it trust what the proxy says of https.",
		doubled:
			"In Spring, behind Spring Cloud Gateway or a proxy that sets them too, let one of them do so: the gateway's filter DedupeResponseHeader=Access-Control-Allow-Origin Access-Control-Allow-Credentials, RETAIN_UNIQUE keeps one.",
	},
};

const ASPNET =
	"In ASP.NET Core, call app.UseCors() after UseRouting and before UseAuthentication and UseAuthorization, with a policy of WithOrigins(…), AllowCredentials(), WithMethods(…) and WithHeaders(…).";

/** https://learn.microsoft.com/aspnet/core/security/cors */
export const aspNet: Facts = {
	name: "ASP.NET",
	passed: firstOf(
		header("server", /kestrel/i),
		header("x-powered-by", /asp\.net/i),
		anyHeader(/^x-aspnet(mvc)?-version$/i),
	),
	fixes: {
		origin: ASPNET,
		preflight: `${ASPNET} Behind IIS, a 405, or a 200 with Public and without the headers, is IIS's own: remove OPTIONSVerbHandler (and WebDAV) from <handlers>, so that OPTIONS reaches the application.`,
		redirect:
			"In ASP.NET Core, UseHttpsRedirection answers preflights by http with a redirect: call the https URL.",
		downgrade:
			"In ASP.NET Core, app.UseForwardedHeaders() with XForwardedProto, before everything else, makes it trust what the proxy says of https.",
		error: `${ASPNET} An exception handler takes off what was set before it: where errors come without the headers, call UseCors inside it too, or set them there.`,
		"sign-in":
			"In ASP.NET Core, the cookie scheme redirects to its login page: let Events.OnRedirectToLogin answer 401 for the API's paths.",
		reflects:
			"In ASP.NET Core, SetIsOriginAllowed(_ => true) with AllowCredentials() lets everybody in: write WithOrigins(…) with the exact origins.",
		lists: "In ASP.NET Core, name them in WithMethods(…) and WithHeaders(…) of the policy.",
	},
};

const EXPRESS =
	"In Express, put app.use(cors({ origin: […], credentials: true })) before authentication and before every route, so that it answers OPTIONS too.";

/** https://expressjs.com/en/resources/middleware/cors.html */
export const express: Facts = {
	name: "Express",
	answered: firstOf(
		header("x-powered-by", /^express$/i),
		body(/<pre>Cannot (GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /, "its error page in the body"),
	),
	fixes: {
		origin: EXPRESS,
		error:
			"In Express, put app.use(cors({ origin: […], credentials: true })) before everything that can fail: errors keep the headers that are set by then. An origin function that calls back with an error makes a 500 without them: let it say false.",
		lists:
			"In Express, name them in methods and allowedHeaders of cors(…); left out, it allows every method that is common, and the headers that are asked for.",
		"sign-in":
			"In Express, let the authentication middleware answer 401 for the API's paths in place of response.redirect, and put app.use(cors(…)) before it.",
		reflects:
			'In Express, cors({ origin: true }) and a function that always says true let everybody in: write origin: ["https://app.example.com"].',
		downgrade: 'In Express, app.set("trust proxy", 1) makes it trust what the proxy says of https.',
		doubled:
			"In Express, let either cors(…) or your own response.header(…) set the header, not both, and nothing in front.",
	},
};

/** https://github.com/fastify/fastify-cors */
export const fastify: Facts = {
	name: "Fastify",
	answered: body(/"message":"Route [A-Z]+:[^"]* not found"/, "the form of the error"),
	fixes: {
		origin:
			"In Fastify, register @fastify/cors before authentication hooks and routes, with origin: […], credentials: true and methods: […] (left out, they are GET, HEAD and POST).",
	},
};

const HAPI =
	"In hapi, set routes.cors of the server (or options.cors of the route): { origin: […], credentials: true, additionalHeaders: […] }.";

/** https://hapi.dev/api/#-routeoptionscors */
export const hapi: Facts = {
	name: "hapi",
	answered: body(/"message":"CORS[^"]*"/, "the message in the body"),
	fixes: {
		origin: HAPI,
		reflects: "In hapi, origin: ['*'] with credentials: true lets everybody in: name the origins.",
	},
};

const STARLETTE =
	'In Starlette or FastAPI, add CORSMiddleware with allow_origins=["https://app.example.com"] (without a slash at the end), allow_credentials=True, allow_methods=["*"] and allow_headers=["*"] as the last add_middleware, so that it is outermost.';

/** https://www.starlette.io/middleware/#corsmiddleware */
export const starlette: Facts = {
	name: "Starlette or FastAPI",
	answered: firstOf(
		body(/^Disallowed CORS /, "its own words in the body"),
		both(header("server", /^uvicorn$/), body(/^\{"detail":/, "the form of the error")),
	),
	passed: header("server", /^uvicorn$/),
	fixes: {
		origin: STARLETTE,
		redirect:
			"In Starlette or FastAPI, redirect_slashes redirects the path without (or with) its slash (307): call the URL it leads to.",
		downgrade:
			"In Starlette or FastAPI, redirect_slashes redirects the path without (or with) its slash (307), by the scheme that uvicorn knows of: start it with --proxy-headers and --forwarded-allow-ips naming the proxy, or call the path as it is served.",
		error: `${STARLETTE} A 500 of an exception that nobody catches is made outside of every middleware and has no CORS headers: add an exception handler for it, or wrap the application in CORSMiddleware itself: app = CORSMiddleware(app, …).`,
		reflects:
			'In Starlette or FastAPI, allow_origins=["*"] with allow_credentials=True lets everybody in who has a cookie, as allow_origin_regex=".*" does: write allow_origins=["https://app.example.com"].',
		doubled:
			"In Starlette or FastAPI, let CORSMiddleware alone set the headers: take them out of the views, of other middleware, and of what stands in front.",
		lists:
			"In Starlette or FastAPI, name them in allow_methods and allow_headers of CORSMiddleware: left out, only GET and no further header are allowed.",
	},
};

const DJANGO =
	"In Django, install django-cors-headers, put corsheaders.middleware.CorsMiddleware first in MIDDLEWARE (before CommonMiddleware), and set CORS_ALLOWED_ORIGINS and CORS_ALLOW_CREDENTIALS = True.";

/** https://github.com/adamchainz/django-cors-headers */
export const django: Facts = {
	name: "Django",
	answered: firstOf(
		body(
			/<h1>Not Found<\/h1><p>The requested resource was not found on this server\.<\/p>|<h1>(Server Error \(500\)|Bad Request \(400\)|403 Forbidden)<\/h1><p><\/p>/,
			"its error page in the body",
		),
		body(
			/"detail":\s*"(Authentication credentials were not provided\.|Method \\"[A-Z]+\\" not allowed\.|Invalid token\.)"/,
			"the form of the error",
		),
		leadsTo(/\/(accounts|admin)\/login\/\?next=/, "a redirect to its sign-in page"),
	),
	passed: firstOf(header("server", /^WSGIServer\//), cookie(/^csrftoken$/)),
	fixes: {
		origin: DJANGO,
		redirect:
			"In Django, APPEND_SLASH redirects the path without its slash (301), without CORS headers where CommonMiddleware comes before CorsMiddleware: call the URL it leads to. For page code let a call without a session get 401 in place of a redirect to sign in.",
		"sign-in":
			"In Django, login_required redirects: let the API's views answer 401 (in Django REST framework, an authentication class that has authenticate_header), and put CorsMiddleware first.",
		reflects:
			"In Django, CORS_ALLOW_ALL_ORIGINS (CORS_ORIGIN_ALLOW_ALL) = True with CORS_ALLOW_CREDENTIALS lets everybody in: remove it, and write CORS_ALLOWED_ORIGINS.",
		downgrade:
			'In Django, SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") makes it trust what the proxy says of https.',
		doubled:
			"In Django, let django-cors-headers alone set the headers: take them out of the views, of other middleware, and of what stands in front.",
		lists:
			'In Django, name them in CORS_ALLOW_METHODS and CORS_ALLOW_HEADERS = (*corsheaders.defaults.default_headers, "x-…").',
	},
};

const FLASK =
	'In Flask, CORS(app, origins=["https://app.example.com"], supports_credentials=True) of flask-cors; with resources={r"/api/*": …} only those paths have the headers.';

/** https://flask-cors.readthedocs.io/ */
export const flask: Facts = {
	name: "Flask",
	answered: body(/^<!doctype html>\n<html lang=en>\n<title>\d{3} /, "its error page in the body"),
	passed: header("server", /^Werkzeug\//),
	fixes: {
		origin: FLASK,
		preflight: `${FLASK} A before_request that asks for a session has to let OPTIONS pass: if request.method == "OPTIONS": return.`,
		redirect:
			"In Flask, a route with a slash at the end redirects the path without it (308): call the URL it leads to, or set strict_slashes=False.",
		downgrade:
			"In Flask, a route with a slash at the end redirects the path without it (308), by the scheme that it knows of: app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1) of Werkzeug makes it trust what the proxy says of https.",
		error: `${FLASK} In debug mode the page of an exception that nobody catches has no headers: register an error handler for it.`,
		"sign-in":
			"In Flask-Login, let unauthorized_handler answer 401 for the API's paths in place of the redirect.",
		reflects:
			'In Flask, CORS(app, supports_credentials=True) without origins lets everybody in: write origins=["https://app.example.com"]. Entries that look like regular expressions are taken for them.',
		doubled:
			"In Flask, let flask-cors alone set the headers: take them out of after_request and the views, of a second CORS(app), and of what stands in front.",
		lists: "In Flask, name them in methods and allow_headers of CORS(…).",
	},
};

const RAILS =
	"In Rails, rack-cors: config.middleware.insert_before 0, Rack::Cors with allow { origins …; resource '*', headers: :any, methods: [:get, :post, :put, :patch, :delete, :options], credentials: true }; first, so that it answers before authentication.";

/** https://github.com/cyu/rack-cors */
export const rails: Facts = {
	name: "Rails",
	answered: header("x-rack-cors", /./),
	passed: both(anyHeader(/^x-runtime$/i), anyHeader(/^x-request-id$/i)),
	fixes: {
		origin: RAILS,
		"sign-in":
			"In Rails, Devise redirects formats that it navigates to: let the call ask for JSON (Accept: application/json), which gets 401.",
		reflects:
			"In Rails, rack-cors with origins /.*/ or a block that says true lets everybody in with credentials: name the origins.",
	},
};

const LARAVEL =
	"In Laravel, config/cors.php: the path in paths ('api/*'), the origin in allowed_origins, supports_credentials true; then php artisan config:clear. HandleCors stands first in the global middleware.";

/** https://laravel.com/docs/routing#cors */
export const laravel: Facts = {
	name: "Laravel",
	passed: cookie(/^(laravel_session|.*_session$|XSRF-TOKEN$)/),
	fixes: {
		origin: LARAVEL,
		"sign-in":
			"In Laravel, the auth middleware redirects to the route login: let the call send Accept: application/json, which gets 401.",
		downgrade: "In Laravel, trustProxies makes it trust what the proxy says of https.",
		reflects:
			"In Laravel, allowed_origins ['*'] with supports_credentials true lets everybody in: name the origins in config/cors.php.",
	},
};

const NEXT =
	"In Next.js, answer OPTIONS in the route handler (export function OPTIONS) or in middleware, and set the headers there or by headers() in next.config.js.";
const TRAILING_SLASH =
	"call the URL exactly as it is served, with or without the slash at the end: trailingSlash decides which one that is, the redirect to it (308) gets no headers of yours, and skipTrailingSlashRedirect turns it off.";

/** https://nextjs.org/docs/app/api-reference/config/next-config-js/trailingSlash */
export const nextJs: Facts = {
	name: "Next.js",
	answered: firstOf(
		header("x-powered-by", /next\.js/i),
		anyHeader(/^x-nextjs-/i),
		header("vary", /\brsc\b/i),
	),
	fixes: { origin: NEXT, redirect: `In Next.js, ${TRAILING_SLASH}` },
};

/** https://vercel.com/docs/edge-network/headers */
export const vercel: Facts = {
	name: "Vercel",
	answered: anyHeader(/^x-vercel-error$/i),
	passed: firstOf(header("server", /^vercel$/i), anyHeader(/^x-vercel-id$/i)),
	fixes: {
		preflight: `On Vercel, answer OPTIONS in the function itself, with 204, and set the headers by "headers" in vercel.json; where Deployment Protection is on, add the path to its OPTIONS Allowlist. ${NEXT}`,
		redirect: `On Vercel, ${TRAILING_SLASH} In vercel.json it is "trailingSlash"; a redirect to vercel.com/sso is Deployment Protection.`,
		"sign-in":
			"On Vercel, this is Deployment Protection: turn it off for this deployment, or let the call carry the bypass secret (x-vercel-protection-bypass).",
		error: 'On Vercel, set the headers by "headers" in vercel.json, which holds for errors of functions too.',
		origin: 'On Vercel, set the headers by "headers" in vercel.json or in the function itself, not in both.',
		doubled: 'On Vercel, set the headers by "headers" in vercel.json or in the function itself, not in both.',
	},
};
