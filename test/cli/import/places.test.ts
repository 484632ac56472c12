/** Owns the proof that a policy of the source comes to lie where it lay: its product, its place, nothing beside it. */

import { describe, expect, test } from "vitest";
import { carryPolicy } from "../../../src/cli/import/carry.ts";
import { readDocuments } from "../../../src/cli/import/documents.ts";
import { recognise } from "../../../src/cli/import/formats.ts";
import { tenantFiles } from "../../../src/cli/import/tenants.ts";
import { compileTenant } from "../../../src/tenants/tenant.ts";

interface Written {
	readonly format: string | undefined;
	/** Who may read where: `host path` and the origins. */
	readonly places: Readonly<Record<string, unknown>>;
	readonly whys: string;
}

function imported(text: string, name = "source.yaml"): Written {
	const found = recognise(readDocuments(name, text));
	const policies = (found?.policies ?? []).map((policy) => carryPolicy(policy, { deeperSubdomains: false }));
	const files = tenantFiles(policies, "source");
	const places: Record<string, unknown> = {};
	for (const { name: file, hosts = [`(${file})`], document } of files) {
		expect(compileTenant(JSON.parse(JSON.stringify(document))).ok).toBe(true);
		const originsOf = (cors: unknown) =>
			[cors].flat().flatMap((one) => (one as { origins: string | string[] }).origins);
		for (const host of hosts) {
			places[host] = originsOf(document.cors);
			for (const { path, cors } of document.routes ?? []) places[`${host}${path}`] = originsOf(cors);
		}
	}
	const whys = policies.flatMap(({ entries }) => entries.map(({ text: entry, why }) => `${entry}: ${why}`));
	return { format: found?.format.name, places, whys: whys.join("\n") };
}

describe("a configuration is taken for that of its own product", () => {
	test("Spring in camel case, with lists, is not a bucket: S3 would have added credentials", () => {
		const text = `
spring.cloud.gateway.globalcors:
  corsConfigurations:
    '[/**]':
      allowedOrigins: ["https://app.acme.com"]
      allowedMethods: [GET, PUT]`;
		const nested = text.replace("spring.cloud.gateway.globalcors:", "globalcors:");
		expect(imported(nested).format).toBe("spring");
		const [policy] = recognise(readDocuments("a.yaml", nested))?.policies ?? [];
		expect(policy?.credentials).toBe(false);
	});
	test("Spring's properties files, continued lines and indexes included", () => {
		const text = `# comment
spring.cloud.gateway.globalcors.cors-configurations.[/**].allowed-origins=https://a.acme.com,\\
   https://b.acme.com
spring.cloud.gateway.globalcors.corsConfigurations.[/**].allowedMethods[0]=GET
management.endpoints.web.cors.allowed-origins[0]=https://ops.acme.com
management.endpoints.web.cors.allowed-origins[1]: https://ops2.acme.com
`;
		expect(imported(text, "application.properties")).toMatchObject({
			format: "spring",
			places: {
				"(source.jsonc)": ["https://a.acme.com", "https://b.acme.com"],
				"(source-management-endpoints-web-cors.jsonc)": ["https://ops.acme.com", "https://ops2.acme.com"],
			},
		});
	});
	test("Serverless Framework's httpApi is API Gateway, and `cors: true` is everybody", () => {
		const text = (cors: string) => `
provider:
  name: aws
  httpApi:
    cors: ${cors}`;
		const listed = imported(text('{ allowedOrigins: ["https://app.acme.com"], allowedMethods: [GET] }'));
		expect(listed).toMatchObject({
			format: "api-gateway",
			places: { "(source.jsonc)": ["https://app.acme.com"] },
		});
		expect(imported(text("true")).places).toEqual({ "(source.jsonc)": ["*"] });
		expect(imported(text("false")).format).toBeUndefined();
	});
	test("resources in a list of Kubernetes, and the files of a ConfigMap with their lines", () => {
		const list = `
apiVersion: v1
kind: List
items:
  - apiVersion: gateway.envoyproxy.io/v1alpha1
    kind: SecurityPolicy
    metadata: { name: one }
    spec: { cors: { allowOrigins: ["https://app.acme.com"], allowMethods: [GET] } }`;
		expect(imported(list)).toMatchObject({
			format: "envoy",
			places: { "(source.jsonc)": ["https://app.acme.com"] },
		});
		const map = `
apiVersion: v1
kind: ConfigMap
data:
  README: not a configuration
  kong.yml: |
    _format_version: "3.0"
    plugins:
      - name: cors
        config: { origins: ["https://app.acme.com"] }`;
		expect(imported(map)).toMatchObject({
			format: "kong",
			places: { "(source.jsonc)": ["https://app.acme.com"] },
		});
		const [policy] = recognise(readDocuments("a.yaml", map))?.policies ?? [];
		expect(policy?.origins[0]?.line).toBe(10);
	});
});

