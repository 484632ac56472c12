/** Owns the checks on a URL that come before CORS: the port and mixed content. */

import { isLoopback } from "../cors/origin-syntax.ts";
import { type Check, failed } from "./steps.ts";

/** https://fetch.spec.whatwg.org/#bad-port */
const BAD_PORTS: ReadonlySet<number> = new Set([
	...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95],
	...[101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179],
	...[389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587],
	...[601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000],
	...[6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
]);

/** Names and addresses that are of the local network as they stand. https://wicg.github.io/local-network-access/ */
const LOCAL_NETWORK = /^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$|\.local$/;

/**
 * Tells whether the user agent refuses to fetch `url` at all. What only the page knows (its Content Security Policy)
 * or the user agent (HSTS, what the user has permitted) is left out.
 * @param pageOrigin serialized; of an opaque one it is not known whether it came over https, so it is not blocked
 * @param url absolute, http or https
 */
export function whyBlocked(pageOrigin: string, url: string): Check | undefined {
	const target = new URL(url);
	const { hostname, port, origin } = target;
	if (port !== "" && BAD_PORTS.has(Number(port))) {
		return failed(
			"port",
			`port ${port}`,
			"a port that browsers connect to",
			`Browsers never connect to port ${port}, which belongs to another protocol: serve the API on another one.`,
		);
	}
	if (isMixedContent(pageOrigin, target)) {
		return failed(
			"mixed-content",
			`${origin} from a page on ${pageOrigin}`,
			"https, as the page",
			`An https page may not fetch over plain http: serve the API over https.${LOCAL_NETWORK.test(hostname) ? " (Chromium alone makes an exception for the local network, once its user has permitted the page to reach it.)" : ""}`,
		);
	}
	return undefined;
}

/**
 * Whether a call is mixed content. As browsers do it: an https page is restricted, one on http://localhost is not, though it
 * is trustworthy too. https://w3c.github.io/webappsec-mixed-content/#should-block-fetch
 */
export function isMixedContent(pageOrigin: string, { protocol, hostname }: URL): boolean {
	return pageOrigin.startsWith("https://") && protocol === "http:" && !isLoopback(hostname);
}
