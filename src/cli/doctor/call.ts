/** Owns what the arguments of `cordon doctor` come to: the visit that is to be made. */

import type { Header } from "../../browser/header-list.ts";
import type { PageRequest } from "../../browser/page-request.ts";
import type { CredentialsMode } from "../../browser/request.ts";
import type { Visit } from "../../doctor/network/network.ts";
import { type Refuse, readReach } from "../reach.ts";
import { type CurlCall, readCurl } from "./curl.ts";
import {
	headerOption,
	readCookie,
	readCredentials,
	readHost,
	readMethod,
	readOrigin,
	readTimeout,
	readUrl,
} from "./read-options.ts";

/** The options that say what is asked, as they were given. */
export interface CallOptions {
	readonly origin: string | undefined;
	readonly method: string | undefined;
	readonly header: readonly string[];
	readonly data: string | undefined;
	readonly credentials: string | undefined;
	readonly cookie: string | undefined;
	readonly "upload-progress": boolean;
	readonly send: boolean;
	readonly "follow-to": readonly string[];
	readonly "connect-to": string | undefined;
	readonly insecure: boolean;
	readonly ca: string | undefined;
	readonly timeout: string | undefined;
}

/** A visit, and the WebSocket's URL where it is to one. */
export interface DoctorCall {
	readonly visit: Visit;
	readonly socketUrl: string | undefined;
}

/** Reads a curl command line, or says what is wrong with it. */
export function curlCall(text: string, refuse: Refuse): CurlCall {
	const read = readCurl(text);
	if (!("fault" in read)) return read;
	throw refuse(
		"invalid-value",
		`--curl cannot be read: ${read.fault}. Take it from "Copy as cURL" in the developer tools, or give it on standard input with --curl -.`,
	);
}

/** Makes the visit; what the options say goes before what curl says. */
export function doctorCallOf(
	positional: string | undefined,
	options: CallOptions,
	curl: CurlCall | undefined,
	refuse: Refuse,
): DoctorCall {
	const { url, socketUrl } = readUrl(positional ?? curl?.url ?? "", refuse);
	const origin = options.origin ?? curl?.origin;
	if (origin === undefined) {
		throw refuse(
			"missing-option",
			`"cordon doctor" needs --origin ORIGIN: the origin of the page that calls.`,
		);
	}
	const cookie = options.cookie ?? curl?.cookie;
	return {
		socketUrl,
		visit: {
			page: pageOf(url, readOrigin(origin, refuse), options, curl, refuse),
			body: options.data ?? curl?.data,
			cookie: cookie === undefined ? undefined : readCookie(cookie, refuse),
			hosts: new Set([url.host, ...options["follow-to"].map((host) => readHost(host, refuse))]),
			timeoutSeconds: readTimeout(options.timeout, refuse),
			sendsWrites: options.send,
			reach: readReach(
				{ ...options, insecure: options.insecure || (curl?.insecure ?? false) },
				url.host,
				refuse,
			),
		},
	};
}

function pageOf(
	url: URL,
	origin: string,
	options: CallOptions,
	curl: CurlCall | undefined,
	refuse: Refuse,
): PageRequest {
	const data = options.data ?? curl?.data;
	const headers: readonly Header[] = [
		...(curl?.headers ?? []),
		...options.header.map((text) => headerOption(text, refuse)),
	];
	const method = options.method ?? curl?.method ?? (data === undefined ? "GET" : "POST");
	const call = { origin, url: url.href, method: readMethod(method, refuse), headers };
	const body = data === undefined ? null : { contentType: "text/plain;charset=UTF-8" };
	const credentials: CredentialsMode = readCredentials(options.credentials ?? "include", refuse);
	return options["upload-progress"]
		? { ...call, api: "xhr", withCredentials: credentials === "include", body, uploadListener: true }
		: { ...call, api: "fetch", credentials, body };
}
