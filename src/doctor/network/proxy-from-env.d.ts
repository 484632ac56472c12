/** Owns the type of the one function that is used of proxy-from-env, which brings no types along. */
declare module "proxy-from-env" {
	/** The proxy that the environment names for a URL; empty where it is to be reached directly. */
	export function getProxyForUrl(url: string): string;
}
