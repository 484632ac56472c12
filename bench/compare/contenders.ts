/** Owns the contenders: what each is, whether it is installed, and how one process of it is started. */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { WORKERD_VERSION } from "../../dev/workerd.ts";
import { buildCordon, buildWorker } from "../harness/build.ts";
import { startKv } from "../harness/kv.ts";
import type { ServerProcess } from "../harness/process.ts";
import { startWorker } from "../harness/workerd.ts";
import { caddyVersion, startCaddy } from "../peers/caddy.ts";
import { nginxVersion, startNginx } from "../peers/nginx.ts";
import { installedVersion, type NodePeer, nodePeerVersion, startNodePeer } from "../peers/node.ts";
import { tenantDocument } from "./policy.ts";

/** Something that can stand in front of the upstream. */
export interface Contender {
	readonly name: string;
	/** `limit`: nothing can be cheaper in workerd, or inside Hono. `worker`: a peer in workerd. `server`: a peer outside it. */
	readonly kind: "limit" | "cordon" | "worker" | "server";
	readonly title: string;
	readonly version: string;
	/** The names of the work that it can do; left out: all. */
	readonly works?: readonly string[];
	/** Builds what has to be built, once. */
	prepare?(): Promise<void>;
	/** Weighs what was prepared, gzipped. */
	gzipBytes?(): number;
	/** Starts one process more. */
	start(): Promise<ServerProcess>;
}

/** What contenders are made with. */
export interface ContenderContext {
	readonly upstreamPort: number;
	/** For bundles and configurations; removed by the caller. */
	readonly directory: string;
	/** Other builds of Cordon to run beside this one: name and file. */
	readonly also: readonly (readonly [name: string, bundle: string])[];
}

const FORWARDED_WORKS = ["allowed", "denied", "no-origin", "many-headers", "download", "upload"];

/** Every contender that is there, and the names of those that are not. */
export function listContenders(context: ContenderContext): {
	readonly contenders: readonly Contender[];
	readonly missing: readonly string[];
} {
	const { directory, upstreamPort } = context;
	const upstream = `http://127.0.0.1:${upstreamPort}`;
	const contenders: Contender[] = [
		{
			...ownWorker("bare", directory, { UPSTREAM: upstream }),
			kind: "limit",
			title: "bare fetch(url, request)",
			works: FORWARDED_WORKS,
		},
		{
			...ownWorker("hono-bare", directory, { UPSTREAM: upstream }),
			kind: "limit",
			title: "bare fetch, inside Hono",
			works: FORWARDED_WORKS,
		},
		{
			...ownWorker("static", directory, {}),
			kind: "limit",
			title: "static 204",
			works: ["preflight"],
		},
		{
			...ownWorker("by-hand", directory, { UPSTREAM: upstream }),
			kind: "limit",
			title: "header changes by hand",
			works: FORWARDED_WORKS,
		},
		{
			...ownWorker("hono-by-hand", directory, { UPSTREAM: upstream }),
			kind: "limit",
			title: "header changes by hand, inside Hono",
			works: FORWARDED_WORKS,
		},
		...cordons(context, upstream),
	];
	const missing: string[] = [];
	const add = (
		name: string,
		version: string | undefined,
		contender: Pick<Contender, "kind" | "title" | "start" | "prepare">,
	) => {
		if (version === undefined) missing.push(name);
		else contenders.push({ name, version, ...contender });
	};
	for (const [name, packageName, title] of [
		["hono-cors", "hono", "hono/cors + hono/proxy"],
		["itty-cors", "itty-router", "itty-router cors + fetch"],
	] as const) {
		const { prepare, start } = ownWorker(name, directory, { UPSTREAM: upstream });
		add(name, versionOf(packageName), { kind: "worker", title, prepare, start });
	}
	add("nginx", nginxVersion(), {
		kind: "server",
		title: "nginx, map recipe",
		start: () => startNginx(upstreamPort, directory),
	});
	add("caddy", caddyVersion(), {
		kind: "server",
		title: "Caddy, snippet",
		start: () => startCaddy(upstreamPort, directory),
	});
	for (const peer of ["express", "fastify"] as const satisfies readonly NodePeer[]) {
		add(peer, nodePeerVersion(peer), {
			kind: "server",
			title: peer === "express" ? "express + cors + http-proxy" : "fastify + cors + http-proxy",
			start: () => startNodePeer(peer, upstreamPort),
		});
	}
	return { contenders, missing };
}

function cordons({ directory, also }: ContenderContext, upstream: string): Contender[] {
	const one = (name: string, title: string, build: () => Promise<string>): Contender => {
		let bundle = "";
		let kv: ServerProcess | undefined;
		return {
			name,
			kind: "cordon",
			title,
			version: `workerd ${WORKERD_VERSION}`,
			async prepare() {
				[bundle, kv] = await Promise.all([
					build(),
					startKv({ document: tenantDocument(upstream) }, directory),
				]);
			},
			gzipBytes: () => gzipSync(readFileSync(bundle)).length,
			start: () => startWorker({ bundle, kvPort: kv?.port, variables: { UNKNOWN_HOSTS: "refuse" } }),
		};
	};
	return [
		one("cordon", "Cordon", () => buildCordon(`${directory}/cordon`)),
		...also.map(([name, bundle]) => one(name, `Cordon, ${name}`, () => Promise.resolve(bundle))),
	];
}

/** A Worker of `bench/workers` in a workerd of its own. */
function ownWorker(name: string, directory: string, variables: Readonly<Record<string, string>>) {
	let bundle = "";
	return {
		name,
		version: `workerd ${WORKERD_VERSION}`,
		async prepare() {
			bundle = await buildWorker(name, directory);
		},
		start: () => startWorker({ bundle, variables }),
	};
}

function versionOf(packageName: string): string | undefined {
	try {
		return `${installedVersion(packageName)}, workerd ${WORKERD_VERSION}`;
	} catch {
		return undefined;
	}
}
