/** Owns the peer nginx: the usual recipe, a `map` over `$http_origin` and `add_header … always`. */

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

/** nginx's version, where it is installed. */
export function nginxVersion(): string | undefined {
	return /nginx\/(\S+)/.exec(spawnSync("nginx", ["-v"], { encoding: "utf8" }).stderr ?? "")?.[1];
}

/** @param directory for its configuration and temporary files */
export async function startNginx(upstreamPort: number, directory: string): Promise<ServerProcess> {
	const port = await freePort();
	const home = mkdtempSync(join(directory, "nginx-"));
	const file = join(home, "nginx.conf");
	writeFileSync(file, configuration(port, upstreamPort, home));
	return startServer({
		command: "nginx",
		args: ["-c", file, "-p", home, "-e", join(home, "error.log")],
		port,
		role: "measured",
	});
}

function configuration(port: number, upstreamPort: number, home: string): string {
	return `daemon off;
master_process off;
pid ${home}/nginx.pid;
events { worker_connections 256; }
http {
	access_log off;
	client_max_body_size 8m;
	${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${home}/${name};`).join(" ")}
	map $http_origin $cors_origin {
		default "";
		"${ALLOWED_ORIGIN}" $http_origin;
	}
	map $cors_origin $cors_credentials {
		default "true";
		"" "";
	}
	upstream api { server 127.0.0.1:${upstreamPort}; keepalive 64; }
	server {
		listen 127.0.0.1:${port};
		keepalive_requests 1000000;
		location / {
			if ($request_method = OPTIONS) {
				add_header Access-Control-Allow-Origin $cors_origin always;
				add_header Access-Control-Allow-Credentials $cors_credentials always;
				add_header Access-Control-Allow-Methods "${["GET", "HEAD", "POST", ...METHODS].join(", ")}" always;
				add_header Access-Control-Allow-Headers "${REQUEST_HEADERS.join(", ")}" always;
				add_header Access-Control-Max-Age ${MAX_AGE_SECONDS} always;
				add_header Vary Origin always;
				return 204;
			}
			add_header Access-Control-Allow-Origin $cors_origin always;
			add_header Access-Control-Allow-Credentials $cors_credentials always;
			add_header Access-Control-Expose-Headers "${EXPOSED_HEADERS.join(", ")}" always;
			add_header Vary Origin always;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_request_buffering off;
			proxy_buffers 16 16k;
			proxy_buffer_size 16k;
			proxy_max_temp_file_size 0;
			proxy_pass http://api;
		}
	}
}
`;
}
