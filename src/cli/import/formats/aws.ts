/** Owns the reading of AWS: S3 buckets, API Gateway (HTTP APIs), CloudFront response headers policies. */

import { globOrExact, namesOf, rulesOf } from "../rules.ts";
import type { Format, Names, Remark } from "../source-policy.ts";
import { findMappings, isOn, items, member, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const s3: Format = {
	name: "s3",
	title: "Amazon S3 (CORSRules)",
	read(document) {
		const isRule = (tree: Tree) =>
			member(tree, "AllowedOrigins") !== undefined && member(tree, "AllowedMethods") !== undefined;
		return findMappings(document, isRule).map((rule, index) => {
			const origins = rulesOf(member(rule, "AllowedOrigins"), globOrExact);
			return {
				name: `CORS rule ${textOf(member(rule, "ID", "Id")) ?? index + 1}`,
				line: rule.line,
				hosts: [],
				paths: [],
				origins,
				// S3 sends it to every origin that it names, and never beside "*".
				credentials: !origins.some(({ match }) => match.kind === "any"),
				methods: namesOf(member(rule, "AllowedMethods"), "any", []),
				requestHeaders: headerGlobs(member(rule, "AllowedHeaders")),
				exposedHeaders: namesOf(member(rule, "ExposeHeaders", "ExposedHeaders"), "literal-star", []),
				maxAgeSeconds: secondsOf(member(rule, "MaxAgeSeconds", "MaxAge")),
				remarks: methodRemarks(rule),
			};
		});
	},
};

/** S3 answers with the headers that were asked for, where they match: `*` is every header. */
function headerGlobs(tree: Tree | undefined): Names {
	return namesOf(tree, "any", []);
}

function methodRemarks(rule: Tree): readonly Remark[] {
	const methods = texts(member(rule, "AllowedMethods")).map(({ text }) => text.toUpperCase());
	return methods.includes("GET") || methods.includes("*")
		? []
		: [
				{
					line: member(rule, "AllowedMethods")?.line,
					text: "S3 shares the answers to these methods alone; Cordon shares those to GET, HEAD and POST as well.",
				},
			];
}

export const apiGateway: Format = {
	name: "api-gateway",
	title: "Amazon API Gateway, HTTP APIs (CorsConfiguration, x-amazon-apigateway-cors)",
	read(document) {
		const isCors = (tree: Tree) => corsOf(tree) !== undefined;
		return findMappings(document, isCors).map((owner) => {
			const cors = corsOf(owner) ?? owner;
			return {
				name: `API ${textOf(member(owner, "Name")) ?? ""}`.trim(),
				line: cors.line,
				hosts: [],
				paths: [],
				origins: rulesOf(member(cors, "AllowOrigins"), globOrExact),
				credentials: isOn(member(cors, "AllowCredentials")),
				methods: namesOf(member(cors, "AllowMethods"), "literal-star", []),
				requestHeaders: namesOf(member(cors, "AllowHeaders"), "literal-star", []),
				exposedHeaders: namesOf(member(cors, "ExposeHeaders"), "literal-star", []),
				maxAgeSeconds: secondsOf(member(cors, "MaxAge")),
				remarks: [],
			};
		});
	},
};

function corsOf(tree: Tree): Tree | undefined {
	const cors = member(tree, "CorsConfiguration", "x-amazon-apigateway-cors");
	if (member(cors, "AllowOrigins") !== undefined) return cors;
	return member(tree, "AllowOrigins") !== undefined &&
		member(tree, "AllowMethods", "AllowHeaders") !== undefined
		? tree
		: undefined;
}

export const cloudFront: Format = {
	name: "cloudfront",
	title: "Amazon CloudFront (response headers policy)",
	read(document) {
		return findMappings(document, (tree) => member(tree, "AccessControlAllowOrigins") !== undefined).map(
			(cors) => {
				const list = (name: string) => member(member(cors, name), "Items") ?? member(cors, name);
				const override = member(cors, "OriginOverride");
				const remarks: Remark[] =
					override !== undefined && !isOn(override)
						? [
								{
									line: override.line,
									text: "OriginOverride is false: the API's own CORS headers won there. Cordon always removes them.",
								},
							]
						: [];
				return {
					name: "CORS configuration",
					line: cors.line,
					hosts: [],
					paths: [],
					origins: rulesOf(list("AccessControlAllowOrigins"), globOrExact),
					credentials: isOn(member(cors, "AccessControlAllowCredentials")),
					methods: allMethods(list("AccessControlAllowMethods")),
					requestHeaders: namesOf(list("AccessControlAllowHeaders"), "literal-star", []),
					exposedHeaders: namesOf(list("AccessControlExposeHeaders"), "literal-star", []),
					maxAgeSeconds: secondsOf(member(cors, "AccessControlMaxAgeSec")),
					remarks,
				};
			},
		);
	},
};

/** `ALL` is CloudFront's word for every method. */
function allMethods(tree: Tree | undefined): Names {
	return items(tree).some(({ value }) => value === "ALL") ? "any" : namesOf(tree, "literal-star", []);
}
