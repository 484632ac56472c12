/** Owns the service bindings of the gateway, as wrangler reads them in its configuration. */

/**
 * Reads the names of the service bindings.
 * @param path of wrangler.toml
 * @param environment whose section counts; undefined: the top level
 * @returns undefined where the configuration cannot be read: whoever deploys with it will hear of that
 */
export async function readServices(
	path: string,
	environment: string | undefined,
): Promise<ReadonlySet<string> | undefined> {
	try {
		// Loaded only here: it takes half a second.
		const { unstable_readConfig: readConfig } = await import("wrangler");
		const config = readConfig({ config: path, env: environment }, { hideWarnings: true });
		const services: readonly { readonly binding: string }[] = config.services ?? [];
		return new Set(services.map(({ binding }) => binding));
	} catch {
		return undefined;
	}
}
