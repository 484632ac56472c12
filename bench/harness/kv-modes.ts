/** Owns the ways in which the stand-in for Workers KV can be: well, or not. */

/** How KV answers. `failing for half`: for tenants of odd numbers only. */
export const KV_MODES = [
	"well",
	"slow",
	"hanging",
	"failing",
	"failing for half",
	"garbage",
	"flapping",
] as const;

export type KvMode = (typeof KV_MODES)[number];

/** How long a slow KV takes for a read. */
export const SLOW_SECONDS = 5;

/** The one origin of the directory `customers`, which the tenant `directory.example` asks. */
export const REGISTERED_ORIGIN = "https://registered.example";
