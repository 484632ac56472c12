/** Owns the reading of Kubernetes' Gateway API: the CORS filter of an HTTPRoute. */

import { rulePlaces } from "../kubernetes.ts";
import { globOrExact, namesOf, rulesOf, withoutPolicy } from "../rules.ts";
import type { Format, Remark, SourcePolicy } from "../source-policy.ts";
import { credentialsOf } from "../switches.ts";
import { items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const gatewayApi: Format = {
	name: "gateway-api",
	title: "Kubernetes Gateway API (HTTPRoute)",
	read(document) {
		return textOf(member(document, "kind")) === "HTTPRoute" ? routesOf(document) : [];
	},
};

function routesOf(route: Tree): readonly SourcePolicy[] {
	const name = textOf(path(route, "metadata", "name")) ?? "";
	const hosts = texts(path(route, "spec", "hostnames")).map(({ text }) => text);
	return items(path(route, "spec", "rules")).flatMap((rule, index) => {
		const remarks: Remark[] = [];
		const places = rulePlaces(rule, remarks).map((place) => ({ ...place, hosts }));
		const [cors] = items(member(rule, "filters")).flatMap((filter) =>
			textOf(member(filter, "type"))?.toUpperCase() === "CORS" ? (member(filter, "cors") ?? []) : [],
		);
		return places.map((place): SourcePolicy => {
			if (cors === undefined) return withoutPolicy(place, name);
			const words = `rule ${index + 1} of HTTPRoute ${name}`;
			return { ...policyOf(cors, words), ...place, remarks, scope: name };
		});
	});
}

/** What the standard says where none is named. */
const DEFAULT_MAX_AGE_SECONDS = 5;

function policyOf(cors: Tree, name: string): Omit<SourcePolicy, "hosts" | "paths" | "remarks"> {
	const allows = credentialsOf(member(cors, "allowCredentials"));
	// With credentials an implementation has to answer with what was asked for.
	const star = allows.credentials ? "any" : "literal-star";
	return {
		name,
		line: cors.line,
		origins: rulesOf(member(cors, "allowOrigins"), globOrExact),
		...allows,
		methods: namesOf(member(cors, "allowMethods"), "any", []),
		requestHeaders: namesOf(member(cors, "allowHeaders"), star, []),
		exposedHeaders: namesOf(member(cors, "exposeHeaders"), "literal-star", []),
		maxAgeSeconds: secondsOf(member(cors, "maxAge")) ?? DEFAULT_MAX_AGE_SECONDS,
	};
}
