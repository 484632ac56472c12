/** Owns the demo API: a small JSON API with a session cookie and the classic CORS hole, for Cordon to stand in front of. */
import { createServer, type IncomingMessage, type Server } from "node:http";

export const SESSION_COOKIE = "demo_session=ada";
const VISITOR = { name: "a visitor without a session" };
const ACCOUNT = { name: "Ada Lovelace", balance: "€12,480.55", apiKey: "sk_demo_7f3a9c" };
const MAX_BODY_BYTES = 10_000;

export function createApi(): Server {
	return createServer(async (request, response) => {
		const { origin, cookie = "" } = request.headers;
		const sessionCookie = cookie.split("; ").includes(SESSION_COOKIE);

		// The hole: whoever asks may read, with the visitor's cookies.
		if (origin) {
			response.setHeader("Access-Control-Allow-Origin", origin);
			response.setHeader("Access-Control-Allow-Credentials", "true");
		}
		if (request.method === "OPTIONS") {
			response.setHeader(
				"Access-Control-Allow-Methods",
				request.headers["access-control-request-method"] ?? "",
			);
			response.setHeader(
				"Access-Control-Allow-Headers",
				request.headers["access-control-request-headers"] ?? "",
			);
			response.writeHead(204).end();
			return;
		}

		response.setHeader("Cache-Control", "no-store");
		// Whoever comes without a session gets one: the demo's way of signing in.
		if (!sessionCookie) response.setHeader("Set-Cookie", `${SESSION_COOKIE}; Path=/; HttpOnly; SameSite=Lax`);
		const { status, body } = await answer(request, sessionCookie ? ACCOUNT : VISITOR);
		response.writeHead(status, {
			"Content-Type": status < 400 ? "application/json" : "application/problem+json",
		});
		response.end(`${JSON.stringify({ ...body, sessionCookie })}\n`);
	});
}

async function answer(
	request: IncomingMessage,
	profile: object,
): Promise<{ readonly status: number; readonly body: object }> {
	switch (`${request.method} ${request.url}`) {
		case "GET /profile":
			return { status: 200, body: profile };
		case "PUT /profile": {
			const saved = await readJson(request);
			return saved === undefined ? problem(400, "The body is not JSON.") : { status: 200, body: { saved } };
		}
		case "GET /broken":
			return problem(500, "The ledger is offline.");
		default:
			return problem(404, "There is GET /profile, PUT /profile and GET /broken.");
	}
}

function problem(status: number, title: string) {
	return { status, body: { status, title } };
}

/** The body as JSON; undefined where it is none, is too long, or does not arrive. */
async function readJson(request: IncomingMessage): Promise<unknown> {
	try {
		const chunks: Buffer[] = [];
		let bytes = 0;
		for await (const chunk of request) {
			bytes += chunk.length;
			if (bytes > MAX_BODY_BYTES) return undefined;
			chunks.push(chunk);
		}
		return JSON.parse(Buffer.concat(chunks).toString("utf8"));
	} catch {
		return undefined;
	}
}
