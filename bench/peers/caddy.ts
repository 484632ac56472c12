/** Owns the peer Caddy: the usual snippet, a matcher on the Origin header and deferred `header` directives. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../dev/ports.ts";
import {
	ALLOWED_ORIGIN,
	EXPOSED_HEADERS,
	MAX_AGE_SECONDS,
	METHODS,
	REQUEST_HEADERS,
} from "../compare/policy.ts";
import { type ServerProcess, startServer } from "../harness/process.ts";

/** Caddy's version, where it is installed. */
export function caddyVersion(): string | undefined {
	return /\d+\.\d+\.\d+/.exec(spawnSync("caddy", ["version"], { encoding: "utf8" }).stdout ?? "")?.[0];
}

/** @param directory for its configuration and state */
export async function startCaddy(upstreamPort: number, directory: string): Promise<ServerProcess> {
	const port = await freePort();
	const home = mkdtempSync(join(directory, "caddy-"));
	const file = join(home, "Caddyfile");
	writeFileSync(file, configuration(port, upstreamPort));
	return startServer({
		command: "caddy",
		args: ["run", "--config", file, "--adapter", "caddyfile"],
		environment: { HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
		port,
		role: "measured",
	});
}

function configuration(port: number, upstreamPort: number): string {
	return `{
	admin off
	auto_https off
	log {
		output discard
	}
}
(cors) {
	@cors_preflight {
		method OPTIONS
		header Origin {args.0}
	}
	@cors header Origin {args.0}
	handle @cors_preflight {
		header Access-Control-Allow-Origin {args.0}
		header Access-Control-Allow-Credentials true
		header Access-Control-Allow-Methods "${["GET", "HEAD", "POST", ...METHODS].join(", ")}"
		header Access-Control-Allow-Headers "${REQUEST_HEADERS.join(", ")}"
		header Access-Control-Max-Age ${MAX_AGE_SECONDS}
		header Vary Origin
		respond 204
	}
	handle @cors {
		header {
			Access-Control-Allow-Origin {args.0}
			Access-Control-Allow-Credentials true
			Access-Control-Expose-Headers "${EXPOSED_HEADERS.join(", ")}"
			+Vary Origin
			defer
		}
		reverse_proxy 127.0.0.1:${upstreamPort}
	}
	handle {
		header {
			+Vary Origin
			defer
		}
		reverse_proxy 127.0.0.1:${upstreamPort}
	}
}
http://:${port} {
	bind 127.0.0.1
	import cors ${ALLOWED_ORIGIN}
}
`;
}
