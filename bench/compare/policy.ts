/** Owns the one policy that every contender has. */

export const HOSTNAME = "bench.example";
export const ALLOWED_ORIGIN = "https://app.example.com";
export const DENIED_ORIGIN = "https://evil.example.net";
export const METHODS = ["PUT", "PATCH", "DELETE"];
export const REQUEST_HEADERS = ["Content-Type", "Authorization", "X-Requested-With"];
export const EXPOSED_HEADERS = ["ETag", "X-Request-Id"];
export const MAX_AGE_SECONDS = 7200;

/** The same policy as Cordon's document. */
export function tenantDocument(upstream: string, origins: readonly string[] = [ALLOWED_ORIGIN]) {
	return {
		upstream,
		cors: {
			origins,
			credentials: true,
			methods: METHODS,
			requestHeaders: REQUEST_HEADERS,
			exposedHeaders: EXPOSED_HEADERS,
			preflightMaxAgeSeconds: MAX_AGE_SECONDS,
		},
	};
}
