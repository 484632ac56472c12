/** Owns the proof that configurations are read in the ways in which people really write them. */

import { describe, expect, test } from "vitest";
import { importing, mayRead } from "./importing.ts";

const ONE = "https://one.acme.com";
const TWO = "https://two.acme.com";

describe("Spring", () => {
	test("each profile has a file of its own: what one lets in another does not", () => {
		const gateway = (profile: string, origin: string) => `
spring:
  config.activate.on-profile: ${profile}
  cloud.gateway.globalcors:
    cors-configurations:
      '[/**]': { allowedOrigins: "${origin}" }`;
		const { documents } = importing(`${gateway("dev", ONE)}\n---${gateway("prod", TWO)}`);
		expect(Object.entries(documents).map(([name, { cors }]) => [name, cors])).toEqual([
			["(source-dev.jsonc)", { origins: [ONE] }],
			["(source-prod.jsonc)", { origins: [TWO] }],
		]);
	});
	test("a route's own settings are for its paths, and those of everything for the others", () => {
		const outcome = importing(`
spring:
  cloud:
    gateway.server.webflux:
      globalcors: { cors-configurations: { '[/**]': { allowedOrigins: "${TWO}" } } }
      routes:
        - id: one
          predicates: ["Path=/one/**,/uno/**", "Method=GET"]
          metadata: { cors: { allowedOrigins: "${ONE}", allowedMethods: [GET, PUT] } }
        - id: host
          predicates: [{ name: Path, args: { patterns: /three/** } }]
          metadata: { cors: { allowedOriginPatterns: "https://*.acme.org" } }`);
		expect(outcome.format).toBe("spring");
		expect(mayRead(outcome, "(source.jsonc)/one/x", ONE)).toBe(true);
		expect(mayRead(outcome, "(source.jsonc)/uno/x", ONE)).toBe(true);
		expect(mayRead(outcome, "(source.jsonc)/one/x", TWO)).toBe(false);
		expect(mayRead(outcome, "(source.jsonc)/x", TWO)).toBe(true);
		expect(mayRead(outcome, "(source.jsonc)/three/x", "https://a.acme.org")).toBe(true);
	});
	test("values that variables have without being set, within others and within a text", () => {
		const outcome = importing(
			`cors: { allowed-origins: ['\${A:\${B:${ONE},${TWO}}}', 'http://\${HOST:localhost}:\${PORT:3000}', 'https://\${OPEN}.acme.com'] }`,
		);
		expect(outcome.documents["(source.jsonc)"]?.cors).toMatchObject({
			origins: [ONE, TWO, "http://localhost:3000"],
		});
		expect(outcome.entries.join("\n")).toContain(`left-out https://\${OPEN}.acme.com`);
	});
	test("any port, its default included", () => {
		const text = 'cors: { allowed-origin-patterns: ["https://app.acme.com:[*]", "http://localhost:[*]"] }';
		expect(importing(text).documents["(source.jsonc)"]?.cors).toMatchObject({
			origins: ["https://app.acme.com:*", "http://localhost:*"],
		});
	});
});

describe("AWS in the words of other tools", () => {
	test("Terraform's JSON: a bucket, an HTTP API, a response headers policy", () => {
		const bucket = {
			resource: {
				aws_s3_bucket_cors_configuration: {
					a: {
						bucket: "b",
						cors_rule: [{ allowed_origins: [ONE], allowed_methods: ["GET", "PUT"], max_age_seconds: 60 }],
					},
				},
			},
		};
		expect(importing(JSON.stringify(bucket), "a.tf.json")).toMatchObject({
			format: "s3",
			documents: {
				"(source.jsonc)": {
					cors: { origins: [ONE], credentials: true, methods: ["PUT"], preflightMaxAgeSeconds: 60 },
				},
			},
		});
		const api = {
			resource: {
				aws_apigatewayv2_api: {
					a: {
						cors_configuration: { allow_origins: [ONE], allow_methods: ["PUT"], allow_credentials: true },
					},
				},
			},
		};
		expect(importing(JSON.stringify(api), "a.tf.json")).toMatchObject({
			format: "api-gateway",
			documents: { "(source.jsonc)": { cors: { origins: [ONE], credentials: true, methods: ["PUT"] } } },
		});
		const policy = {
			resource: {
				aws_cloudfront_response_headers_policy: {
					a: {
						cors_config: {
							access_control_allow_credentials: true,
							access_control_allow_origins: { items: [ONE] },
							access_control_allow_methods: [{ items: ["PUT"] }],
							origin_override: true,
						},
					},
				},
			},
		};
		expect(importing(JSON.stringify(policy), "a.tf.json")).toMatchObject({
			format: "cloudfront",
			documents: { "(source.jsonc)": { cors: { origins: [ONE], credentials: true, methods: ["PUT"] } } },
		});
	});
	test("a condition of CloudFormation: one case is carried over, and it is said to be one", () => {
		const cors = { "Fn::If": ["Prod", { allowOrigins: [ONE] }, { Ref: "AWS::NoValue" }] };
		const outcome = importing(JSON.stringify({ Body: { "x-amazon-apigateway-cors": cors } }), "a.json");
		expect(outcome.documents["(source.jsonc)"]?.cors).toEqual({ origins: [ONE] });
		expect(outcome.leftOut).toBe(1);
	});
	test("SAM's `CorsConfiguration: true` is everybody", () => {
		const text =
			"Resources: { Api: { Type: AWS::Serverless::HttpApi, Properties: { CorsConfiguration: true } } }";
		expect(importing(text)).toMatchObject({
			format: "api-gateway",
			documents: { "(source.jsonc)": { cors: { origins: "*" } } },
		});
		expect(importing(text.replace("true", "false")).format).toBeUndefined();
	});
});

