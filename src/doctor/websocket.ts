/** Owns the diagnosis of a WebSocket's handshake: whether the page gets in, and who else does. No CORS check follows it. */

import { createHash, randomBytes } from "node:crypto";
import { whyBlocked } from "../browser/blocked.ts";
import { getHeader, type HeaderList } from "../browser/header-list.ts";
import { problemOf, problemWords } from "./causes/cordon.ts";
import { createDiscretion, discreet } from "./discretion.ts";
import { type DoctorFinding, type FindingCode, SEVERITIES } from "./finding.ts";
import {
	createNetwork,
	type Exchange,
	MAX_TIME_OUTS,
	type RequestDraft,
	type Visit,
} from "./network/network.ts";
import type { WireFault } from "./network/wire-fault.ts";
import { isAnswered, isTimedOut } from "./seen.ts";
import { tenantFix } from "./tenant-fix.ts";
import { type TwinKind, twinsOf } from "./twins.ts";

/** What came of a handshake and its probes. */
export interface HandshakeDiagnosis {
	/** As the user wrote it, `ws` or `wss`. */
	readonly url: string;
	readonly origin: string;
	/** Null where nothing came back. */
	readonly opened: boolean | null;
	/** 0 where nothing came back. */
	readonly status: number;
	/** One or two sentences: what happened, and the fix. */
	readonly message: string;
	readonly failure: { readonly code: WireFault; readonly message: string } | undefined;
	/** Whose handshakes were tried beside the page's, and whether they were let in. */
	readonly others: readonly Other[];
	readonly findings: readonly DoctorFinding[];
	readonly exchanges: readonly Exchange[];
}

/** Another origin's handshake. */
export interface Other {
	readonly kind: TwinKind;
	readonly origin: string;
	readonly isLetIn: boolean;
	readonly request: number;
}

/**
 * Shakes hands as the page would, then as strangers.
 * @param url ws or wss
 * @param visit its page's URL the same one with http or https
 */
export async function diagnoseHandshake(
	url: string,
	visit: Visit,
	onSend: (draft: RequestDraft) => void,
): Promise<HandshakeDiagnosis> {
	const { page, cookie } = visit;
	const hide = createDiscretion({ url: page.url, headers: page.headers, cookie });
	const network = createNetwork(visit, (draft) => onSend(discreet(draft, hide)));
	const shake = (origin: string, probe?: string) => network.send(handshakeDraft(page.url, origin, probe));
	const base = { url, origin: page.origin, others: [], findings: [], exchanges: [], failure: undefined };
	const blocked = whyBlocked(page.origin, page.url);
	if (blocked !== undefined) {
		return discreet({ ...base, opened: false, status: 0, message: blocked.advice ?? blocked.required }, hide);
	}
	const own = await shake(page.origin);
	if (!isAnswered(own)) {
		const failure = "fault" in own.answer && { code: own.answer.fault, message: own.answer.networkError };
		const message = failure === false ? "" : `${failure.message}.`;
		const done = { ...base, opened: null, status: 0, message, exchanges: network.exchanges };
		return discreet({ ...done, failure: failure === false ? undefined : failure }, hide);
	}
	const others: Other[] = [];
	for (const { kind, origin } of twinsOf(page.origin)) {
		if (kind === "sibling" || kind === "sibling-prefix" || kind === "http") continue;
		if (others.some((other) => other.kind === "other-host" && other.isLetIn) && kind !== "null") continue;
		if (network.left() === 0 || network.exchanges.filter(isTimedOut).length >= MAX_TIME_OUTS) break;
		const exchange = await shake(origin, origin);
		others.push({ kind, origin, isLetIn: isOpened(exchange), request: exchange.number });
	}
	const opened = isOpened(own);
	return discreet(
		{
			...base,
			opened,
			status: own.answer.status,
			message: opened ? OPENED : await refusalWords(visit, own),
			others,
			findings: letInFindings(others),
			exchanges: network.exchanges,
		},
		hide,
	);
}

const OPENED =
	"The handshake is answered with 101: the socket opens. Browsers make no CORS check of it; who is let in is up to the server alone.";

