/** Owns what all parts share: one gateway, one upstream, the origins that ask, and the exchange between them. */

import { type Incoming, type Line, type Outgoing, send } from "./client.ts";
import { createGatewayUnderTest } from "./gateway.ts";
import { type Reached, startUpstream, type UpstreamAnswer } from "./upstream.ts";

/** The origin that policies allow, unless a part says otherwise. */
export const APP = "https://app.example.com";
/** An origin that no policy allows. */
export const EVIL = "https://evil.example";

export const upstream = await startUpstream();

/** Parts add their tenants while they are loaded; then it is started, once. */
export const gateway = createGatewayUnderTest();

/** The same Worker, told to let unknown hosts through. */
export const forwardingGateway = createGatewayUnderTest({ UNKNOWN_HOSTS: "forward" });

/** A tenant before the upstream, its `cors` as given. */
export function tenantWith(
	name: string,
	cors: Readonly<Record<string, unknown>>,
	rest: Readonly<Record<string, unknown>> = {},
): string {
	return gateway.tenant(name, { upstream: upstream.origin, cors, ...rest });
}

/** A tenant that allows the app, with credentials. */
export function credentialedTenant(name: string, rest: Readonly<Record<string, unknown>> = {}): string {
	return tenantWith(name, { origins: [APP], credentials: true }, rest);
}

/** Adds lines to a request. */
export function withLines(outgoing: Outgoing, ...lines: readonly Line[]): Outgoing {
	return { ...outgoing, headers: [...(outgoing.headers ?? []), ...lines] };
}

/** What both sides saw. */
export interface SeenExchange {
	readonly response: Incoming;
	/** Every request that reached the upstream. */
	readonly reached: readonly Reached[];
}

/** Sends a request through the gateway, lets the upstream answer it, and tells what both saw. */
export async function exchange(
	outgoing: Outgoing,
	answer: UpstreamAnswer = { body: "hello" },
): Promise<SeenExchange> {
	const { line, reached } = upstream.expect(answer);
	return { response: await send(gateway.port(), withLines(outgoing, line)), reached };
}

/** What reached the upstream, where exactly one request must have. */
export function only<T>(reached: readonly T[]): T {
	const [first] = reached;
	if (first === undefined || reached.length > 1)
		throw new Error(`${reached.length} requests reached the upstream`);
	return first;
}
