/** Owns the products that stand before an API: access layers, gateways, content networks, load balancers. */

import { anyHeader, body, both, cookie, type Facts, firstOf, header, leadsTo } from "./product.ts";

const ACCESS =
	'In Zero Trust, in the CORS settings of the Access application, turn on "Bypass OPTIONS requests to origin" (bypass options requests), or let Access answer preflights with the origins, methods and headers of that page; the Worker or API behind it is not asked before that.';

/** https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/cors/ */
export const cloudflareAccess: Facts = {
	name: "Cloudflare Access",
	answered: firstOf(
		leadsTo(/\.cloudflareaccess\.com\/|\/cdn-cgi\/access\//, "a redirect to its sign-in page"),
		header("www-authenticate", /cloudflare-access/i),
		anyHeader(/^cf-access-(aud|domain)$/i),
		body(/cloudflareaccess\.com|\/cdn-cgi\/access\/|<title>[^<]*Cloudflare Access/i, "the body"),
	),
	fixes: {
		origin: ACCESS,
		redirect: ACCESS,
		"sign-in": ACCESS,
		error: `${ACCESS} Without a session Access answers by itself: sign the user in by a visit of the API's own host before the call, and call with credentials.`,
	},
};

const OAUTH2_PROXY =
	"In oauth2-proxy, set --skip-auth-preflight=true, which lets OPTIONS through to the API, and list the API's paths in --api-route, so that calls without a session get 401 in place of the redirect.";

/** https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview */
export const oauth2Proxy: Facts = {
	name: "oauth2-proxy",
	answered: firstOf(
		leadsTo(/\/oauth2\/(start|sign_in)(\?|$)/, "a redirect to its sign-in page"),
		cookie(/^_oauth2_proxy/),
		body(/OAuth2 Proxy/i, "its sign-in page in the body"),
	),
	fixes: { origin: OAUTH2_PROXY, redirect: OAUTH2_PROXY, "sign-in": OAUTH2_PROXY },
};

const GATEWAY_OPTIONS =
	"In Amazon API Gateway, give the resource an OPTIONS method of its own (Enable CORS), with authorization NONE and no API key, and deploy the stage; in an HTTP API, set its CORS configuration, which answers OPTIONS before authorizers.";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html */
export const awsApiGateway: Facts = {
	name: "Amazon API Gateway",
	answered: firstOf(
		body(/^\{"message":"Missing Authentication Token"\}$/, 'the body "Missing Authentication Token"'),
		header("x-amzn-errortype", /MissingAuthenticationToken|UnauthorizedException|IncompleteSignature/),
		both(anyHeader(/^x-amz-apigw-id$/i), header("x-amzn-errortype", /./)),
	),
	passed: firstOf(anyHeader(/^x-amz-apigw-id$/i), anyHeader(/^apigw-requestid$/i)),
	fixes: {
		preflight: GATEWAY_OPTIONS,
		redirect: GATEWAY_OPTIONS,
		error:
			"In Amazon API Gateway, add the CORS headers to the Gateway Responses DEFAULT_4XX and DEFAULT_5XX (errors that the gateway itself makes never reach the integration), and let the function send them with its own errors too. Missing Authentication Token mostly means that the path or method does not exist in the stage.",
		origin:
			"In Amazon API Gateway, with a proxy integration the function itself returns the CORS headers; without one they go into the Integration Response. In an HTTP API its CORS configuration sets them (AllowOrigins, AllowCredentials), and takes out those of the function. Deploy the stage afterwards.",
		lists:
			"In Amazon API Gateway, the OPTIONS method of the resource has these lists (Enable CORS writes them); in an HTTP API, AllowMethods and AllowHeaders of its CORS configuration. Deploy the stage afterwards.",
		doubled:
			"In Amazon API Gateway, let either the integration or the gateway's CORS configuration set the headers, not both.",
	},
};

const S3 =
	"In Amazon S3, set the CORS configuration of the bucket: AllowedOrigins, AllowedMethods, AllowedHeaders and ExposeHeaders. It answers preflights too, and sends the headers only where the request has an Origin.";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html */
export const amazonS3: Facts = {
	name: "Amazon S3",
	answered: firstOf(
		body(/<Message>CORSResponse: [^<]+<\/Message>/, "the CORSResponse in the body"),
		header("server", /^AmazonS3$/i),
	),
	fixes: {
		origin: S3,
		redirect:
			"Amazon S3 redirects (301 or 307) where the bucket is of another region than the URL, or was made a short while ago: call it by its region, https://BUCKET.s3.REGION.amazonaws.com.",
		error: `${S3} A 403 also stands for an object that is not there or not allowed: see the key and the bucket's policy.`,
	},
};

const CLOUDFRONT =
	"In CloudFront, let the cache behavior pass Origin on to the API (an origin request policy such as Managed-CORS-CustomOrigin, and Origin in the cache key), or let a response headers policy set the CORS headers.";

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/header-caching.html */
export const cloudfront: Facts = {
	name: "CloudFront",
	answered: firstOf(
		header("server", /^CloudFront$/),
		header("x-cache", /^(Error|LambdaGeneratedResponse|FunctionGeneratedResponse) from cloudfront/i),
	),
	passed: firstOf(header("via", /\(CloudFront\)/), anyHeader(/^x-amz-cf-(id|pop)$/i)),
	fixes: {
		preflight:
			"In CloudFront, let the cache behavior allow OPTIONS (Allowed HTTP methods: GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE), and pass Origin, Access-Control-Request-Method and -Headers on to the API by an origin request policy such as Managed-CORS-CustomOrigin; or let a response headers policy with CORS answer.",
		redirect:
			"In CloudFront, the viewer protocol policy Redirect HTTP to HTTPS redirects every request over http: call the https URL.",
		error:
			"In CloudFront, a response headers policy sets the CORS headers on errors too, those of CloudFront itself among them.",
		origin: CLOUDFRONT,
		doubled:
			"In CloudFront, turn on Origin override in the response headers policy, so that its headers take the place of those of the API.",
	},
};

const KONG =
	"In Kong, enable the cors plugin on the service or route, with config.origins, config.credentials: true, config.methods and config.headers, and preflight_continue: false, so that it answers before authentication plugins do.";

/** `Via` comes with what Kong passes on, `Server` with what it answers itself. https://developer.konghq.com/plugins/cors/ */
export const kong: Facts = {
	name: "Kong",
	answered: firstOf(
		header("server", /^kong\b/i),
		body(/^\{\s*"message":\s*"no Route matched with those values"/, 'the body "no Route matched"'),
	),
	passed: firstOf(header("via", /\bkong\//i), anyHeader(/^x-kong-(upstream|proxy|response)-latency$/i)),
	fixes: {
		origin: KONG,
		preflight: `${KONG} Where the route lists methods, OPTIONS is among them.`,
		doubled:
			"In Kong, the cors plugin beside an API that sends the headers itself gives two: turn one of them off, or take those of the API out with the response-transformer plugin (remove.headers).",
	},
};

const TRAEFIK =
	"In Traefik, put a headers middleware with accessControlAllowOriginList, accessControlAllowCredentials: true, accessControlAllowMethods and accessControlAllowHeaders first on the router, before any auth middleware: it answers preflights itself.";

/** Traefik adds no Server header; its own realm is the one thing it says. https://doc.traefik.io/traefik/middlewares/http/headers/ */
export const traefik: Facts = {
	name: "Traefik",
	answered: firstOf(header("www-authenticate", /realm="?traefik"?/i), header("server", /^traefik/i)),
	passed: anyHeader(/^x-traefik-/i),
	fixes: {
		origin: TRAEFIK,
		"sign-in":
			"In Traefik, a forwardAuth middleware sends this: give OPTIONS and the API's paths a router of their own without it, or let the auth service answer 401 to page code.",
		lists:
			"In Traefik, name them in accessControlAllowMethods and accessControlAllowHeaders of the headers middleware.",
		redirect:
			"In Traefik, a redirectScheme or redirectRegex middleware, or the entry point's redirection, sends this: call the URL it leads to.",
	},
};

const ENVOY =
	"In Envoy, put the filter envoy.filters.http.cors before ext_authz and jwt_authn in http_filters, and a CorsPolicy (allow_origin_string_match, allow_credentials, allow_methods, allow_headers) on the virtual host or route; in Istio, corsPolicy in the VirtualService.";

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/cors_filter */
export const envoy: Facts = {
	name: "Envoy",
	answered: body(
		/^(upstream connect error or disconnect\/reset|no healthy upstream|upstream request timeout|RBAC: access denied|Jwt is missing|Jwt (issuer|verification|is expired))/,
		"its own words in the body",
	),
	passed: firstOf(header("server", /^(istio-)?envoy/i), anyHeader(/^x-envoy-/i)),
	fixes: {
		origin: ENVOY,
		error: `${ENVOY} Answers that Envoy makes before that filter, and those without a route, have no CORS headers.`,
		lists:
			"In Envoy, name them in allow_methods and allow_headers of the CorsPolicy; in Istio, allowMethods and allowHeaders of corsPolicy.",
	},
};

const ALB_ERROR =
	"In an Application Load Balancer nothing can add CORS headers to its own errors: see why it answers in place of the API (targets that are not healthy, a rule's action).";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html */
export const awsLoadBalancer: Facts = {
	name: "an AWS load balancer",
	answered: header("server", /^awselb\//i),
	fixes: {
		preflight:
			"In an Application Load Balancer, an authenticate action takes OPTIONS too: put a rule before it that forwards the HTTP request method OPTIONS to the API.",
		redirect:
			"In an Application Load Balancer, a rule redirects (mostly http to https): call the URL it leads to. An authenticate action with OnUnauthenticatedRequest: deny gives 401 in place of a redirect.",
		"sign-in":
			"In an Application Load Balancer, let the authenticate action of the API's paths have OnUnauthenticatedRequest: deny, which answers 401, or allow, which leaves it to the API.",
		error: ALB_ERROR,
		origin: ALB_ERROR,
	},
};

const HEROKU =
	"On Heroku this is the router's own page: the application crashed, did not start or did not answer in 30 s, and nothing of it can add CORS headers. See heroku logs for the code (H10, H12 …).";

/** https://devcenter.heroku.com/articles/error-codes */
export const heroku: Facts = {
	name: "Heroku",
	answered: firstOf(body(/herokucdn\.com\/error-pages/, "its error page"), header("server", /^Heroku$/)),
	fixes: { origin: HEROKU },
};

const CLOUDFLARE_ERROR =
	"This is Cloudflare's own error page, and CORS headers of the API cannot be on it: see why the API behind does not answer (52x), why the Worker throws (error 1101, in its logs), or which rule of its firewall blocks the request (errors 1005 to 1020, under Security, Events).";

/** https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/ */
export const cloudflare: Facts = {
	name: "Cloudflare",
	answered: (exchange) => {
		const { answer } = exchange;
		if (header("server", /^cloudflare$/i)(exchange) === undefined) return undefined;
		if (answer.status >= 520 && answer.status <= 530) return `the status ${answer.status}`;
		return /^error code: \d{3,4}\b|cf-error-details|Worker threw exception/.test(answer.body)
			? "its error page"
			: undefined;
	},
	fixes: { origin: CLOUDFLARE_ERROR },
};