/** https://www.rfc-editor.org/rfc/rfc6455#section-4.1 */
function handshakeDraft(url: string, origin: string, probe: string | undefined): RequestDraft {
	const headers: HeaderList = [
		["Upgrade", "websocket"],
		["Connection", "Upgrade"],
		["Sec-WebSocket-Key", randomBytes(16).toString("base64")],
		["Sec-WebSocket-Version", "13"],
		["Origin", origin],
	];
	return {
		purpose: probe === undefined ? "actual" : "probe",
		...(probe === undefined ? {} : { probe }),
		method: "GET",
		url,
		headers,
		credentials: true,
		hasBody: false,
		isHandshake: true,
	};
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2, step 5.4 */
function isOpened(exchange: Exchange): boolean {
	if (!isAnswered(exchange) || exchange.answer.status !== 101) return false;
	const key = getHeader(exchange.headers, "sec-websocket-key") ?? "";
	const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
	return getHeader(exchange.answer.headers, "sec-websocket-accept") === accept;
}

async function refusalWords(visit: Visit, exchange: Exchange): Promise<string> {
	if (!isAnswered(exchange)) return "";
	const { status } = exchange.answer;
	const problem = problemOf(exchange);
	if (problem !== undefined) {
		const fix = problem === "origin-not-allowed" ? await tenantFix(visit.page, true) : undefined;
		return problemWords(problem, exchange.url, visit, fix);
	}
	if (status === 101)
		return "The answer is 101, but its Sec-WebSocket-Accept is not the right one: browsers close the socket.";
	const why = STATUS_WORDS.get(status) ?? "See the server's log for the reason.";
	return `The handshake is answered with ${status} in place of 101, so the socket does not open; the page sees code 1006 and nothing more. ${why}`;
}

const STATUS_WORDS: ReadonlyMap<number, string> = new Map([
	[401, "The server wants a session: sign in before, or send the token in the first message."],
	[403, "Mostly the origin was refused: let the server allow it, exactly as it stands here."],
	[
		404,
		"No WebSocket is served at this path: see the path, and whether a proxy lets the Upgrade header through.",
	],
	[400, "Mostly a proxy does not pass the Upgrade and Connection headers on: let it."],
	[426, "The server wants another version of the protocol, or did not get the Upgrade header."],
	[
		200,
		"A page answers here and no WebSocket: see the path, and whether a proxy lets the Upgrade header through.",
	],
]);

interface LetIn {
	readonly code: FindingCode;
	readonly words: string;
}

const ANYBODY: LetIn = {
	code: "websocket-lets-anybody-in",
	words:
		"so any page on the web can open this socket as its user, cookies included (cross-site WebSocket hijacking)",
};
const LOOK_ALIKE: LetIn = {
	code: "websocket-lets-look-alike-in",
	words: "a domain that anybody can register, and whose pages open this socket as their user",
};

const LET_IN: Readonly<Record<TwinKind, LetIn>> = {
	"other-host": ANYBODY,
	null: {
		code: "websocket-lets-null-in",
		words: "and any page gets that origin by a sandboxed frame",
	},
	suffix: LOOK_ALIKE,
	prefix: LOOK_ALIKE,
	dot: LOOK_ALIKE,
	http: LOOK_ALIKE,
	"sibling-prefix": LOOK_ALIKE,
	sibling: LOOK_ALIKE,
};

function letInFindings(others: readonly Other[]): readonly DoctorFinding[] {
	const letIn = others.filter(({ isLetIn }) => isLetIn);
	const anybody = letIn.find(({ kind }) => kind === "other-host");
	const told = anybody === undefined ? letIn : [anybody];
	return told
		.map(
			({ kind, origin, request }): DoctorFinding => ({
				code: LET_IN[kind].code,
				severity: "danger",
				message: `The handshake from ${origin} was let in, ${LET_IN[kind].words}. Compare the Origin of each handshake with a list, byte for byte, and refuse the others with 403; only where nothing hangs on a cookie does it not matter.`,
				origins: anybody === undefined ? [origin] : letIn.map((one) => one.origin),
				requests: [request],
			}),
		)
		.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** A handshake's diagnosis as one JSON value. */
export function handshakeReport({ opened, exchanges, failure, ...rest }: HandshakeDiagnosis) {
	return {
		kind: "websocket",
		readable: opened,
		...rest,
		...(failure === undefined ? {} : { error: failure }),
		requests: exchanges.map(({ number, url, probe, answer }) => ({
			number,
			...(probe === undefined ? {} : { probe }),
			url,
			...("fault" in answer ? { error: answer.networkError } : { status: answer.status }),
		})),
	};
}
