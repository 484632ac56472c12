/** Owns the proof that a policy that Kubernetes keeps apart from its routes is found where they name it. */

import { describe, expect, test } from "vitest";
import { importing, mayRead } from "./importing.ts";

const ONE = "https://one.acme.com";

const ingress = (annotation: string, path = "/v1") => `
kind: Ingress
metadata:
  name: api
  annotations: { ${annotation} }
spec: { rules: [{ host: api.acme.com, http: { paths: [{ path: "${path}", pathType: Prefix }] } }] }`;

const httpRoute = (filters = "[]", annotations = "{}") => `
kind: HTTPRoute
metadata: { name: api, annotations: ${annotations} }
spec:
  hostnames: [api.acme.com]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /v1 } }]
      filters: ${filters}
    - matches: [{ path: { type: PathPrefix, value: /v2 } }]`;

const apisixCors = `[{ name: cors, enable: true, config: { allow_origins: "${ONE}", allow_methods: GET } }]`;

describe("a policy lies where something of the same file names it", () => {
	test.each([
		[
			"Kong: the plugin of an Ingress",
			`kind: KongPlugin
metadata: { name: cors }
plugin: cors
config: { origins: ["${ONE}"] }
---${ingress('konghq.com/plugins: "rate, cors"')}`,
		],
		[
			"Kong: the plugin of an HTTPRoute",
			`kind: KongClusterPlugin
metadata: { name: cors }
plugin: cors
config: { origins: ["${ONE}"] }
---${httpRoute("[]", '{ konghq.com/plugins: "cors" }').replace("value: /v2", "value: /v1/x")}`,
		],
		[
			"Traefik: the middleware of an IngressRoute",
			`kind: Middleware
metadata: { name: cors }
spec: { headers: { accessControlAllowOriginList: ["${ONE}"] } }
---
kind: IngressRoute
metadata: { name: api }
spec:
  routes:
    - { match: "Host(\`api.acme.com\`) && PathPrefix(\`/v1\`)", middlewares: [{ name: cors }] }
    - { match: "Host(\`api.acme.com\`) && PathPrefix(\`/v1/private\`)" }`,
		],
		[
			"Traefik: the middleware of an Ingress",
			`kind: Middleware
metadata: { name: cors, namespace: prod }
spec: { headers: { accessControlAllowOriginList: ["${ONE}"] } }
---${ingress('traefik.ingress.kubernetes.io/router.middlewares: "prod-auth@kubernetescrd, prod-cors@kubernetescrd"')}`,
		],
		[
			"APISIX: the plugin configuration of an ApisixRoute",
			`kind: ApisixPluginConfig
metadata: { name: cors }
spec: { plugins: ${apisixCors} }
---
kind: ApisixRoute
metadata: { name: api }
spec: { http: [{ name: a, match: { hosts: [api.acme.com], paths: ["/v1/*"] }, plugin_config_name: cors }, { name: b, match: { hosts: [api.acme.com], paths: ["/v1/private/*"] } }] }`,
		],
		[
			"APISIX: the plugin configuration of an Ingress",
			`kind: ApisixPluginConfig
metadata: { name: cors }
spec: { plugins: ${apisixCors} }
---${ingress("k8s.apisix.apache.org/plugin-config-name: cors")}`,
		],
		[
			"APISIX: the annotations of an Ingress",
			ingress(
				`k8s.apisix.apache.org/enable-cors: "true", k8s.apisix.apache.org/cors-allow-origin: "${ONE}", k8s.apisix.apache.org/cors-allow-methods: "GET,PUT"`,
			),
		],
		[
			"APISIX: the plugin configuration of an HTTPRoute",
			`kind: PluginConfig
metadata: { name: cors }
spec: { plugins: ${apisixCors} }
---${httpRoute("[{ type: ExtensionRef, extensionRef: { kind: PluginConfig, name: cors } }]")}`,
		],
		[
			"Envoy Gateway: the SecurityPolicy of an HTTPRoute",
			`kind: SecurityPolicy
metadata: { name: cors }
spec:
  targetRefs: [{ kind: HTTPRoute, name: api }]
  cors: { allowOrigins: ["${ONE}"] }
---${httpRoute().replace("value: /v2", "value: /v1/x")}`,
		],
	])("%s", (_, text) => {
		const outcome = importing(text);
		expect(Object.keys(outcome.documents)).toEqual(["api.acme.com"]);
		expect(mayRead(outcome, "api.acme.com/v1/x", ONE)).toBe(true);
		expect(mayRead(outcome, "api.acme.com/v1/x", "https://two.acme.com")).toBe(false);
		expect(mayRead(outcome, "api.acme.com/v1/private/x", ONE)).toBe(!text.includes("private"));
		expect(mayRead(outcome, "api.acme.com/v2", ONE)).toBe(false);
	});
	test("what nothing names is in a file of its own, without hosts", () => {
		const text = `kind: ApisixPluginConfig
metadata: { name: cors }
spec: { plugins: ${apisixCors} }`;
		expect(Object.keys(importing(text).documents)).toEqual(["(source.jsonc)"]);
		expect(mayRead(importing(text), "(source.jsonc)/", ONE)).toBe(true);
	});
	test("a global rule of APISIX is for every host", () => {
		const text = `kind: ApisixGlobalRule
metadata: { name: cors }
spec: { plugins: ${apisixCors} }`;
		expect(importing(text).format).toBe("apisix");
		expect(mayRead(importing(text), "(source.jsonc)/", ONE)).toBe(true);
	});
	test("APISIX' origins in the plugin's metadata are those, and not everybody", () => {
		const text = `routes:
  - { uri: /*, plugins: { cors: { allow_origins_by_metadata: [app] } } }
plugin_metadata:
  - { id: cors, allow_origins: { app: "${ONE},https://two.acme.com", other: "https://other.acme.com" } }`;
		expect(mayRead(importing(text), "(source.jsonc)/", ONE)).toBe(true);
		expect(mayRead(importing(text), "(source.jsonc)/", "https://other.acme.com")).toBe(false);
		expect(mayRead(importing(text), "(source.jsonc)/", "https://evil.example")).toBe(false);
		const elsewhere = importing(text.slice(0, text.indexOf("plugin_metadata")));
		expect(mayRead(elsewhere, "(source.jsonc)/", "https://evil.example")).toBe(false);
		expect(elsewhere.entries.join()).toContain("left-out app");
	});
});
