/** Owns the choice of ports for servers that cannot choose one themselves. */

import { once } from "node:events";
import { createServer } from "node:net";

/** A port that was free just now. */
export async function freePort(): Promise<number> {
	const [port] = await freePorts(1);
	if (port === undefined) throw new Error("There is no free port.");
	return port;
}

/** So many ports, no two the same, that were all free just now. */
export async function freePorts(count: number): Promise<readonly number[]> {
	const servers = Array.from({ length: count }, () => createServer().listen(0));
	await Promise.all(servers.map((server) => once(server, "listening")));
	const addresses = servers.map((server) => server.address());
	const closed = servers.map((server) => once(server, "close"));
	for (const server of servers) server.close();
	await Promise.all(closed);
	return addresses.flatMap((address) =>
		typeof address === "object" && address !== null ? [address.port] : [],
	);
}
