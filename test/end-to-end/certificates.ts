/** Owns the end-to-end tests of client certificates: RFC 9440 on the way to the upstream, what a client wrote removed. */

import { describe, expect, test } from "vitest";
import type { Line } from "./harness/client.ts";
import { NOT_SHARED, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, credentialedTenant, EVIL, exchange, only } from "./harness/stage.ts";

const ignoring = credentialedTenant("certificate-ignored.test");
const forwarding = credentialedTenant("certificate-forwarded.test", { clientCertificate: "forward" });
const requiring = credentialedTenant("certificate-required.test", { clientCertificate: "require" });
const rejecting = credentialedTenant("certificate-required-rejecting.test", {
	clientCertificate: "require",
	deniedRequests: "reject",
});

const VERIFIED = {
	certPresented: "1",
	certVerified: "SUCCESS",
	certRevoked: "0",
	certRFC9440: ":MIIBleaf:",
	certRFC9440TooLarge: false,
	certChainRFC9440: ":MIIBintermediate:",
	certChainRFC9440TooLarge: false,
};

/** What the edge would know of the connection: wrangler dev takes the whole of `request.cf` from this header. */
function connection(tlsClientAuth: Readonly<Record<string, unknown>> | undefined): Line {
	return ["MF-CF-Blob", JSON.stringify({ clientAcceptEncoding: "gzip", tlsClientAuth })];
}

const SPOOFED: readonly Line[] = [
	["Client-Cert", ":spoofed:"],
	["client-cert", ":spoofed again:"],
	["CLIENT-CERT-CHAIN", ":spoofed:"],
];

const UNUSABLE: readonly (readonly [string, Readonly<Record<string, unknown>> | undefined])[] = [
	["none is presented", { ...VERIFIED, certPresented: "0", certVerified: "NONE" }],
	["its verification failed", { ...VERIFIED, certVerified: "FAILED:unable to get local issuer certificate" }],
	["it has expired", { ...VERIFIED, certVerified: "FAILED:certificate has expired" }],
	["it is revoked", { ...VERIFIED, certRevoked: "1" }],
	["it is too large to pass on", { ...VERIFIED, certRFC9440: "", certRFC9440TooLarge: true }],
	["nothing is known of it", {}],
	["nothing is known of the connection", undefined],
];

describe.each([
	["forward", forwarding],
	["require", requiring],
])("clientCertificate: %s", (_, host) => {
	test("passes a verified certificate and its chain", async () => {
		const { response, reached } = await exchange({
			host,
			origin: APP,
			headers: [connection(VERIFIED), ...SPOOFED],
		});
		expect(only(reached).all("client-cert")).toEqual([":MIIBleaf:"]);
		expect(only(reached).all("client-cert-chain")).toEqual([":MIIBintermediate:"]);
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});

	test.each([
		{ ...VERIFIED, certChainRFC9440: "" },
		{ ...VERIFIED, certChainRFC9440: undefined },
	])("passes a verified certificate that comes without a chain", async (tlsClientAuth) => {
		const headers = [connection(tlsClientAuth), ...SPOOFED];
		const { reached } = await exchange({ host, headers });
		expect(only(reached).all("client-cert")).toEqual([":MIIBleaf:"]);
		expect(only(reached).all("client-cert-chain")).toEqual([]);
	});
});

describe("clientCertificate: forward", () => {
	test.each(UNUSABLE)(
		"passes none, and nothing that the client wrote, where %s",
		async (_, tlsClientAuth) => {
			const headers = [connection(tlsClientAuth), ...SPOOFED];
			const { response, reached } = await exchange({ host: forwarding, origin: APP, headers });
			expect(response.status).toBe(200);
			expect(only(reached).lines.filter(([name]) => name.startsWith("client-cert"))).toEqual([]);
		},
	);
});

describe("clientCertificate: require", () => {
	test.each(UNUSABLE)("refuses before the upstream where %s", async (_, tlsClientAuth) => {
		const headers = [connection(tlsClientAuth), ...SPOOFED];
		for (const [origin, sharing] of [
			[APP, sharedWithCredentials(APP)],
			[EVIL, NOT_SHARED],
			[undefined, NOT_SHARED],
		] as const) {
			const { response, reached } = await exchange({ host: requiring, origin, headers });
			expect(reached).toEqual([]);
			expect(response.status).toBe(403);
			expect(JSON.parse(response.body.toString())).toMatchObject({ code: "client-certificate-required" });
			expect(sharingOf(response)).toEqual(sharing);
		}
	});

	test("never refuses a preflight, for browsers send no certificate there", async () => {
		const { response, reached } = await exchange({
			host: requiring,
			origin: APP,
			method: "OPTIONS",
			headers: [["Access-Control-Request-Method", "PUT"], connection(VERIFIED)],
		});
		expect(response.status).toBe(204);
		expect(reached).toEqual([]);
	});

	test("tells a denied origin that it is denied, certificate or not", async () => {
		const { response } = await exchange({ host: rejecting, origin: EVIL, headers: [connection(VERIFIED)] });
		expect(JSON.parse(response.body.toString())).toMatchObject({ code: "origin-not-allowed" });
	});
});

test("clientCertificate: ignore, the default, leaves everything as the client wrote it", async () => {
	const headers = [connection(VERIFIED), ["Client-Cert", ":mine:"] as const];
	const { reached } = await exchange({ host: ignoring, headers });
	expect(only(reached).all("client-cert")).toEqual([":mine:"]);
	expect(only(reached).all("client-cert-chain")).toEqual([]);
});
