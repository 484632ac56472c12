/** Owns the certificate authority of one run: made by openssl, trusted by the browsers of this run, thrown away after it. */

import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const VALID_DAYS = "2";
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** The password of the file that holds the client's key: it wants one. */
export const CLIENT_PASSWORD = "probe";

/** Where the files are, and what of them is needed as text. */
export interface Authority {
	/** PEM file of the authority's own certificate. */
	readonly file: string;
	readonly certificate: string;
	readonly server: { readonly key: string; readonly cert: string };
	/** PKCS #12 file with a client's certificate and key. */
	readonly clientFile: string;
}

/**
 * Makes the authority, a server's certificate and a client's.
 * @param directory where the files go
 * @param names the server's
 */
export async function createAuthority(directory: string, names: readonly string[]): Promise<Authority> {
	const path = (name: string) => join(directory, name);
	const openssl = (...args: readonly string[]) => run("openssl", args, { cwd: directory });

	async function issue(name: string, subject: string, extensions: readonly string[]): Promise<void> {
		await writeFile(path(`${name}.ext`), extensions.join("\n"));
		const request = ["-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${subject}`];
		await openssl("req", ...NEW_KEY, ...request);
		const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-CAserial", `${name}.srl`];
		const files = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", `${name}.ext`];
		await openssl("x509", "-req", ...files, ...signing, "-days", VALID_DAYS);
	}

	await openssl(
		...["req", "-x509", ...NEW_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", VALID_DAYS],
		...["-subj", "/CN=Cordon browser tests", "-addext", "keyUsage=critical,keyCertSign,cRLSign"],
	);
	const alternatives = names.map((name) => `DNS:${name}`).join(",");
	await Promise.all([
		issue("server", "server", [`subjectAltName=${alternatives}`, "extendedKeyUsage=serverAuth"]),
		issue("client", "client", ["extendedKeyUsage=clientAuth"]),
	]);
	const clientPair = ["-in", "client.pem", "-inkey", "client.key", "-name", "client"];
	await openssl(
		"pkcs12",
		"-export",
		...clientPair,
		"-out",
		"client.p12",
		"-passout",
		`pass:${CLIENT_PASSWORD}`,
	);
	const text = (name: string) => readFile(path(name), "utf8");
	return {
		file: path("ca.pem"),
		certificate: await text("ca.pem"),
		server: { key: await text("server.key"), cert: await text("server.pem") },
		clientFile: path("client.p12"),
	};
}
