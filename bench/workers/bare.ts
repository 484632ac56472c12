/** Owns the limit: a Worker that passes everything through and does nothing else. */

interface Bindings {
	readonly UPSTREAM: string;
}

export default {
	fetch(request: Request, { UPSTREAM }: Bindings): Promise<Response> {
		const { url } = request;
		return fetch(UPSTREAM + url.slice(url.indexOf("/", 8)), request);
	},
};
