/** Owns the proof that the model concludes what real browsers do: the browser suite's matrix, asked of the model. */

import { describe, expect, test } from "vitest";
import type { FetchOutcome } from "../../src/browser/fetch-outcome.ts";
import { nextStep, type Received } from "../../src/browser/next-step.ts";
import type { OutgoingRequest } from "../../src/browser/outgoing.ts";
import type { FetchCall, XhrCall } from "../../src/browser/page-request.ts";
import { createGateway } from "../../src/gateway/gateway.ts";
import { createTenantStore } from "../../src/tenants/store.ts";
import { type CaseStep, parseTarget, type Transcript } from "../browsers/cases/case.ts";
import { WITH_CREDENTIALS, WITHOUT_CREDENTIALS } from "../browsers/cases/matrix.ts";
import { tenantDocuments } from "../browsers/stage/tenants.ts";
import { namedWorld, PAGES } from "../browsers/stage/world.ts";
import { waysOut } from "../gateway/ways-out.ts";
import { fetchCall, sentHeader, xhrCall } from "./user-agent.ts";

const WORLD = namedWorld({ scheme: "https", tld: "test", port: 8443, features: () => new Set() });
const DOCUMENTS = tenantDocuments(WORLD, { api: 1, closed: 2 });

/** The gateway's own code, its upstream an API that reflects every origin. */
const gateway = createGateway({
	store: createTenantStore({
		read: async (keys) =>
			new Map(keys.map((key) => [key, JSON.stringify(DOCUMENTS.get(key.slice("tenant:".length))) ?? null])),
		now: () => 0,
		onFailure: () => {},
	}),
	forwardUnknownHosts: false,
	out: waysOut(
		async (request) =>
			new Response("hello", {
				headers: {
					"access-control-allow-origin": request.headers.get("origin") ?? "*",
					"access-control-allow-credentials": "true",
				},
			}),
	),
	onFault: () => {},
	verdicts: { takesAll: false, record: () => {}, countUnavailable: () => {} },
});

async function answer(request: OutgoingRequest): Promise<Received> {
	const { method, url, headers } = request;
	const response = await gateway(
		new Request(url, { method, headers: [...headers].map(([n, v]) => [n, v]) }),
		() => {},
	);
	return { status: response.status, headers: [...response.headers] };
}

/** What the suite's page would report of the model's browser. */
async function transcriptOf(call: FetchCall | XhrCall): Promise<Transcript> {
	const received: Received[] = [];
	const wire: string[] = [];
	while (true) {
		const next = nextStep(call, received);
		if (next.kind === "outcome") return { page: [told(call, next.outcome)], wire };
		const got = await answer(next.request);
		received.push(got);
		wire.push(lineOf(next.request, "status" in got ? got.status : 0));
	}
}

function told(call: FetchCall | XhrCall, { readable, status }: FetchOutcome): string {
	if (!readable) return "blocked";
	return call.api === "xhr" && call.uploadListener ? `${status}, upload seen` : String(status);
}

/** As the suite's ledger writes it. */
function lineOf(request: OutgoingRequest, status: number): string {
	if (request.kind === "preflight") {
		const asked = [
			sentHeader(request, "access-control-request-method"),
			sentHeader(request, "access-control-request-headers"),
		];
		return `OPTIONS (${asked.filter((part) => part !== undefined).join(" ")}): ${status}`;
	}
	const session = request.credentials ? " +session" : "";
	const authorization = sentHeader(request, "authorization") === undefined ? "" : " +authorization";
	return `${request.method}${session}${authorization}: ${status} API`;
}

function callOf(step: CaseStep | undefined, origin: string): FetchCall | XhrCall {
	if (step?.do !== "fetch" && step?.do !== "xhr") throw new Error("the matrix has calls only");
	const { tenant = "api", path } = parseTarget(step.to);
	const common = {
		origin,
		url: WORLD.tenants[tenant as "api"] + path,
		method: step.method ?? "GET",
		headers: Object.entries(step.headers ?? {}),
		body: step.text === undefined ? null : { contentType: "text/plain;charset=UTF-8" },
	};
	return step.do === "fetch"
		? fetchCall({ ...common, credentials: step.credentials })
		: xhrCall({ ...common, withCredentials: step.withCredentials, uploadListener: step.upload === true });
}

describe("as in Chromium, Firefox and WebKit,", () => {
	for (const { says, steps, expect: expected } of [...WITH_CREDENTIALS, ...WITHOUT_CREDENTIALS]) {
		test(says, async () => {
			for (const page of PAGES) {
				const origin = WORLD.pages[page];
				if (expected[page] === undefined || origin === undefined) continue;
				expect(await transcriptOf(callOf(steps[0], origin)), page).toEqual(expected[page]);
			}
		});
	}
});
