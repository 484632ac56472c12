/** Owns the reading of AWS: S3 buckets, API Gateway (HTTP APIs), CloudFront response headers policies. */

import { globOrExact, namesOf, rulesOf } from "../rules.ts";
import type { Format, Names, Remark } from "../source-policy.ts";
import { AWS_TEXTS, credentialsOf } from "../switches.ts";
import { findMappings, isOn, items, member, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const s3: Format = {
	name: "s3",
	title: "Amazon S3 (CORSRules)",
	read(document) {
		// By the very letters: Spring and Serverless have the same names in lower case, and mean something else.
		const isRule = (tree: Tree) => has(tree, "AllowedOrigins") && has(tree, "AllowedMethods");
		const buckets = findMappings(
			document,
			(tree) => member(tree, "CORSRules", "CorsConfiguration") !== undefined,
		);
		// Terraform's words: by the key above them, since Spring has the same ones.
		const resources = findMappings(document, (tree) => has(tree, "cors_rule"));
		const rulesOfEach = [
			...buckets.map((bucket) => findMappings(bucket, isRule)),
			...resources.map((resource) => items(resource.child("cors_rule"))),
		];
		const scoped = rulesOfEach.flatMap((own, index) =>
			own.map((rule) => ({ rule, scope: rulesOfEach.length > 1 ? `bucket-${index + 1}` : "" })),
		);
		const rules =
			scoped.length > 0 ? scoped : findMappings(document, isRule).map((rule) => ({ rule, scope: "" }));
		return rules.map(({ rule, scope }, index) => {
			const origins = rulesOf(member(rule, "AllowedOrigins"), globOrExact);
			return {
				name: `CORS rule ${textOf(member(rule, "ID", "Id")) ?? index + 1}`,
				scope,
				isStacked: true,
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
		const owners = findMappings(document, isCors);
		return owners.map((owner, index) => {
			const cors = corsOf(owner) ?? owner;
			const name = textOf(member(owner, "Name")) ?? "";
			return {
				name: `API ${name}`.trim(),
				scope: owners.length > 1 ? name || `api-${index + 1}` : "",
				line: cors.line,
				hosts: [],
				paths: [],
				origins: rulesOf(member(cors, "AllowOrigins"), globOrExact),
				...credentialsOf(member(cors, "AllowCredentials"), AWS_TEXTS),
				methods: namesOf(member(cors, "AllowMethods"), "literal-star", []),
				requestHeaders: namesOf(member(cors, "AllowHeaders"), "literal-star", []),
				exposedHeaders: namesOf(member(cors, "ExposeHeaders"), "literal-star", []),
				maxAgeSeconds: secondsOf(member(cors, "MaxAge")),
				remarks: conditionRemarks(owner),
			};
		});
	},
};

function conditionRemarks(owner: Tree): readonly Remark[] {
	const [cors] = items(member(owner, "CorsConfiguration", "x-amazon-apigateway-cors"));
	return cors?.child("Fn::If") === undefined
		? []
		: [
				{
					line: cors.line,
					text: "This is for one case of a condition (Fn::If). What is so in the other case is left out.",
					isLeftOut: true,
				},
			];
}

function has(tree: Tree, name: string): boolean {
	return tree.child(name)?.value !== undefined;
}

function corsOf(tree: Tree): Tree | undefined {
	const [cors] = items(member(tree, "CorsConfiguration", "x-amazon-apigateway-cors"));
	// Of a condition in CloudFormation, what is said in either case; that it is one is remarked.
	const branches = items(cors?.child("Fn::If")).slice(1);
	const branch = branches.find((one) => member(one, "AllowOrigins") !== undefined);
	if (branch !== undefined) return branch;
	// SAM's word for everybody.
	if (cors !== undefined && cors.value === true)
		return holding(cors, new Map([["AllowOrigins", listOf(["*"], cors)]]));
	if (member(cors, "AllowOrigins") !== undefined) return cors;
	const serverless = member(member(tree, "httpApi"), "cors");
	if (serverless !== undefined && (serverless.value === true || isObjectTree(serverless)))
		return asCors(serverless);
	const isBare = has(tree, "AllowOrigins") && (has(tree, "AllowMethods") || has(tree, "AllowHeaders"));
	return isBare ? tree : undefined;
}

function isObjectTree({ value }: Tree): boolean {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Serverless Framework's names, and what it takes for those that are left out. */
const SERVERLESS: Readonly<Record<string, readonly [name: string, absent: readonly string[]]>> = {
	AllowOrigins: ["allowedOrigins", ["*"]],
	AllowHeaders: [
		"allowedHeaders",
		[
			"Content-Type",
			"X-Amz-Date",
			"Authorization",
			"X-Api-Key",
			"X-Amz-Security-Token",
			"X-Amz-User-Agent",
			"X-Amzn-Trace-Id",
		],
	],
	// It takes those of the routes; which ones they are, the list of a person says better.
	AllowMethods: ["allowedMethods", []],
	ExposeHeaders: ["exposedResponseHeaders", []],
	AllowCredentials: ["allowCredentials", []],
	MaxAge: ["maxAge", []],
};

function asCors(cors: Tree): Tree {
	const children = Object.entries(SERVERLESS).flatMap(([key, [name, absent]]): [string, Tree][] => {
		const own = member(cors, name);
		if (own !== undefined) return [[key, own]];
		return absent.length === 0 ? [] : [[key, listOf(absent, cors)]];
	});
	return holding(cors, new Map(children));
}

/** What is not in the file, at the place of what stands for it. */
function holding({ line, work }: Tree, children: ReadonlyMap<string, Tree>): Tree {
	return {
		value: Object.fromEntries([...children].map(([key, { value }]) => [key, value])),
		line,
		work,
		child: (key) => children.get(String(key)),
	};
}

function listOf(values: readonly string[], { line, work }: Tree): Tree {
	return {
		value: values,
		line,
		work,
		child: (at) => ({ value: values[Number(at)], line, work, child: () => undefined }),
	};
}

export const cloudFront: Format = {
	name: "cloudfront",
	title: "Amazon CloudFront (response headers policy)",
	read(document) {
		const found = findMappings(document, (tree) => member(tree, "AccessControlAllowOrigins") !== undefined);
		return found.map((cors, index) => {
			const list = (name: string) => {
				const own = member(cors, name);
				return member(items(own)[0], "Items") ?? own;
			};
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
				scope: found.length > 1 ? `policy-${index + 1}` : "",
				line: cors.line,
				hosts: [],
				paths: [],
				origins: rulesOf(list("AccessControlAllowOrigins"), globOrExact),
				...credentialsOf(member(cors, "AccessControlAllowCredentials"), AWS_TEXTS),
				methods: allMethods(list("AccessControlAllowMethods")),
				requestHeaders: namesOf(list("AccessControlAllowHeaders"), "literal-star", []),
				exposedHeaders: namesOf(list("AccessControlExposeHeaders"), "literal-star", []),
				maxAgeSeconds: secondsOf(member(cors, "AccessControlMaxAgeSec")),
				remarks,
			};
		});
	},
};

/** `ALL` is CloudFront's word for these. */
const ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function allMethods(tree: Tree | undefined): Names {
	return items(tree).some(({ value }) => value === "ALL") ? ALL_METHODS : namesOf(tree, "literal-star", []);
}
