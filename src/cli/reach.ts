/** Owns the options that say how servers are reached, for the commands that ask them: another machine, and its certificates. */

import type { ConnectTo, Reach } from "../doctor/network/route.ts";
import { readRegularFile } from "./files/regular-file.ts";
import type { OptionSpecs, OptionValues } from "./shell/command.ts";
import type { CommandFault } from "./shell/fault.ts";

/** Makes the fault of a value that cannot be taken. */
export type Refuse = (code: string, message: string) => CommandFault;

export const REACH_OPTIONS = {
	"connect-to": {
		type: "string",
		value: "HOST:PORT",
		says: "Ask this machine in place of the URL's host, by the URL's own name: a gateway on localhost:8787. By https or http, whichever it speaks; http://HOST:PORT is http alone.",
	},
	insecure: {
		type: "boolean",
		short: "k",
		says: "Take certificates that nobody vouches for: for test servers.",
	},
	ca: {
		type: "string",
		value: "FILE",
		says: "Certificates (PEM) that count beside the usual ones.",
	},
} as const satisfies OptionSpecs;

/** Largest file of certificates that is read. */
const MAX_CA_BYTES = 1024 * 1024;

/** Reads them. @param host the one that is asked elsewhere, with its port where it has one */
export function readReach(
	options: Pick<OptionValues<typeof REACH_OPTIONS>, keyof typeof REACH_OPTIONS>,
	host: string,
	refuse: Refuse,
): Reach {
	const connectTo = options["connect-to"];
	return {
		connectTo: connectTo === undefined ? undefined : readConnectTo(connectTo, host, refuse),
		insecure: options.insecure,
		ca:
			options.ca === undefined
				? undefined
				: new TextDecoder().decode(readRegularFile(options.ca, MAX_CA_BYTES)),
		proxies: true,
	};
}

/** `HOST:PORT`, with a scheme where it is not to be found out. */
function readConnectTo(text: string, host: string, refuse: Refuse): ConnectTo {
	const scheme = /^(https?):\/\//.exec(text)?.[1];
	const place = URL.parse(scheme === undefined ? `http://${text}` : text);
	const isBare = place !== null && place.pathname === "/" && place.search === "" && place.username === "";
	if (place === null || !isBare || !/:\d+\/?$/.test(text)) {
		throw refuse(
			"invalid-value",
			`--connect-to ${JSON.stringify(text)} is not a host and a port. Write HOST:PORT, such as localhost:8787, or http://localhost:8787.`,
		);
	}
	// The default port is not told by the URL itself.
	const port = Number(/:(\d+)\/?$/.exec(text)?.[1]);
	return {
		host,
		address: { host: place.hostname.replace(/^\[|\]$/g, ""), port },
		isPlain: scheme === undefined ? undefined : scheme === "http",
	};
}
