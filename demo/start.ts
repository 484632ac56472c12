/** Owns `npm start`: starts the demo API, the demo page, the gateway and the control plane, says where they are, and ends them together. */
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import pc from "picocolors";
import { onOrphaned } from "../dev/orphan.ts";
import { PROJECT, seedLocalKv } from "../dev/wrangler.ts";
import { type Admin, createAdmin } from "./admin.ts";
import { createApi, SESSION_COOKIE } from "./api.ts";
import { createDemoGateway } from "./gateway.ts";
import { createPageServer } from "./page.ts";
import { type Ports, readPorts, refuseTakenPorts } from "./ports.ts";
import { allowedOrigin, kvEntries, refusedOrigin } from "./tenants.ts";

try {
	const ports = readPorts(process.env);
	await refuseTakenPorts(ports);
	await run(ports);
} catch (error) {
	fail(error);
}

async function run(ports: Ports): Promise<void> {
	const place = `.wrangler/demo/${ports.gateway}`;
	const stateDirectory = join(PROJECT, place);
	const gateway = createDemoGateway(ports, stateDirectory);
	const admin = createAdmin(ports, stateDirectory);

	let stopping = false;
	onStopRequest(async () => {
		if (stopping) return;
		stopping = true;
		console.log(pc.dim("\nStopping …"));
		await Promise.all([gateway.stop(), admin.stop()]);
		process.exit(0);
	});

	try {
		console.log(pc.dim("Starting the gateway, the API behind it, the page and the control plane …"));
		await listen(createApi(), ports.api);
		await listen(await createPageServer(ports), ports.page);
		await rm(stateDirectory, { recursive: true, force: true });
		await mkdir(stateDirectory, { recursive: true });
		await seedLocalKv(kvEntries(ports), stateDirectory);
		await Promise.all([gateway.start(), admin.start()]);
		console.log(welcome(ports, place, admin));
		const ended = await Promise.race([
			gateway.gone().then(() => "gateway"),
			admin.gone().then(() => "control plane"),
		]);
		throw new Error(`The ${ended} ended by itself.`);
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

function welcome(ports: Ports, stateDirectory: string, admin: Admin): string {
	const gateway = `http://localhost:${ports.gateway}`;
	return `
${pc.green("●")} ${pc.bold("Cordon is running.")} Open these two pages:

    ${pc.cyan(refusedOrigin(ports))}    nobody allowed it: the API alone tells it everything, Cordon nothing
    ${pc.cyan(allowedOrigin(ports))}    on the allowlist: reads the API through Cordon

  Gateway  ${pc.cyan(gateway)}    wrangler dev, local KV in ${stateDirectory}
  API      ${pc.cyan(`http://localhost:${ports.api}`)}    behind it: reflects any origin, with credentials

  Console  ${pc.cyan(admin.link)}    change who may read, see who changed it, go back

  Try      curl -i -b ${SESSION_COOKIE} -H 'Origin: ${allowedOrigin(ports)}' ${gateway}/profile
           ${pc.dim("then again with any other Origin")}

  ${pc.dim("Ctrl-C stops everything.")}
`;
}
