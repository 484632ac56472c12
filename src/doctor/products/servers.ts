/** Owns the web servers and caches that stand before an API, or are it. */

import { anyHeader, body, type Facts, firstOf, header } from "./product.ts";

const NGINX =
	"In nginx, choose the origin by a map ($http_origin) and send it with add_header Access-Control-Allow-Origin … always; an add_header in a location takes away all those of the levels above it.";

/** https://nginx.org/en/docs/http/ngx_http_headers_module.html */
export const nginx: Facts = {
	name: "nginx",
	answered: body(/<center>(nginx|openresty)(\/[\d.]+)?<\/center>/, "its error page in the body"),
	passed: header("server", /^(nginx|openresty|tengine)\b/i),
	fixes: {
		preflight:
			"In nginx, answer preflights before authentication and proxy_pass: if ($request_method = OPTIONS) { add_header … always; return 204; } in the location, with all the CORS headers in it.",
		redirect:
			"In nginx, a directory, or a location with a slash at the end and proxy_pass, redirects the path without that slash (301), and return 301 redirects everything: call the URL it leads to.",
		downgrade:
			"In nginx behind a proxy that ends TLS, absolute_redirect off makes its redirects name the path alone, and so keep https.",
		error:
			"In nginx, write add_header … always: without always it adds nothing to errors; and an add_header in a location takes away those of the levels above it.",
		origin: NGINX,
		lists:
			"In nginx, send Access-Control-Allow-Methods and Access-Control-Allow-Headers where OPTIONS is answered: if ($request_method = OPTIONS) { add_header … always; return 204; }.",
		"sign-in":
			"In nginx, error_page 401 = @login (or auth-signin of the ingress) makes the redirect: leave it out for the API's paths, so that auth_request answers 401, and answer OPTIONS before it.",
		reflects:
			"In nginx, add_header Access-Control-Allow-Origin $http_origin lets everybody in: choose the origin by a map with the exact origins, default empty.",
		doubled:
			"In nginx, add_header adds to what the application sends: take the application's out with proxy_hide_header for each header that came twice, or set it in one place only.",
	},
};

/** https://httpd.apache.org/docs/2.4/mod/mod_headers.html */
export const apache: Facts = {
	name: "Apache httpd",
	answered: body(
		/<address>Apache\/?[^<]*<\/address>|<!DOCTYPE HTML PUBLIC "-\/\/IETF\/\/DTD HTML 2\.0\/\/EN">/,
		"its error page in the body",
	),
	passed: header("server", /^Apache(\/|$| )/),
	fixes: {
		preflight:
			"In Apache httpd, answer preflights before authentication: RewriteCond %{REQUEST_METHOD} =OPTIONS and RewriteRule ^ - [R=204,L] with Header always set …, and where Require asks for a user, let OPTIONS through: <RequireAny> with Require method OPTIONS.",
		redirect:
			"In Apache httpd, DirectorySlash redirects a directory without its slash (301), and Redirect or RewriteRule others: call the URL it leads to.",
		downgrade:
			"In Apache httpd behind a proxy that ends TLS, ServerName https://api.example.com (with the scheme) makes its own redirects name https.",
		error:
			"In Apache httpd, write Header always set: without always it sets nothing on the errors that httpd itself makes.",
		origin:
			'In Apache httpd, choose the origin with SetEnvIf Origin "^(https://app\\.example\\.com)$" CORS=$1, and send it with Header always set Access-Control-Allow-Origin %{CORS}e env=CORS, and Header always merge Vary Origin.',
		lists:
			"In Apache httpd, send the lists with Header always set Access-Control-Allow-Methods and Header always set Access-Control-Allow-Headers; where it answers OPTIONS by itself (200 with Allow), these are all that is missing.",
		reflects:
			'In Apache httpd, a SetEnvIf Origin that matches everything lets everybody in: match "^https://app\\.example\\.com$", dots with a backslash, from ^ to $.',
		doubled:
			"In Apache httpd, Header add, and Header always set beside an application that sends the header too, give two: take the application's out with Header onsuccess unset for each header that came twice, or set it in one place only.",
	},
};

