/** Owns how a plain Worker is put inside Hono: the very set-up of Cordon's own entry, so that Hono is the only difference. */

import { Hono } from "hono/tiny";

/** A Worker as the runtime takes it, without Hono. */
interface PlainWorker<Bindings> {
	fetch(request: Request, bindings: Bindings): Promise<Response>;
}

/**
 * Puts a Worker inside Hono, as the one handler of the one route.
 *
 * With one route there is nothing to route by, so the path is a constant, and the smallest preset serves. Rejected: the
 * default with `LinearRouter`, which saves 0.01 of a static 204 and weighs 3 KiB more; and a router of our own that only
 * hands back what it was given, because 0.01 of a static 204 is not worth owning one.
 */
export function inHono<Bindings extends object>(worker: PlainWorker<Bindings>): Hono<{ Bindings: Bindings }> {
	const app = new Hono<{ Bindings: Bindings }>({ getPath: () => "/" });
	app.all("*", (context) => worker.fetch(context.req.raw, context.env));
	app.onError(() => new Response(null, { status: 500 }));
	return app;
}