describe("what is filled in later is said to be, and never read as a name", () => {
	test.each([
		[
			"!Ref in CloudFormation",
			"Properties: { CorsConfiguration: { AllowOrigins: [!Ref Page], AllowMethods: [GET] } }",
		],
		["!GetAtt", "CorsConfiguration: { AllowOrigins: [!GetAtt Page.Url] }"],
		["!Sub with a variable", `CorsConfiguration: { AllowOrigins: [!Sub "https://\${Domain}"] }`],
		["Ref as JSON", '{ "CorsConfiguration": { "AllowOrigins": [{ "Ref": "Page" }] } }'],
		["a variable of Spring without a value of its own", `cors: { allowed-origins: '\${ORIGIN}' }`],
		["a template mark", "cors: { allowed-origins: 'https://{{ .Values.host }}' }"],
	])("%s", (_, text) => {
		const { places, whys } = imported(text);
		expect(places).toEqual({ "(source.jsonc)": [] });
		expect(whys).toContain("is filled in when the source is deployed");
	});
	test("the value that a variable of Spring has without being set, commas included", () => {
		const { places, whys } = imported(
			`cors: { allowed-origins: '\${ORIGINS:http://localhost:3000,https://app.acme.com}' }`,
		);
		expect(places).toEqual({ "(source.jsonc)": ["http://localhost:3000", "https://app.acme.com"] });
		expect(whys).toContain("it is what ORIGINS is without being set");
	});
});

