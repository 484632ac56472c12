/** Owns who answered, where a response shows it: which product comes first, and its fix. */

import type { Step } from "../../browser/steps.ts";
import { isList } from "../findings/doubled.ts";
import type { AnsweredExchange } from "../seen.ts";
import {
	azureStorage,
	cloudRun,
	elasticsearch,
	googleStorage,
	minio,
	netlify,
	ngrok,
	supabase,
} from "./clouds.ts";
import {
	amazonS3,
	awsApiGateway,
	awsLoadBalancer,
	cloudflare,
	cloudflareAccess,
	cloudfront,
	envoy,
	heroku,
	kong,
	oauth2Proxy,
	traefik,
} from "./edges.ts";
import {
	aspNet,
	django,
	express,
	fastify,
	flask,
	hapi,
	laravel,
	nextJs,
	rails,
	spring,
	starlette,
	vercel,
} from "./frameworks.ts";
import type { Facts, Trouble } from "./product.ts";
import { apache, caddy, haproxy, iis, nginx, varnish } from "./servers.ts";

/** What stands before an application comes before the application. */
const PRODUCTS = {
	"cloudflare-access": cloudflareAccess,
	"oauth2-proxy": oauth2Proxy,
	cloudflare,
	"amazon-s3": amazonS3,
	"google-cloud-storage": googleStorage,
	"azure-storage": azureStorage,
	minio,
	elasticsearch,
	"cloud-run": cloudRun,
	ngrok,
	"aws-api-gateway": awsApiGateway,
	"aws-load-balancer": awsLoadBalancer,
	heroku,
	spring,
	fastify,
	hapi,
	starlette,
	django,
	flask,
	express,
	rails,
	"next.js": nextJs,
	vercel,
	netlify,
	supabase,
	kong,
	traefik,
	envoy,
	"asp.net": aspNet,
	laravel,
	iis,
	caddy,
	haproxy,
	apache,
	nginx,
	varnish,
	cloudfront,
} as const satisfies Readonly<Record<string, Facts>>;

/** The products that are told. */
export type Product = keyof typeof PRODUCTS;

/** Who answered, and what is to be done there. */
export interface AnsweredBy {
	readonly product: Product;
	readonly name: string;
	/** Whether it made the answer itself; else it is there, and something behind it may have made it. */
	readonly made: boolean;
	/** The part of the response that shows it. */
	readonly evidence: string;
	/** The fix in the product's own words. */
	readonly fix: string;
}

/** Troubles that the fix for the origin does not help. */
const HAS_NO_FALLBACK: ReadonlySet<Trouble> = new Set([
	"sign-in",
	"reflects",
	"redirect",
	"downgrade",
	"doubled",
]);

/**
 * Who gave an answer, and the fix for this trouble; undefined where the answer does not show it. Who made the answer comes
 * before who only passed it on.
 */
export function whoAnswered(exchange: AnsweredExchange, trouble: Trouble): AnsweredBy | undefined {
	const products = Object.entries(PRODUCTS) as readonly (readonly [Product, Facts])[];
	for (const made of [true, false]) {
		for (const [product, { name, answered, passed, fixes }] of products) {
			const evidence = (made ? answered : passed)?.(exchange);
			const fix = fixes[trouble] ?? (HAS_NO_FALLBACK.has(trouble) ? undefined : fixes.origin);
			if (evidence !== undefined && fix !== undefined) return { product, name, made, evidence, fix };
		}
	}
	return undefined;
}

/** The steps that look at the lists of a preflight's answer. */
const LIST_STEPS: ReadonlySet<Step["code"]> = new Set([
	...(["preflight-allow-methods", "preflight-allow-methods-syntax", "preflight-allow-headers"] as const),
	...(["preflight-allow-headers-syntax", "preflight-allow-authorization"] as const),
]);

/** What trouble a failed step means, given the status of the answer. */
export function troubleOf({ code, received }: Step, status: number): Trouble {
	if (status >= 300 && status <= 399) return "redirect";
	if (code === "preflight-status") return "preflight";
	if (LIST_STEPS.has(code)) return "lists";
	if (received.includes(",") && !isList([received.slice(received.indexOf(":") + 1)])) return "doubled";
	if (status >= 400 && received.startsWith("no "))
		return code.startsWith("preflight-") ? "preflight" : "error";
	return "origin";
}
