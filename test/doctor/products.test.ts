/** Owns the proof that who answered is told by what the real products send, and the fix in each one's own words. */

import { describe, expect, test } from "vitest";
import type { HeaderList } from "../../src/browser/header-list.ts";
import type { Trouble } from "../../src/doctor/products/product.ts";
import { whoAnswered } from "../../src/doctor/products/who-answered.ts";
import { EDGE_ANSWERS, type Sent } from "./product-answers.ts";
import { SERVER_ANSWERS } from "./server-answers.ts";

function who({ status, headers = [], body = "" }: Sent, trouble: Trouble = "preflight") {
	const exchange = {
		...({
			number: 1,
			purpose: "preflight",
			method: "OPTIONS",
			url: "https://api.example.com/items",
		} as const),
		...({ headers: [], credentials: false, hasBody: false, sentHeaders: [] } as const),
	};
	return whoAnswered({ ...exchange, answer: { status, headers, body } }, trouble);
}

describe("who answered is told with the product's own words", () => {
	test.each([...EDGE_ANSWERS, ...SERVER_ANSWERS])(
		"%s, made by it: %s",
		(product, made, sent, trouble, fix) => {
			expect(who(sent, trouble)).toMatchObject({ product, made, fix: expect.stringMatching(fix) });
		},
	);
});

test("what made an answer comes before what passed it on", () => {
	const headers: HeaderList = [
		["server", "nginx"],
		["via", "1.1 kong/3.9"],
		["x-powered-by", "Express"],
	];
	expect(who({ status: 401, headers })).toMatchObject({ product: "express", made: true });
});

test("an answer that shows nobody names nobody", () => {
	for (const sent of [
		{ status: 404, body: '{"message":"Not Found"}' },
		{ status: 200, headers: [["server", "cloudflare"]] },
		{ status: 401, body: '{"error":"Unauthorized"}' },
		{
			status: 403,
			headers: [
				["x-amzn-requestid", "1"],
				["x-amzn-errortype", "AccessDeniedException"],
			],
		},
		{ status: 404, body: "404 page not found\n" },
		{ status: 404, body: '{"statusCode":404,"error":"Not Found","message":"Not Found"}' },
	] satisfies readonly Sent[]) {
		expect([sent, who(sent, "error")]).toEqual([sent, undefined]);
	}
});

test("a redirect is not explained with the fix for the origin", () => {
	expect(who({ status: 302, headers: [["x-powered-by", "Express"]] }, "redirect")).toBeUndefined();
});