describe("options of a Node middleware", () => {
	test("an asterisk in a list is compared as a text, and lets nobody in", () => {
		const outcome = importing(`{ "origin": ["*", "${ONE}"], "methods": ["GET"] }`, "a.json");
		expect(outcome.documents["(source.jsonc)"]?.cors).toMatchObject({ origins: [ONE] });
		expect(outcome.entries[0]).toContain("left-out *");
	});
	test("within the settings of an application", () => {
		const outcome = importing(
			`{ "server": { "port": 1, "cors": { "origin": ["${ONE}"], "credentials": true } } }`,
			"a.json",
		);
		expect(outcome).toMatchObject({
			format: "options",
			documents: { "(source.jsonc)": { cors: { origins: [ONE], credentials: true } } },
		});
	});
});

describe("ingress-nginx", () => {
	test("the annotations in the values of a Helm chart, with the hosts beside them", () => {
		const outcome = importing(`
api:
  ingress:
    enabled: true
    annotations:
      nginx.ingress.kubernetes.io/enable-cors: "true"
      nginx.ingress.kubernetes.io/cors-allow-origin: "${ONE}"
    hosts:
      - host: api.acme.com
        paths: [{ path: /v1, pathType: Prefix }]
      - host: b.acme.com
        paths: [/v2]`);
		expect(outcome.format).toBe("ingress-nginx");
		expect(mayRead(outcome, "api.acme.com/v1/x", ONE)).toBe(true);
		expect(mayRead(outcome, "api.acme.com/v2/x", ONE)).toBe(false);
		expect(mayRead(outcome, "b.acme.com/v2/x", ONE)).toBe(true);
	});
});

describe("what is filled in later is said to be", () => {
	test.each(["__FRONTEND_URL__", "#{Origin}#", "$(ORIGIN)", "@@origin@@"])("%s", (mark) => {
		const outcome = importing(`routes: [{ uri: /*, plugins: { cors: { allow_origins: "${mark}" } } }]`);
		expect(outcome.entries.join()).toContain("is filled in when the source is deployed");
	});
	test("in an expression", () => {
		const outcome = importing(
			`http: { middlewares: { a: { headers: { accessControlAllowOriginListRegex: ["^https://(.+\\\\.)?\${DOMAIN}$"] } } } }`,
		);
		expect(outcome.entries.join()).toContain("is filled in when the source is deployed");
	});
});

describe("spellings of YAML and JSON", () => {
	const kong = `_format_version: "3.0"
x-cors: &cors
  name: cors
  config: # settings
    origins: &origins ["${ONE}"]
services:
  - name: a
    routes: [{ name: r, hosts: [api.acme.com] }]
    plugins:
      - <<: *cors
        enabled: true
`;
	test.each([
		["anchors, merge keys and comments", kong],
		["line ends of Windows", kong.replaceAll("\n", "\r\n")],
		["empty documents around it", `---\n---\n# nothing\n---\n${kong}---\n`],
		["tabs after the values", kong.replaceAll('"3.0"', '"3.0"\t')],
	])("%s", (_, text) => {
		const outcome = importing(text);
		expect(outcome.documents["api.acme.com"]?.cors).toEqual({
			origins: [ONE],
			methods: ["PUT", "PATCH", "DELETE"],
			requestHeaders: "*",
		});
	});
	test("JSON that is indented by tabs", () => {
		const text = JSON.stringify([{ AllowedOrigins: [ONE], AllowedMethods: ["GET"] }], undefined, "\t");
		expect(importing(text, "a.json").documents["(source.jsonc)"]?.cors).toMatchObject({ origins: [ONE] });
	});
});

describe("an asterisk with credentials is left out, and said to be what the product makes of it", () => {
	const ingress = (annotations: string) =>
		`apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  annotations:\n${annotations}\nspec: { rules: [{ host: api.acme.com }] }`;
	test.each([
		[
			"ingress-nginx",
			ingress('    nginx.ingress.kubernetes.io/enable-cors: "true"'),
			"the asterisk itself is sent",
		],
		[
			"traefik",
			'http: { middlewares: { a: { headers: { accessControlAllowOriginList: ["*"], accessControlAllowCredentials: true } } } }',
			"the asterisk itself is sent",
		],
		["options", '{ "origin": "*", "credentials": true }', "the asterisk itself is sent"],
		["options", '{ "origin": true, "credentials": true }', "with the visitor's cookies"],
		[
			"kong",
			"_format_version: '3.0'\nplugins: [{ name: cors, config: { origins: ['*'], credentials: true } }]",
			"with the visitor's cookies",
		],
	])("%s", (format, text, words) => {
		const outcome = importing(text);
		expect(outcome.format).toBe(format);
		expect(outcome.entries.join("\n")).toContain(words);
		expect(Object.values(outcome.documents).map(({ cors }) => cors)).toMatchObject([{ origins: [] }]);
	});
});