describe("a policy is for its own place alone", () => {
	test("Kong: plugins of two services are for the paths of each, and that of everything for the rest", () => {
		const service = (name: string) => `
  - name: ${name}
    routes: [{ name: r-${name}, paths: [/${name}] }]
    plugins: [{ name: cors, config: { origins: ["https://${name}.acme.com"], credentials: true } }]`;
		const { places } = imported(`_format_version: "3.0"
plugins: [{ name: cors, config: { origins: ["https://all.acme.com"] } }]
services:${service("one")}${service("two")}`);
		expect(places).toEqual({
			"(source.jsonc)": ["https://all.acme.com"],
			"(source.jsonc)/one/*": ["https://one.acme.com"],
			"(source.jsonc)/two/*": ["https://two.acme.com"],
		});
	});
	test("Kong: routes that only have the plugin of everything need no route of their own", () => {
		const { places } = imported(`_format_version: "3.0"
plugins: [{ name: cors, config: { origins: ["https://all.acme.com"] } }]
routes: [{ name: a, paths: [/a] }, { name: b, paths: [/a/b] }]`);
		expect(places).toEqual({ "(source.jsonc)": ["https://all.acme.com"] });
	});
	test("Kong: the plugin of everything reaches the hosts that only some routes have", () => {
		const { places } = imported(`_format_version: "3.0"
plugins: [{ name: cors, config: { origins: ["https://all.acme.com"] } }]
routes:
  - name: own
    hosts: [api.acme.com]
    paths: [/own]
    plugins: [{ name: cors, config: { origins: ["https://own.acme.com"] } }]
  - { name: other, paths: [/other] }`);
		expect(places).toMatchObject({
			"api.acme.com": ["https://all.acme.com"],
			"api.acme.com/own/*": ["https://own.acme.com"],
		});
	});
	test("Kong: settings that plugins share are found, else a plugin without origins would be for everybody", () => {
		const { places } = imported(`_format_version: "3.0"
_plugin_configs: { common: { origins: ["https://app.acme.com"] } }
plugins: [{ name: cors, _config: common, config: { max_age: 5 } }]`);
		expect(places).toEqual({ "(source.jsonc)": ["https://app.acme.com"] });
	});
	test("Kong: a comma in an expression does not part it", () => {
		const { places } = imported(`_format_version: "3.0"
plugins: [{ name: cors, config: { origins: ["https://[a-z]{1,3}\\\\.acme\\\\.com"] } }]`);
		expect(places).toEqual({ "(source.jsonc)": [] });
	});
	test("resources without hosts have a file each: what one lets in the other does not", () => {
		const policy = (name: string) => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: { name: ${name} }
spec: { cors: { allowOrigins: ["https://${name}.acme.com"] } }`;
		expect(imported(`${policy("one")}\n---${policy("two")}`).places).toEqual({
			"(source-one.jsonc)": ["https://one.acme.com"],
			"(source-two.jsonc)": ["https://two.acme.com"],
		});
	});
	test("Envoy: a route's policy replaces that of its virtual host; one of an expression is left out, one switched off too", () => {
		const cors = (origin: string, more = "") =>
			`{ allow_origin_string_match: [{ exact: "https://${origin}.acme.com" }]${more} }`;
		const { places } = imported(`
virtual_hosts:
  - name: api
    domains: [api.acme.com]
    cors: ${cors("host")}
    routes:
      - match: { safe_regex: { regex: "/x/[0-9]+" } }
        typed_per_filter_config: { envoy.filters.http.cors: ${cors("regex")} }
      - match: { prefix: "/off" }
        cors: ${cors("off", ", filter_enabled: { default_value: { numerator: 0 } }")}
      - match: { prefix: "/" }
        typed_per_filter_config: { envoy.filters.http.cors: ${cors("route")} }`);
		expect(places).toEqual({
			"api.acme.com": ["https://route.acme.com"],
			"api.acme.com/off/*": [],
			"api.acme.com/x/*": [],
		});
	});
	test("Istio: a policy of an expression of paths is not that of the whole host", () => {
		const { places } = imported(`
kind: VirtualService
metadata: { name: api }
spec:
  hosts: [api.acme.com]
  http:
    - match: [{ uri: { regex: "/internal/[a-z]+/x" } }]
      corsPolicy: { allowOrigins: [{ exact: "https://regex.acme.com" }] }
    - match: [{ uri: { regex: "/v1/.*" } }]
      corsPolicy: { allowOrigins: [{ exact: "https://v1.acme.com" }] }`);
		expect(places).toEqual({ "api.acme.com": [], "api.acme.com/v1/*": ["https://v1.acme.com"] });
	});
	test("ingress-nginx: the annotations are for the paths of their Ingress, the usual expressions included", () => {
		const ingress = (name: string, path: string, more = "") => `
kind: Ingress
metadata:
  name: ${name}
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "https://${name}.acme.com, nonsense"
    ${more}
spec: { rules: [{ host: api.acme.com, http: { paths: [{ path: "${path}" }] } }] }`;
		const { places } = imported(
			`${ingress("one", "/one")}\n---${ingress("two", "/two(/|$)(.*)", "nginx.ingress.kubernetes.io/rewrite-target: /$2")}`,
		);
		expect(places).toEqual({
			"api.acme.com": [],
			"api.acme.com/one/*": ["https://one.acme.com"],
			"api.acme.com/two/*": ["https://two.acme.com"],
		});
	});
	test("Traefik: of two routers a middleware is for the one that names it; hosts may be joined by ||; $$ is $", () => {
		const { places } = imported(`
services:
  app:
    labels:
      - "traefik.http.routers.a.rule=Host(\`a.acme.com\`) || Host(\`b.acme.com\`)"
      - "traefik.http.routers.a.middlewares=cors@docker"
      - "traefik.http.routers.z.rule=Host(\`z.acme.com\`)"
      - "traefik.http.routers.z.middlewares=other"
      - "traefik.http.middlewares.cors.headers.accesscontrolalloworiginlistregex=^https://app\\\\.acme\\\\.com$$"`);
		expect(places).toEqual({
			"a.acme.com": ["https://app.acme.com"],
			"b.acme.com": ["https://app.acme.com"],
		});
	});
	test("APISIX: with expressions the list is not asked; a route replaces a rule for everything", () => {
		const { places } = imported(`
routes:
  - uri: /v1/*
    plugins:
      cors: { allow_origins: "*", allow_origins_by_regex: ["^https://.+\\\\.acme\\\\.com$"] }
global_rules:
  - id: 1
    plugins: { cors: { allow_origins: "https://all.acme.com" } }`);
		expect(places).toEqual({
			"(source.jsonc)": ["https://all.acme.com"],
			"(source.jsonc)/v1/*": ["https://*.acme.com"],
		});
	});
	test("an origin without a scheme lets nobody in, and is a question", () => {
		const { places } = imported(
			'{ "origin": ["app.acme.com", "https://app.acme.com/"], "credentials": true }',
			"o.json",
		);
		expect(places).toEqual({ "(source.jsonc)": ["https://app.acme.com"] });
	});
});
