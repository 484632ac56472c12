/** Owns the real servers that the doctor is tried on: those that come with the project, and nginx where the machine has it. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { serve } from "@hono/node-server";
import express, { type RequestHandler } from "express";
import fastify, { type FastifyInstance } from "fastify";
import { Hono, type MiddlewareHandler } from "hono";
import { onTestFinished } from "vitest";
import { freePort } from "../../dev/ports.ts";
import { folder } from "../cli/harness.ts";

/** Starts a server and gives its address, without a slash at the end; it is gone after the test. */
export type Start = () => Promise<string>;

async function listening(server: Server, host = "127.0.0.1"): Promise<string> {
	server.listen(0, host);
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return `http://${host === "::1" ? "localhost" : host}:${port}`;
}

/** Any listener of node:http. */
export function nodeServer(listener: RequestListener, host?: string): Start {
	return () => listening(createServer(listener), host);
}

/** Express with these in front of /items. */
export function expressServer(...handlers: readonly RequestHandler[]): Start {
	return () => {
		const app = express().set("env", "test");
		for (const handler of handlers) app.use(handler);
		app.get("/items", (_, response) => void response.json({}));
		app.put("/items", (_, response) => void response.json({}));
		return listening(createServer(app));
	};
}

/** Fastify, set up by a function. */
export function fastifyServer(setUp: (app: FastifyInstance) => void): Start {
	return async () => {
		const app = fastify();
		setUp(app);
		app.get("/items", async () => ({}));
		app.put("/items", async () => ({}));
		onTestFinished(() => app.close());
		return app.listen({ port: 0, host: "127.0.0.1" });
	};
}

/** Hono with these in front of /items. */
export function honoServer(...handlers: readonly MiddlewareHandler[]): Start {
	return () =>
		new Promise((resolve) => {
			const app = new Hono();
			for (const handler of handlers) app.use(handler);
			app.get("/items", (c) => c.json({}));
			app.put("/items", (c) => c.json({}));
			const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
				resolve(`http://127.0.0.1:${port}`),
			);
			onTestFinished(() => void server.close());
		});
}

/** Where nginx is, if anywhere. */
export const NGINX = findNginx();

function findNginx(): string | undefined {
	for (const place of [
		"/usr/sbin/nginx",
		"/usr/local/sbin/nginx",
		"/opt/homebrew/bin/nginx",
		"/usr/local/bin/nginx",
	]) {
		if (!existsSync(place)) continue;
		try {
			execFileSync(place, ["-v"], { stdio: "ignore" });
			return place;
		} catch {
			// Not one that runs here.
		}
	}
	return undefined;
}

/** What an nginx is made of; UPSTREAM stands for the address of the API behind, DIR for its folder. */
export interface NginxConfiguration {
	readonly http?: string;
	readonly server: string;
	readonly upstream?: RequestListener;
}

/** nginx, in front of an API where the configuration has one. */
export function nginxServer({ http = "", server, upstream }: NginxConfiguration): Start {
	return async () => {
		if (NGINX === undefined) throw new Error("there is no nginx on this machine");
		const behind = upstream === undefined ? "http://127.0.0.1:1" : await listening(createServer(upstream));
		const directory = folder({ "www/items/index.html": "{}" });
		const port = await freePort();
		const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
			.map((name) => `${name}_temp_path ${join(directory, name)};`)
			.join(" ");
		const user = process.getuid?.() === 0 ? "user root;" : "";
		const text =
			`${user} daemon off; worker_processes 1; pid ${directory}/pid; error_log ${directory}/error.log; events {}
http { access_log off; default_type application/json; ${temporary} ${http}
server { listen 127.0.0.1:${port}; root ${directory}/www; ${server} } }`
				.replaceAll("UPSTREAM", behind)
				.replaceAll("DIR", directory);
		const file = join(folder({ "nginx.conf": text }), "nginx.conf");
		const child = spawn(NGINX, ["-c", file, "-p", directory], { stdio: "ignore" });
		onTestFinished(async () => {
			if (child.exitCode !== null) return;
			child.kill();
			await once(child, "exit");
		});
		await opened(port);
		return `http://127.0.0.1:${port}`;
	};
}

async function opened(port: number): Promise<void> {
	const end = Date.now() + 20_000;
	while (Date.now() < end) {
		const isOpen = await new Promise<boolean>((resolve) => {
			const socket = connect(port, "127.0.0.1", () => resolve(true));
			socket.on("error", () => resolve(false));
			socket.once("connect", () => socket.destroy());
		});
		if (isOpen) return;
		await wait(50);
	}
	throw new Error(`port ${port} does not open`);
}
