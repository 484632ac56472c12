/** Owns the hosts under which anybody can have a name although the Public Suffix List does not say so, and why for each. */

import { type OriginPattern, parseOriginPattern } from "../cors/origin-pattern.ts";
import { nameOf } from "../cors/pattern-host.ts";
import type { CorsConfig } from "../cors/policy.ts";
import type { Findings } from "../findings/collector.ts";
import { pointerTo, quote } from "../findings/finding.ts";

const TUNNEL = "whoever starts a tunnel gets a name there, in front of a server of their own";
const WORKSPACE = "every developer's workspace gets a name there, and serves what its owner runs";
const ADDRESS =
	"such a name leads to the IP address that is written in it, so anybody has one for their own machine";
const SITE = "whoever signs up gets a site there, with scripts of their own";
const FILES = "what anybody has uploaded is served there";
const THIS_MACHINE =
	"every name there leads to the user's own machine, and so to any program that listens on it";

/** Short on purpose: what is well known and was not on the list when this was written (a test tells when that changes). */
export const SHARED_HOSTS: Readonly<Record<string, string>> = {
	"app.github.dev": WORKSPACE,
	"gitpod.io": WORKSPACE,
	"gitpod.dev": WORKSPACE,
	"cloudworkstations.dev": WORKSPACE,
	"webcontainer.io": WORKSPACE,
	"codesandbox.io": WORKSPACE,
	"run.goorm.io": WORKSPACE,
	"coder.app": WORKSPACE,
	"devtunnels.ms": TUNNEL,
	"loca.lt": TUNNEL,
	"localhost.run": TUNNEL,
	"lhr.life": TUNNEL,
	"serveo.net": TUNNEL,
	"pinggy.link": TUNNEL,
	"share.zrok.io": TUNNEL,
	"exp.direct": TUNNEL,
	"nip.io": ADDRESS,
	"sslip.io": ADDRESS,
	"xip.io": ADDRESS,
	"traefik.me": ADDRESS,
	"lvh.me": THIS_MACHINE,
	"localtest.me": THIS_MACHINE,
	"wordpress.com": SITE,
	"weebly.com": SITE,
	"squarespace.com": SITE,
	"glitch.me": SITE,
	"gradio.live": SITE,
	"koyeb.app": SITE,
	"kinsta.app": SITE,
	"softr.app": SITE,
	"tumblr.com": SITE,
	"neocities.org": SITE,
	"mystrikingly.com": SITE,
	"jimdofree.com": SITE,
	"godaddysites.com": SITE,
	"hs-sites.com": SITE,
	"mybigcommerce.com": SITE,
	"000webhostapp.com": SITE,
	"infinityfreeapp.com": SITE,
	"zendesk.com": SITE,
	"my.site.com": SITE,
	"cloudapp.azure.com": SITE,
	"appdomain.cloud": SITE,
	"openshiftapps.com": SITE,
	"ipfs.io": FILES,
	"backblazeb2.com": FILES,
	"wasabisys.com": FILES,
	"googleusercontent.com": FILES,
};

/** Warns of wildcards under such hosts. @param pointer where the list stands */
export function warnSharedHosts(
	origins: Exclude<CorsConfig["origins"], "*">,
	pointer: string,
	warnings: Findings,
): void {
	origins.forEach((entry, index) => {
		const parsed = typeof entry === "string" ? parseOriginPattern(entry) : undefined;
		const host = parsed?.ok ? sharedHostOf(parsed.pattern) : undefined;
		if (host === undefined || typeof entry !== "string") return;
		warnings.add({
			code: "shared-host",
			pointer: pointerTo(pointer, index),
			message: `${quote(entry)} lets in strangers with credentials: under ${quote(host)} ${SHARED_HOSTS[host]}. Name the hosts that are yours, or set "dangerouslyAllowPublicSuffixSubdomains": true in cors where all of them are meant.`,
		});
	});
}

/** The host under which a pattern's wildcard stands, or above which; regions of a host (`euw.devtunnels.ms`) are part of it. */
function sharedHostOf({ host }: OriginPattern): string | undefined {
	if (host.kind === "exact" || host.kind === "any") return undefined;
	const parent = nameOf(host);
	return Object.keys(SHARED_HOSTS).find(
		(shared) =>
			parent === shared ||
			(host.kind === "subdomains" && shared.endsWith(`.${parent}`)) ||
			(REGIONAL.has(shared) && isRegion(parent, shared)),
	);
}

/** Hosts whose names stand under a region. */
const REGIONAL: ReadonlySet<string> = new Set([
	"devtunnels.ms",
	"gitpod.io",
	"cloudworkstations.dev",
	"appdomain.cloud",
	"cloudapp.azure.com",
]);

/** One label more. */
function isRegion(parent: string, shared: string): boolean {
	const label = parent.slice(0, -shared.length - 1);
	return parent.endsWith(`.${shared}`) && !label.includes(".");
}
