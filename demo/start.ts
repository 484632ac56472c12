/** Owns `npm start`: starts the demo API, the demo page and the gateway, says where they are, and ends them together. */
import { once } from "node:events";
import type { Server } from "node:http";
import pc from "picocolors";
import { onOrphaned } from "../dev/orphan.ts";
import { createApi, SESSION_COOKIE } from "./api.ts";
import { createGateway } from "./gateway.ts";
import { createPage } from "./page.ts";
import { type Ports, readPorts, refuseTakenPorts } from "./ports.ts";
import { allowedOrigin, refusedOrigin } from "./tenants.ts";

try {
	const ports = readPorts(process.env);
	await refuseTakenPorts(ports);
	await run(ports);
} catch (error) {
	fail(error);
}

async function run(ports: Ports): Promise<void> {
	const gateway = createGateway(ports);

	let stopping = false;
	onStopRequest(async () => {
		if (stopping) return;
		stopping = true;
		console.log(pc.dim("\nStopping …"));
		await gateway.stop();
		process.exit(0);
	});

	try {
		console.log(pc.dim("Starting the gateway, the API behind it and the page …"));
		await listen(createApi(), ports.api);
		await listen(await createPage(ports), ports.page);
		await gateway.start();
		console.log(welcome(ports, gateway.stateDirectory));
		await gateway.gone();
		throw new Error("The gateway ended by itself.");
	} catch (error) {
		if (!stopping) fail(error);
	}
}

function onStopRequest(stop: () => void): void {
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
	onOrphaned(stop);
}

async function listen(server: Server, port: number): Promise<void> {
	server.listen({ port, host: "127.0.0.1" });
	await once(server, "listening");
}

/** Ends the process; what still runs is ended by the exit handler. */
function fail(error: unknown): never {
	console.error(`${pc.red("✘")} ${error instanceof Error ? error.message : String(error)}`);
	process.exit(1);
}

function welcome(ports: Ports, stateDirectory: string): string {
	const gateway = `http://localhost:${ports.gateway}`;
	return `
${pc.green("●")} ${pc.bold("Cordon is running.")} Open these two pages:

    ${pc.cyan(refusedOrigin(ports))}    a stranger: the API alone leaks to it, Cordon does not
    ${pc.cyan(allowedOrigin(ports))}    on the allowlist: reads the API through Cordon

  Gateway  ${pc.cyan(gateway)}    wrangler dev, local KV in ${stateDirectory}
  API      ${pc.cyan(`http://localhost:${ports.api}`)}    behind it: reflects any origin, with credentials

  Try      curl -i -b ${SESSION_COOKIE} -H 'Origin: ${allowedOrigin(ports)}' ${gateway}/profile
           ${pc.dim("then again with any other Origin")}

  ${pc.dim("Ctrl-C stops everything.")}
`;
}
