/** Owns the weighing of tenants inside workerd: compiles each document that comes, keeps the tenant, says its reckoned weight. */

import { HEADERS_BYTES } from "../../src/cors/policy.ts";
import { parseTenant, type TenantResult } from "../../src/tenants/tenant.ts";

/** What is reckoned for Headers, which are not part of the heap that the inspector sees. */
let headersBytes = 0;

class WeighedHeaders extends Headers {
	constructor(init?: HeadersInit) {
		super(init);
		headersBytes += HEADERS_BYTES;
	}

	override set(name: string, value: string): void {
		super.set(name, value);
		if (name.startsWith("access-control-allow-")) headersBytes += value.length;
	}
}

Object.assign(globalThis, { Headers: WeighedHeaders });

const kept: (TenantResult & { readonly ok: true })["tenant"][] = [];

export default {
	async fetch(request: Request): Promise<Response> {
		if (request.method !== "POST") return new Response(String(kept.length));
		const text = await request.text();
		headersBytes = 0;
		const result = parseTenant(text);
		if (!result.ok) return Response.json(result.errors.slice(0, 3), { status: 422 });
		kept.push(result.tenant);
		const { weightBytes } = result.tenant;
		return new Response(JSON.stringify({ heap: weightBytes - headersBytes, headers: headersBytes }));
	},
};