/** https://caddyserver.com/docs/caddyfile/directives/header */
export const caddy: Facts = {
	name: "Caddy",
	passed: firstOf(header("server", /^Caddy\b/), header("via", /\bCaddy\b/)),
	fixes: {
		preflight:
			"In Caddy, answer preflights in a block of their own: @preflight method OPTIONS, handle @preflight { header …; respond 204 }; and let basic_auth (basicauth before 2.8) and forward_auth leave them alone (a matcher not method OPTIONS), as they come before handle.",
		redirect:
			"In Caddy, file_server redirects a directory without its slash (308), and redir or automatic HTTPS others: call the URL it leads to.",
		error:
			"In Caddy, errors that Caddy itself makes (a 502 of reverse_proxy) are written in handle_errors: set the headers there too.",
		origin:
			"In Caddy, @origin header Origin https://app.example.com, then header @origin with Access-Control-Allow-Origin and Access-Control-Allow-Credentials true, and header Vary Origin.",
		lists:
			"In Caddy, set Access-Control-Allow-Methods and Access-Control-Allow-Headers in the header directive of the block that answers OPTIONS.",
		reflects:
			"In Caddy, {http.request.header.Origin} as the value lets everybody in: send it only for a matcher @origin header Origin https://app.example.com.",
		doubled:
			"In Caddy, header before reverse_proxy adds to what the application sends: take the application's out with header_down -NAME in reverse_proxy for each header that came twice, or set it in one place only.",
	},
};

/** It has no Server header; its own pages have one form. https://docs.haproxy.org/2.8/configuration.html#4.2-http-after-response */
export const haproxy: Facts = {
	name: "HAProxy",
	answered: body(
		/^<html><body><h1>\d{3} [A-Za-z- ]+<\/h1>\n[^<]+\n<\/body><\/html>\s*$/,
		"its error page in the body",
	),
	fixes: {
		preflight:
			"In HAProxy, answer preflights before http-request auth and deny: http-request return status 204 hdr … if METH_OPTIONS { req.hdr(Access-Control-Request-Method) -m found }.",
		redirect: "In HAProxy, http-request redirect sends this: call the URL it leads to.",
		error:
			"In HAProxy, http-response rules leave the answers alone that HAProxy itself makes: write http-after-response set-header.",
		origin:
			"In HAProxy, keep the origin with http-request set-var(txn.origin) req.hdr(Origin), and send it with http-after-response set-header Access-Control-Allow-Origin %[var(txn.origin)] if it is on the list.",
		doubled: "In HAProxy, add-header adds to what the application sends: write set-header.",
	},
};

/** https://varnish-cache.org/docs/trunk/users-guide/vcl-built-in-subs.html */
export const varnish: Facts = {
	name: "Varnish",
	answered: firstOf(
		header("server", /^Varnish$/),
		body(/<p>Varnish cache server<\/p>/, "its error page in the body"),
	),
	passed: firstOf(anyHeader(/^x-varnish$/i), header("via", /varnish/i)),
	fixes: {
		preflight:
			"In Varnish, answer preflights in vcl_recv with return (synth(204)), and set the CORS headers in vcl_synth, as vcl_deliver is not run for it.",
		error: "In Varnish, set the CORS headers in vcl_synth and vcl_backend_error as well as in vcl_deliver.",
		origin:
			"In Varnish, set resp.http.Access-Control-Allow-Origin in vcl_deliver from req.http.Origin where it is on the list, or let the API do it and send Vary: Origin, and do not unset req.http.Origin.",
		doubled:
			"In Varnish, set replaces a header, and the API's own second line stays only where std.collect or a VMOD adds one: set it in one place only.",
	},
};

const IIS =
	'In IIS, install the IIS CORS module and configure <cors enabled="true"> in web.config, with <add origin="…" allowCredentials="true">; it answers preflights before authentication. Where the application (ASP.NET) is to answer them, remove OPTIONSVerbHandler from <handlers>, and let Request Filtering allow OPTIONS.';

/** https://learn.microsoft.com/iis/extensions/cors-module/cors-module-configuration-reference */
export const iis: Facts = {
	name: "IIS",
	answered: body(
		/IIS \d+\.\d+ Detailed Error|<h2>\d{3} - [^<]+<\/h2>[\s\S]*<h3>/,
		"its error page in the body",
	),
	passed: header("server", /microsoft-iis/i),
	fixes: {
		origin: IIS,
		redirect:
			"In IIS, a rule of URL Rewrite or HTTP Redirect sends this: call the URL it leads to, or let the rule leave OPTIONS alone.",
		error:
			"In IIS, <customHeaders> stands on answers of the application, not on every error: use the IIS CORS module, which adds the headers to errors too.",
		lists:
			'In IIS, name them in <allowMethods> and <allowHeaders> of <add origin="…"> in <cors>; where OPTIONSVerbHandler answers OPTIONS by itself (200 with Allow and Public), remove it.',
		doubled:
			"In IIS, <customHeaders> adds to what the application sends: remove it there, or let the application send none.",
	},
};
