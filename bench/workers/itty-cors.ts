/** Owns the peer itty-router with its cors, as its documentation has them. */

import { cors, Router } from "itty-router";
import {
	ALLOWED_ORIGIN,
	EXPOSED_HEADERS,
	MAX_AGE_SECONDS,
	METHODS,
	REQUEST_HEADERS,
} from "../compare/policy.ts";

interface Bindings {
	readonly UPSTREAM: string;
}

const { preflight, corsify } = cors({
	origin: [ALLOWED_ORIGIN],
	credentials: true,
	allowMethods: ["GET", "HEAD", "POST", ...METHODS],
	allowHeaders: REQUEST_HEADERS,
	exposeHeaders: EXPOSED_HEADERS,
	maxAge: MAX_AGE_SECONDS,
});

const router = Router({ before: [preflight], finally: [corsify] });

router.all("*", (request: Request, { UPSTREAM }: Bindings) =>
	fetch(UPSTREAM + request.url.slice(request.url.indexOf("/", 8)), request),
);

export default { fetch: router.fetch };
