/** Owns the matrix: every kind of request, in every way that a page can make it, against a policy with credentials and one without. */

import type { Case, CaseCredentials, CaseStep, Target, Transcript } from "./case.ts";

interface Kind {
	readonly id: string;
	readonly says: string;
	readonly method: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly text?: string;
	/** What the preflight asks for; left out: there is none. */
	readonly asks?: string;
	/** What of credentials the page itself puts in. */
	readonly along?: string;
	readonly upload?: true;
}

const JSON_TYPE = { "Content-Type": "application/json" };

const KINDS: readonly Kind[] = [
	{ id: "get", says: "a GET", method: "GET" },
	{ id: "text-post", says: "a POST of text", method: "POST", text: "hello" },
	{
		id: "json-put",
		says: "a PUT of JSON",
		method: "PUT",
		headers: JSON_TYPE,
		text: "{}",
		asks: "PUT content-type",
	},
	{
		id: "patch",
		says: "a PATCH of JSON",
		method: "PATCH",
		headers: JSON_TYPE,
		text: "{}",
		asks: "PATCH content-type",
	},
	{ id: "delete", says: "a DELETE", method: "DELETE", asks: "DELETE" },
	{
		id: "header",
		says: "a GET with a header of the page's own",
		method: "GET",
		headers: { "X-Requested-With": "probe" },
		asks: "GET x-requested-with",
	},
	{
		id: "authorization",
		says: "a GET with Authorization",
		method: "GET",
		headers: { Authorization: "Bearer probe" },
		asks: "GET authorization",
		along: " +authorization",
	},
	{
		id: "upload",
		says: "a POST of text with an upload listener",
		method: "POST",
		text: "hello",
		asks: "POST",
		upload: true,
	},
];

interface Way {
	readonly id: string;
	readonly says: string;
	readonly credentialed: boolean;
	readonly step: (to: Target, kind: Kind) => CaseStep;
}

function fetchWay(credentials: CaseCredentials): Way {
	return {
		id: `fetch-${credentials}`,
		says: `fetch with credentials "${credentials}"`,
		credentialed: credentials === "include",
		step: (to, kind) => ({ do: "fetch", to, credentials, ...callOf(kind) }),
	};
}

function xhrWay(withCredentials: boolean): Way {
	return {
		id: withCredentials ? "xhr-with" : "xhr-without",
		says: withCredentials ? "XMLHttpRequest with withCredentials" : "XMLHttpRequest without withCredentials",
		credentialed: withCredentials,
		step: (to, kind) => ({
			...{ do: "xhr", to, withCredentials, ...callOf(kind) },
			...(kind.upload ? { upload: true } : {}),
		}),
	};
}

const FETCH_WAYS = [fetchWay("include"), fetchWay("same-origin"), fetchWay("omit")];
const XHR_WAYS = [xhrWay(true), xhrWay(false)];

function callOf({ method, headers, text }: Kind) {
	return { method, ...(headers && { headers }), ...(text !== undefined && { text }) };
}

function sent({ method, asks, along = "" }: Kind, { credentialed }: Way) {
	const cookie = credentialed ? " +session" : "";
	return {
		preflight: (status: number) => (asks === undefined ? [] : [`OPTIONS (${asks}): ${status}`]),
		request: `${method}${cookie}${along}: 200 API`,
	};
}

function readable(kind: Kind, way: Way): Transcript {
	const { preflight, request } = sent(kind, way);
	return { page: [kind.upload ? "200, upload seen" : "200"], wire: [...preflight(204), request] };
}

/** A simple request is sent all the same; only its answer is withheld. */
function withheld(kind: Kind, way: Way, preflightStatus: number): Transcript {
	const { preflight, request } = sent(kind, way);
	return { page: ["blocked"], wire: kind.asks === undefined ? [request] : preflight(preflightStatus) };
}

function eachKindAndWay(make: (kind: Kind, way: Way) => Case): readonly Case[] {
	return KINDS.flatMap((kind) =>
		(kind.upload ? XHR_WAYS : [...FETCH_WAYS, ...XHR_WAYS]).map((way) => make(kind, way)),
	);
}

/** Against a policy with credentials. */
export const WITH_CREDENTIALS = eachKindAndWay((kind, way) => ({
	id: `credentials/${way.id}/${kind.id}`,
	says: [
		`${kind.says} by ${way.says} is read by the allowed page`,
		way.credentialed ? "with its cookie" : "without any cookie",
		kind.asks === undefined
			? "and withheld from the denied one, though sent"
			: "and never sent by the denied one",
	].join(", "),
	steps: [way.step("shared/hello", kind)],
	expect: { allowed: readable(kind, way), denied: withheld(kind, way, 403) },
}));

/** Against a policy that lists the origin, without credentials. */
export const WITHOUT_CREDENTIALS = eachKindAndWay((kind, way) => ({
	id: `no-credentials/${way.id}/${kind.id}`,
	says: `under a policy without credentials, ${kind.says} by ${way.says} is ${way.credentialed ? "withheld from" : "read by"} the allowed page`,
	steps: [way.step("listed/hello", kind)],
	expect: { allowed: way.credentialed ? withheld(kind, way, 204) : readable(kind, way) },
}));
