/** Owns the four ports of the demo: reads them from the environment, and refuses the taken ones before anything starts. */
import { once } from "node:events";
import { createServer } from "node:net";

export interface Ports {
	readonly gateway: number;
	readonly api: number;
	readonly page: number;
	readonly admin: number;
}

const VARIABLES = { gateway: "PORT", api: "API_PORT", page: "PAGE_PORT", admin: "ADMIN_PORT" } as const;
const DEFAULTS: Ports = { gateway: 8787, api: 8788, page: 8789, admin: 8790 };

/** The ports that the environment asks for. Throws an `Error` for the user where one is not a port, or two are the same. */
export function readPorts(env: NodeJS.ProcessEnv): Ports {
	const ports: Ports = {
		gateway: readPort(env, "gateway"),
		api: readPort(env, "api"),
		page: readPort(env, "page"),
		admin: readPort(env, "admin"),
	};
	if (new Set(Object.values(ports)).size < 4) {
		throw new Error(
			`The demo needs four different ports, but has PORT=${ports.gateway}, API_PORT=${ports.api}, PAGE_PORT=${ports.page} and ADMIN_PORT=${ports.admin}.`,
		);
	}
	return ports;
}

function readPort(env: NodeJS.ProcessEnv, name: keyof Ports): number {
	const variable = VARIABLES[name];
	const text = env[variable];
	if (text === undefined || text === "") return DEFAULTS[name];
	const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
	if (port >= 1 && port <= 65535) return port;
	throw new Error(`${variable} must be a port from 1 to 65535, not "${text}".`);
}

/** Throws an `Error` for the user that names every port that cannot be had, and the variable that changes it. */
export async function refuseTakenPorts(ports: Ports): Promise<void> {
	const complaints: string[] = [];
	for (const name of ["gateway", "api", "page"] as const) {
		const problem = await whyNotFree(ports[name]);
		if (problem)
			complaints.push(`Port ${ports[name]} ${problem}. Choose another one with ${VARIABLES[name]}=<port>.`);
	}
	if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

/** Tries both loopback addresses: a browser may take either for "localhost". */
async function whyNotFree(port: number): Promise<string | undefined> {
	for (const host of ["127.0.0.1", "::1"]) {
		const probe = createServer();
		try {
			probe.listen({ port, host });
			await once(probe, "listening");
			probe.close();
			await once(probe, "close");
		} catch (error) {
			const code = (error as NodeJS.ErrnoException).code;
			if (code === "EADDRINUSE") return "is taken by another program";
			if (code === "EACCES") return "is not allowed for this user";
			if (host === "127.0.0.1") return `cannot be used (${code})`;
			// No IPv6 on this machine: nobody can be there.
		}
	}
	return undefined;
}
