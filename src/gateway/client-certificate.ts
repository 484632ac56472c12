/** Owns the TLS client certificate on its way to the upstream (RFC 9440). */

import { spellingsOf } from "./forwarding-headers.ts";

const CLIENT_CERT = "client-cert";
const CLIENT_CERT_CHAIN = "client-cert-chain";
const REMOVED: readonly string[] = [CLIENT_CERT, CLIENT_CERT_CHAIN].flatMap(spellingsOf);

/** The part of `request.cf.tlsClientAuth` that is looked at. */
interface TlsClientAuth {
	readonly certPresented?: unknown;
	readonly certVerified?: unknown;
	readonly certRevoked?: unknown;
	readonly certRFC9440?: unknown;
	readonly certChainRFC9440?: unknown;
}

/** A certificate that the edge has verified, as the header fields of RFC 9440 carry it. */
export interface ClientCertificate {
	readonly certificate: string;
	/** The chain below the root; undefined where the client sent none. */
	readonly chain: string | undefined;
}

/**
 * The request's client certificate: presented, verified and not revoked.
 * @returns undefined where there is none that could be passed on
 */
export function clientCertificateOf(request: Request): ClientCertificate | undefined {
	const auth: TlsClientAuth | null | undefined = request.cf?.["tlsClientAuth"] as TlsClientAuth | undefined;
	if (auth?.certPresented !== "1" || auth.certVerified !== "SUCCESS" || auth.certRevoked === "1")
		return undefined;
	const { certRFC9440: certificate, certChainRFC9440: chain } = auth;
	if (typeof certificate !== "string" || certificate === "") return undefined;
	return { certificate, chain: typeof chain === "string" && chain !== "" ? chain : undefined };
}

/**
 * Puts the certificate into a request to the upstream, and always removes what the client itself wrote there.
 * @param headers changed in place
 */
export function setClientCertificate(headers: Headers, certificate: ClientCertificate | undefined): void {
	for (const name of REMOVED) headers.delete(name);
	if (certificate === undefined) return;
	headers.set(CLIENT_CERT, certificate.certificate);
	if (certificate.chain !== undefined) headers.set(CLIENT_CERT_CHAIN, certificate.chain);
}
