/** Owns `npm run fuzz`: the gateway with random documents and requests, beside a plain oracle of what may be shared. */

import { parseArgs } from "node:util";
import fc from "fast-check";
import { compileTenant } from "../../src/tenants/tenant.ts";
import { API, setUp } from "../gateway/world.ts";
import {
	type Actual,
	document,
	type FuzzedDocument,
	type FuzzedRequest,
	near,
	request,
} from "./arbitraries.ts";
import { expectationOf, faultsOf } from "./oracle.ts";

/** Each document is asked so many times, about origins near patterns like its own and about its own. */
const REQUESTS = 40;

const { values } = parseArgs({
	options: { minutes: { type: "string", default: "1" }, seed: { type: "string" } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0) || (values.seed !== undefined && !Number.isInteger(Number(values.seed)))) {
	console.error("Usage: npm run fuzz -- [--minutes N] [--seed N]");
	process.exit(2);
}

const SERIALIZED = /^https?:\/\/[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*(:[1-9][0-9]*)?$/;

const counts = { documents: 0, refused: 0, requests: 0, shared: 0 };
const scenario = fc.record({
	document,
	inDirectories: fc.array(fc.tuple(fc.constantFrom("customers", "partners"), near), { maxLength: 8 }),
	requests: fc.array(request, { minLength: REQUESTS / 2, maxLength: REQUESTS }),
});

const result = await fc.check(
	fc.asyncProperty(scenario, async ({ document, inDirectories, requests }) => {
		counts.documents++;
		const stored = storedForm(document);
		if (!compileTenant(stored).ok) {
			counts.refused++;
			return;
		}
		// What is not a serialized origin with labels of 1 to 63 is never asked for, whoever has stored it.
		const directories = inDirectories
			.filter(([, origin]) => SERIALIZED.test(origin) && URL.parse(origin)?.origin === origin)
			.map(([name, origin]) => `${name}:${origin}`);
		const own = [...ownOrigins(document), ...directories.map((name) => name.slice(name.indexOf(":") + 1))];
		for (const [index, made] of requests.entries()) {
			const origin = index % 3 === 0 && own.length > 0 ? own[index % own.length] : undefined;
			const asked = origin === undefined ? made : { ...made, origin };
			const expected = expectationOf(document, new Set(directories), asked);
			if (expected === undefined) continue;
			const actual = await answerOf(stored, directories, asked);
			counts.requests++;
			if (actual.headers["access-control-allow-origin"] !== undefined) counts.shared++;
			const faults = faultsOf(expected, asked, actual);
			if (faults.length > 0)
				throw new Error(JSON.stringify({ faults, asked, actual, stored, directories }, null, 1));
		}
	}),
	{
		numRuns: 1_000_000_000,
		interruptAfterTimeLimit: minutes * 60_000,
		...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
	},
);
console.log(
	`${counts.documents} documents (${counts.refused} did not validate), ${counts.requests} requests, ${counts.shared} shared, seed ${result.seed}`,
);
if (result.counterexample !== null) {
	console.error(result.errorInstance instanceof Error ? result.errorInstance.message : result.errorInstance);
	console.error(`✘ again with --seed ${result.seed}`);
	process.exitCode = 1;
} else if (counts.refused * 2 > counts.documents || counts.shared === 0) {
	console.error("✘ too little was put to the test");
	process.exitCode = 1;
} else {
	console.log("✔ nothing was shared that the oracle does not allow, and everything that it does");
}

/** As an author would write it: a list of one policy is that policy. */
function storedForm({ cors, routes, ...rest }: FuzzedDocument): unknown {
	const form = (list: FuzzedDocument["cors"]) => (list.length === 1 ? list[0] : list);
	return {
		...rest,
		cors: form(cors),
		...(routes.length === 0 ? {} : { routes: routes.map((route) => ({ ...route, cors: form(route.cors) })) }),
	};
}

/** Origins that the document's own patterns stand for. */
function ownOrigins({ cors, routes }: FuzzedDocument): readonly string[] {
	return [...cors, ...routes.flatMap((route) => route.cors)].flatMap(({ origins }) =>
		origins === "*"
			? []
			: origins.flatMap((entry) =>
					typeof entry === "string" ? [entry.replace(":*", ":9000").replace("*", "pr-7")] : [],
				),
	);
}

/** Asks the real gateway; the upstream says that everybody may read everything. */
async function answerOf(
	stored: unknown,
	directories: readonly string[],
	asked: FuzzedRequest,
): Promise<Actual> {
	const { ask, reached } = setUp({
		document: stored,
		directories,
		answer: async () => {
			if (asked.upstream === "fails") throw new Error("Network connection lost.");
			const headers = new Headers({
				"access-control-allow-origin": asked.origin ?? "*",
				"access-control-allow-credentials": "true",
				"access-control-allow-methods": "*",
				"access-control-expose-headers": "set-cookie",
				"access-control-max-age": "1",
				"timing-allow-origin": "*",
				etag: '"1"',
				"x-total": "3",
			});
			if (asked.vary !== null) headers.set("vary", asked.vary);
			return new Response(null, { status: asked.upstream, headers });
		},
	});
	const headers: Record<string, string> = { ...asked.headers };
	if (asked.loop.value !== null) headers["cdn-loop"] = asked.loop.value;
	const { method, origin, path } = asked;
	const response = await ask(API + path, { method, headers, ...(origin === null ? {} : { origin }) });
	return { status: response.status, headers: Object.fromEntries(response.headers), reached: reached.length };
}
