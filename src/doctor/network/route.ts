/** Owns the way to a server: which machine is connected to, through which proxy, and whose certificates count. */

import { lookup } from "node:dns";
import { request as httpRequest } from "node:http";
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls, rootCertificates, type TLSSocket } from "node:tls";
import { getProxyForUrl } from "proxy-from-env";
import { isLoopback } from "../../cors/origin-syntax.ts";
import { isNotTls } from "./wire-fault.ts";

/** How servers are reached, beyond what their URLs say. */
export interface Reach {
	/** Where the URL's own host is asked in place of its address, as curl's --connect-to has it. */
	readonly connectTo: ConnectTo | undefined;
	/** Whether certificates that nobody vouches for are taken. */
	readonly insecure: boolean;
	/** Further certificates, PEM, that count beside the usual ones. */
	readonly ca: string | undefined;
	/** Whether HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured. */
	readonly proxies: boolean;
}

/** Another machine for one host. */
export interface ConnectTo {
	/** The URL's host and port that it stands in for. */
	readonly host: string;
	readonly address: { readonly host: string; readonly port: number };
	/** Whether plain http is spoken there, though the URL says https; undefined where it is to be found out. */
	readonly isPlain: boolean | undefined;
}

/** A connection, ready for one request. */
export interface Connection {
	readonly socket: Socket;
	/** What both sides have agreed on. */
	readonly protocol: "http/1.1" | "h2";
	/** Whether the request names the whole URL, as proxies of plain http want it. */
	readonly isForwarded: boolean;
}

/** The usual way, without anything special. */
export const DIRECT: Reach = { connectTo: undefined, insecure: false, ca: undefined, proxies: false };

/**
 * Connects to the server of a URL. Rejected alternative: an agent of undici or https-proxy-agent, which hides either the
 * lines of the headers or the choice between HTTP/1.1 and HTTP/2.
 * @param protocols in the order of preference; WebSockets want HTTP/1.1 alone
 * @param signal ends the attempt
 */
export async function connect(
	url: URL,
	reach: Reach,
	protocols: readonly Connection["protocol"][],
	signal: AbortSignal,
): Promise<Connection> {
	const isTls = url.protocol === "https:" || url.protocol === "wss:";
	const own = { host: withoutBrackets(url.hostname), port: Number(url.port) || (isTls ? 443 : 80) };
	const instead = insteadOf(url, reach);
	if (instead !== undefined) {
		if (!isTls || instead.isPlain) return plain(await tcp(instead.address, signal));
		try {
			return await secure(await tcp(instead.address, signal), url, reach, protocols, signal);
		} catch (error) {
			// A local gateway mostly speaks plain http; unlike the URL's own host, it was named for that.
			if (instead.isPlain === undefined && isNotTls(error)) return plain(await tcp(instead.address, signal));
			throw error;
		}
	}
	const proxy = reach.proxies && !isLoopback(url.hostname) ? URL.parse(getProxyForUrl(url.href)) : null;
	if (proxy === null) {
		const socket = await tcp(own, signal);
		return isTls ? secure(socket, url, reach, protocols, signal) : plain(socket);
	}
	if (isTls) return secure(await tunnel(proxy, own, reach, signal), url, reach, protocols, signal);
	return { ...plain(await toProxy(proxy, reach, signal)), isForwarded: true };
}

function insteadOf({ host }: URL, { connectTo }: Reach): ConnectTo | undefined {
	return connectTo?.host === host ? connectTo : undefined;
}

/** The machine that is asked in place of the URL's host, as people write it; undefined where none is. */
export function addressInstead(url: URL, reach: Reach): string | undefined {
	const address = insteadOf(url, reach)?.address;
	return address && `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}

function plain(socket: Socket): Connection {
	return { socket, protocol: "http/1.1", isForwarded: false };
}

function withoutBrackets(hostname: string): string {
	return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

interface Address {
	readonly host: string;
	readonly port: number;
}

function tcp({ host, port }: Address, signal: AbortSignal): Promise<Socket> {
	// Of several addresses the first one that answers is taken, as browsers do it (RFC 8305).
	const socket = connectTcp({ host, port, lookup: lookupAsBrowser, autoSelectFamily: true });
	return opened(socket, "connect", signal);
}

/** Browsers take localhost and every name under it for this machine, by IPv6 and IPv4, without asking DNS. */
const lookupAsBrowser: LookupFunction = (hostname, options, callback) => {
	if (isLoopback(hostname) && isIP(hostname) === 0 && options.all) {
		callback(null, [
			{ address: "::1", family: 6 },
			{ address: "127.0.0.1", family: 4 },
		]);
		return;
	}
	lookup(hostname, options, callback);
};

async function secure(
	socket: Socket,
	url: URL,
	{ insecure, ca }: Reach,
	protocols: readonly Connection["protocol"][],
	signal: AbortSignal,
): Promise<Connection> {
	const host = withoutBrackets(url.hostname);
	const encrypted = connectTls({
		socket,
		host,
		// A server's name is never an address. RFC 6066, section 3
		...(isIP(host) === 0 ? { servername: host } : {}),
		ALPNProtocols: [...protocols],
		rejectUnauthorized: !insecure,
		...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
	});
	await opened<TLSSocket>(encrypted, "secureConnect", signal);
	return {
		socket: encrypted,
		protocol: encrypted.alpnProtocol === "h2" ? "h2" : "http/1.1",
		isForwarded: false,
	};
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-connect */
async function tunnel(
	proxy: URL,
	{ host, port }: Address,
	reach: Reach,
	signal: AbortSignal,
): Promise<Socket> {
	const socket = await toProxy(proxy, reach, signal);
	const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
	return new Promise((resolve, reject) => {
		const asked = httpRequest({
			method: "CONNECT",
			path: authority,
			headers: { Host: authority, ...proxyAuthorization(proxy) },
			createConnection: () => socket,
			signal,
		});
		asked.on("connect", ({ statusCode = 0 }, tunnelled: Socket) => {
			if (statusCode >= 200 && statusCode <= 299) resolve(tunnelled);
			else reject(new ProxyRefusal(proxy, statusCode));
		});
		asked.on("response", ({ statusCode = 0 }) => reject(new ProxyRefusal(proxy, statusCode)));
		asked.on("error", reject);
		asked.end();
	});
}

/** What a proxy of the environment answers in place of a connection. */
class ProxyRefusal extends Error {
	constructor({ host }: URL, status: number) {
		super(`the proxy ${host} answers ${status}`);
	}
}

async function toProxy(proxy: URL, reach: Reach, signal: AbortSignal): Promise<Socket> {
	const isTls = proxy.protocol === "https:";
	const address = { host: withoutBrackets(proxy.hostname), port: Number(proxy.port) || (isTls ? 443 : 80) };
	const socket = await tcp(address, signal);
	return isTls ? (await secure(socket, proxy, reach, ["http/1.1"], signal)).socket : socket;
}

/** The name and password that stand in a proxy's URL, as it wants them. */
export function proxyAuthorization(proxy: URL): Readonly<Record<string, string>> {
	if (proxy.username === "" && proxy.password === "") return {};
	const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
	return { "Proxy-Authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

function opened<T extends Socket>(socket: T, event: string, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const abort = () => {
			socket.destroy();
			reject(new Error("aborted"));
		};
		if (signal.aborted) return abort();
		signal.addEventListener("abort", abort, { once: true });
		// Kept: what goes wrong later is told by the request that uses the connection.
		socket.on("error", reject);
		socket.once("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
		socket.once(event, () => {
			signal.removeEventListener("abort", abort);
			resolve(socket);
		});
	});
}
