/** Owns the reading of a curl command line, as "Copy as cURL" in a browser's developer tools writes it. */

import type { Header } from "../../browser/header-list.ts";
import { announcedHeaders, pageHeaders } from "../../doctor/recorded-headers.ts";
import { isBare, type Meaning, splitOption } from "./curl-options.ts";
import { wordsOf } from "./curl-words.ts";

/** What a curl command line says of the call. */
export interface CurlCall {
	readonly url: string;
	/** Undefined where none is named and there is no body. */
	readonly method: string | undefined;
	/** What the page has set; what every browser adds is left out. */
	readonly headers: readonly Header[];
	/** The page's origin; undefined where neither Origin nor Referer is there. */
	readonly origin: string | undefined;
	readonly cookie: string | undefined;
	readonly data: string | undefined;
	readonly insecure: boolean;
}

/** Why a text cannot be read as a curl command line. */
export interface CurlFault {
	readonly fault: string;
}

/** Reads a command line of a shell (bash, with `$'…'`), of Windows (cmd, with `^`) or of PowerShell (with a backtick at the end of lines). */
export function readCurl(text: string): CurlCall | CurlFault {
	const words = wordsOf(text);
	if ("fault" in words) return words;
	const given: (readonly [Meaning, string])[] = [];
	for (let i = 1; i < words.length; i++) {
		const word = words[i] ?? "";
		if (!word.startsWith("-") || word === "-") {
			given.push(["url", word]);
			continue;
		}
		const option = splitOption(word);
		if (option === undefined)
			return { fault: `it has the option ${word.split("=")[0]}, which is not known here` };
		for (const { meaning, value } of option) {
			if (isBare(meaning)) given.push([meaning, ""]);
			else {
				const next = value ?? words[++i];
				if (next === undefined) return { fault: `its option ${word} has no value` };
				given.push([meaning, next]);
			}
		}
	}
	return callOf(given);
}

function callOf(given: readonly (readonly [Meaning, string])[]): CurlCall | CurlFault {
	const of = (meaning: Meaning) => given.filter(([one]) => one === meaning).map(([, value]) => value);
	if (of("several").length > 0) return { fault: "it has more than one request (--next): copy a single one" };
	const [url, ...more] = of("url");
	if (url === undefined) return { fault: "it names no URL" };
	if (more.length > 0) return { fault: "it names more than one URL, or a quote is missing in it" };
	const isFile =
		[...of("data"), ...of("json")].some((value) => value.startsWith("@")) || of("file").length > 0;
	if (isFile) return { fault: "its body is in a file: put the text itself in, or leave it out" };
	const headers: Header[] = [];
	for (const line of of("header")) {
		const colon = line.indexOf(":");
		// `Name;` is an empty header, `Name:` takes one away.
		if (colon > 0 && line.slice(colon + 1).trim() !== "") {
			headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
		} else if (line.endsWith(";")) headers.push([line.slice(0, -1), ""]);
	}
	const bodies = [...of("data"), ...of("raw"), ...of("urlencode").map(urlencoded), ...of("json")];
	const isGet = of("get").length > 0;
	const data = bodies.length === 0 || isGet ? undefined : bodies.join(of("json").length > 0 ? "" : "&");
	const hasForm = of("form").length > 0;
	const named = (name: string) => headers.find(([other]) => other.toLowerCase() === name)?.[1];
	const add = (name: string, value: string) => {
		if (named(name) === undefined) headers.push([name, value]);
	};
	if (of("json").length > 0) {
		add("content-type", "application/json");
		add("accept", "application/json");
	} else if (hasForm) add("content-type", "multipart/form-data; boundary=cordon");
	else if (data !== undefined) add("content-type", "application/x-www-form-urlencoded");
	const [user] = of("user");
	if (user !== undefined) add("authorization", `Basic ${Buffer.from(user).toString("base64")}`);
	const [bearer] = of("bearer");
	if (bearer !== undefined) add("authorization", `Bearer ${bearer}`);
	const [range] = of("range");
	if (range !== undefined) add("range", `bytes=${range}`);
	const [cookie = named("cookie")] = of("cookie").filter((value) => value.includes("="));
	const written =
		isGet && bodies.length > 0 ? `${url}${url.includes("?") ? "&" : "?"}${bodies.join("&")}` : url;
	const isSocket = named("upgrade")?.toLowerCase() === "websocket";
	const method = of("method").at(-1) ?? (of("head").length > 0 ? "HEAD" : hasForm ? "POST" : undefined);
	// Of a preflight that was copied, the call is the one that it asks for.
	const announced = method === "OPTIONS" ? named("access-control-request-method") : undefined;
	return {
		url: isSocket ? written.replace(/^http/i, "ws") : written,
		method: announced ?? method,
		headers:
			announced === undefined
				? pageHeaders(headers)
				: announcedHeaders(named("access-control-request-headers")),
		origin: named("origin") ?? originOf(named("referer") ?? of("referer")[0]),
		cookie,
		data: hasForm ? "" : data,
		insecure: of("insecure").length > 0,
	};
}

function originOf(referer: string | undefined): string | undefined {
	const url = referer === undefined ? null : URL.parse(referer);
	return url === null || url.origin === "null" ? undefined : url.origin;
}

function urlencoded(value: string): string {
	const equals = value.indexOf("=");
	return equals === -1
		? encodeURIComponent(value)
		: `${value.slice(0, equals + 1)}${encodeURIComponent(value.slice(equals + 1))}`;
}
