/** Owns the options that say which KV a command works with. */

import type { OptionSpecs, OptionValues } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import type { KvPlace } from "./kv.ts";

/** The options of every command that works with KV. */
export const KV_OPTIONS = {
	local: { type: "boolean", says: "The KV of this machine, which `wrangler dev` reads." },
	remote: {
		type: "boolean",
		says: "The KV of your Cloudflare account, with CLOUDFLARE_API_TOKEN or wrangler's login.",
	},
	api: {
		type: "string",
		value: "URL",
		says: "The control plane in place of KV; its token is in CORDON_TOKEN.",
	},
	"persist-to": {
		type: "string",
		value: "DIR",
		says: "With --local: where that KV is kept. Default .wrangler/state beside the configuration.",
	},
	config: {
		type: "string",
		value: "FILE",
		says: "The wrangler configuration that binds TENANTS. Default the nearest one, from here upwards.",
	},
	env: { type: "string", value: "NAME", says: "The environment of that configuration." },
} as const satisfies OptionSpecs;

/**
 * Reads the options that say which KV is meant.
 * @returns undefined where none is
 * @throws CommandFault where they contradict each other
 */
export function kvPlace(options: OptionValues<typeof KV_OPTIONS>): KvPlace | undefined {
	const { local, remote, api, env: environment, config } = options;
	const directory = options["persist-to"];
	if (local && remote) {
		throw new CommandFault(
			"contradicting-options",
			"--local and --remote exclude each other. Give one of them.",
		);
	}
	if (api !== undefined && (local || remote)) {
		throw new CommandFault(
			"contradicting-options",
			"--api goes without --local and --remote. Give one of them.",
		);
	}
	if (directory !== undefined && !local) {
		throw new CommandFault(
			"contradicting-options",
			"--persist-to says where a local KV is kept, so it goes with --local. Add --local, or leave it out.",
		);
	}
	if (api !== undefined) return { kind: "api", url: api, environment, config };
	if (local) return { kind: "local", directory, environment, config };
	return remote ? { kind: "remote", environment, config } : undefined;
}

/** As `kvPlace`, where one has to be named. */
export function requiredKvPlace(options: OptionValues<typeof KV_OPTIONS>): KvPlace {
	const place = kvPlace(options);
	if (place !== undefined) return place;
	throw new CommandFault(
		"missing-place",
		"Which KV is meant? Add --local for the one of this machine, which `wrangler dev` reads, --remote for the one of your Cloudflare account, in production, or --api URL for a control plane.",
	);
}
