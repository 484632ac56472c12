/** Owns the proof that a request's URL is read as the URL parser reads it, however often and in any order. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { createAddressReader } from "../../src/gateway/address.ts";

/** What the URL parser makes of a request's URL, its path and query put behind another origin. */
function expected(url: string) {
	const { hostname, host, protocol, origin, pathname, search } = new URL(url);
	return {
		site: { hostname, host, scheme: protocol.slice(0, -1), origin },
		forwarded: `https://api.internal${pathname}${search}`,
	};
}

function read(addressOf: ReturnType<typeof createAddressReader>, url: string) {
	const { site, target } = addressOf(url);
	const forwarded = new URL(`https://api.internal${target}`);
	return { site, forwarded: forwarded.origin + forwarded.pathname + forwarded.search };
}

const BASES = [
	...[
		"http://api.example.com",
		"https://api.example.com",
		"https://API.Example.com",
		"http://api.example.com.",
	],
	...["http://api.example.com:8443", "https://api.example.com:80", "http://127.0.0.1:8787", "http://[::1]:1"],
	...[
		"http://api.example.com:80",
		"https://api.example.com:443",
		"http://0x7f.1",
		"http://api%2eexample.com",
	],
	...["http://user@api.example.com", "http://api.example.com?x", "http://api.example.com\\x", "http://a#b"],
];
const TARGETS = [
	"/",
	"/a/../b?x=1",
	"/a\\b",
	"//x//y",
	"/%2e%2e/b/%2F",
	"/?'q'",
	"/a?",
	"/a?b/c?d",
	"/.",
	"/ä",
];

test("the site and the target are the URL parser's, for every spelling", () => {
	fc.assert(
		fc.property(
			fc.array(fc.record({ base: fc.constantFrom(...BASES), target: fc.constantFrom(...TARGETS) })),
			(requests) => {
				const addressOf = createAddressReader();
				for (const { base, target } of requests) {
					expect(read(addressOf, base + target)).toEqual(expected(base + target));
				}
			},
		),
	);
});

test("a bare question mark is kept", () => {
	expect(createAddressReader()("https://api.example.com/a?").target).toBe("/a?");
});

test("a URL without a path is never taken for one of a site that is known", () => {
	const addressOf = createAddressReader();
	addressOf("http://host/");
	expect(addressOf("http://hosts").site.hostname).toBe("hosts");
	expect(() => addressOf("http://host*")).not.toThrow();
});

test("what is not a URL throws", () => {
	expect(() => createAddressReader()("http://a b/")).toThrow(TypeError);
});
