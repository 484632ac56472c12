/** Owns the reading of ingress-nginx: the annotations of an Ingress. */

import { ingressPlaces } from "../kubernetes.ts";
import { ANY_AS_ASTERISK, atPlaces, namesOf, type SourcePlace, withoutPolicy } from "../rules.ts";
import type { Format, Remark, SourcePath, SourcePolicy } from "../source-policy.ts";
import { credentialsOf, GO_TEXTS } from "../switches.ts";
import { entries, findMappings, items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

const PREFIX = "nginx.ingress.kubernetes.io/";
const DEFAULT_METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"];
const DEFAULT_MAX_AGE_SECONDS = 1_728_000;
const DEFAULT_HEADERS = [
	"DNT",
	"Keep-Alive",
	"User-Agent",
	"X-Requested-With",
	"If-Modified-Since",
	"Cache-Control",
	"Content-Type",
	"Range",
	"Authorization",
];

export const ingressNginx: Format = {
	name: "ingress-nginx",
	title: "ingress-nginx (annotations of an Ingress)",
	read(document) {
		const kind = textOf(member(document, "kind"));
		if (kind === undefined) return fromValues(document);
		if (kind !== "Ingress") return [];
		const annotations = path(document, "metadata", "annotations");
		const isRegex = ["use-regex", "rewrite-target"].some(
			(name) => annotation(annotations, name) !== undefined,
		);
		// The annotations are for the paths of the Ingress alone: other paths of the host are another Ingress'.
		const places = ingressPlaces(document, isRegex);
		return isEnabled(annotation(annotations, "enable-cors"))
			? places.map((place) => ({ ...policyOf(document, annotations), ...place }))
			: places.filter(({ hosts }) => hosts.length > 0).map((place) => withoutPolicy(place));
	},
};

function isEnabled(tree: Tree | undefined): boolean {
	return credentialsOf(tree, GO_TEXTS).credentials;
}

function annotation(annotations: Tree | undefined, name: string): Tree | undefined {
	return entries(annotations).find(([key]) => key === PREFIX + name)?.[1];
}

/** The values of a Helm chart: annotations, with the hosts beside them. */
function fromValues(document: Tree): readonly SourcePolicy[] {
	const owners = findMappings(document, (tree) =>
		isEnabled(annotation(member(tree, "annotations"), "enable-cors")),
	);
	return owners.flatMap((owner, index) => {
		const policy = policyOf(owner, member(owner, "annotations"));
		const places = items(member(owner, "hosts", "host", "hostname")).flatMap(
			(host): readonly SourcePlace[] => {
				const name = textOf(host) ?? textOf(member(host, "host", "name"));
				const written = items(member(host, "paths") ?? member(owner, "paths", "path"));
				return name === undefined ? [] : [{ hosts: [name], paths: written.flatMap(pathOfValue) }];
			},
		);
		return atPlaces({ ...policy, scope: owners.length > 1 ? `ingress-${index + 1}` : "" }, places);
	});
}

function pathOfValue(tree: Tree): readonly SourcePath[] {
	const at = textOf(tree) ?? textOf(member(tree, "path"));
	if (at === undefined) return [];
	if (textOf(member(tree, "pathType")) === "Exact") return [{ kind: "exact", path: at }];
	return [{ kind: /[^\w/.-]/.test(at) ? "regex" : "prefix", path: at }];
}

function policyOf(document: Tree, annotations: Tree | undefined): Omit<SourcePolicy, "hosts" | "paths"> {
	const own = (name: string) => annotation(annotations, name);
	const credentials = own("cors-allow-credentials");
	const origins = texts(own("cors-allow-origin"));
	return {
		name: `Ingress ${textOf(path(document, "metadata", "name")) ?? ""}`,
		line: own("enable-cors")?.line,
		origins:
			origins.length === 0
				? [{ text: "*", line: own("enable-cors")?.line, match: ANY_AS_ASTERISK }]
				: origins.map(({ text, line }) => ({
						text,
						line,
						// What its own check does not understand was "*" in old versions and is passed over in new ones.
						match:
							text === "*"
								? ANY_AS_ASTERISK
								: text.includes("*")
									? { kind: "glob", star: "label" }
									: { kind: "exact" },
					})),
		...(credentials === undefined ? { credentials: true } : credentialsOf(credentials, GO_TEXTS)),
		methods: namesOf(own("cors-allow-methods"), "literal-star", DEFAULT_METHODS),
		requestHeaders: namesOf(own("cors-allow-headers"), "literal-star", DEFAULT_HEADERS),
		exposedHeaders: namesOf(own("cors-expose-headers"), "literal-star", []),
		maxAgeSeconds: secondsOf(own("cors-max-age")) ?? DEFAULT_MAX_AGE_SECONDS,
		remarks: snippetRemarks(annotations),
	};
}

function snippetRemarks(annotations: Tree | undefined): readonly Remark[] {
	return entries(annotations)
		.filter(([key, { value }]) => key.endsWith("-snippet") && /access-control-/i.test(String(value)))
		.map(([key, { line }]) => ({
			line,
			text: `${key} sets CORS headers of its own. It is not read; Cordon removes what an API sends.`,
		}));
}
