/** Owns the plain oracle of what may be shared with whom: the contract's words once more, slowly, and with none of Cordon's code. */

import type { Actual, FuzzedDocument, FuzzedPolicy, FuzzedRequest } from "./arbitraries.ts";

/** What the contract says of one request. */
export interface OracleExpectation {
	/** The policy whose headers have to be there; undefined where nothing may be shared. */
	readonly policy: FuzzedPolicy | undefined;
	/** Whether the contract leaves it open that less is shared: the path can be read in more than one way. */
	readonly isLessFine: boolean;
	readonly report: boolean;
	readonly kind: "preflight" | "actual" | "websocket" | "no-origin";
	/** Undefined where it is the upstream's. */
	readonly status: number | undefined;
	readonly policies: readonly FuzzedPolicy[];
}

/** Says what has to become of a request; undefined where report mode meets a path that can be read in two ways. */
export function expectationOf(
	document: FuzzedDocument,
	directories: ReadonlySet<string>,
	request: FuzzedRequest,
): OracleExpectation | undefined {
	const { origin, method, headers } = request;
	const { pathname } = new URL(request.path, "https://api.example.com");
	const route = routeFor(document, pathname);
	const isPlain = document.routes.length === 0 || /^(?:\/[a-z0-9._-]+)+$|^\/$/.test(pathname);
	const isAmbiguous = !isPlain && routeFor(document, loosely(pathname)) !== route;
	const modes = [document.mode, ...document.routes.map(({ mode }) => mode ?? document.mode)];
	if (!isPlain && modes.includes("report")) return undefined;

	const policies = route?.cors ?? document.cors;
	const allowing = isAmbiguous ? undefined : policies.find((policy) => allows(policy, origin, directories));
	const isOwn = origin === "https://api.example.com";
	const kind = kindOf(request);
	const report = (route?.mode ?? document.mode) === "report";
	const rejects = document.deniedRequests !== "forward";
	const isRefused = {
		preflight: allowing === undefined,
		websocket: allowing === undefined && !isOwn,
		actual: allowing === undefined && !isOwn && rejects,
		"no-origin":
			allowing === undefined && document.deniedRequests === "isolate" && isElsewhere(method, headers),
	}[kind];
	const failure = request.upstream === "fails" ? 502 : undefined;
	const enforced = isRefused ? 403 : kind === "preflight" ? 204 : failure;
	const status = request.loop.isLoop ? 508 : report ? failure : enforced;
	return { policy: report ? undefined : allowing, isLessFine: !isPlain, report, kind, status, policies };
}

function kindOf({ origin, method, headers }: FuzzedRequest): OracleExpectation["kind"] {
	if (origin === null) return "no-origin";
	if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined) return "preflight";
	return method === "GET" && headers["upgrade"] !== undefined ? "websocket" : "actual";
}

function isElsewhere(method: string, headers: FuzzedRequest["headers"]): boolean {
	const site = headers["sec-fetch-site"];
	if (site !== "cross-site" && site !== "same-site") return false;
	const isNavigation = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
	return !(isNavigation && (method === "GET" || method === "HEAD"));
}

function routeFor({ routes }: FuzzedDocument, pathname: string) {
	const matching = routes.filter(({ path }) => {
		const prefix = path.endsWith("/*") ? path.slice(0, -2) : undefined;
		return prefix === undefined
			? path === pathname
			: pathname === prefix || pathname.startsWith(`${prefix}/`);
	});
	const rank = ({ path }: { readonly path: string }) => (path.endsWith("/*") ? path.length : 10_000);
	return matching.sort((a, b) => rank(b) - rank(a))[0];
}

/** One reading that takes every liberty that the contract names, twice. */
function loosely(pathname: string): string {
	let path = pathname;
	for (let time = 0; time < 2; time++) {
		path = decodeURIComponent(path)
			.replaceAll("\\", "/")
			.replaceAll(/;[^/]*/g, "");
	}
	path = [...path].filter((character) => character > " " && character !== "\u007f").join("");
	const kept: string[] = [];
	for (const segment of path.split("/")) {
		if (segment === "..") kept.pop();
		else if (segment !== "." && segment !== "") kept.push(segment);
	}
	return `/${kept.join("/")}`.toLowerCase();
}

function allows(policy: FuzzedPolicy, origin: string | null, directories: ReadonlySet<string>): boolean {
	if (policy.origins === "*") return true;
	if (origin === null || origin === "null" || origin.length > 326) return false;
	return policy.origins.some((entry) =>
		typeof entry === "string" ? matches(entry, origin) : directories.has(`${entry.directory}:${origin}`),
	);
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };

/** Whether an origin is one that a pattern stands for. */
export function matches(pattern: string, origin: string): boolean {
	if (!pattern.includes("*")) return pattern === origin;
	const [scheme = "", rest = ""] = pattern.split("://");
	const anyPort = rest.endsWith(":*");
	const [host = "", port] = anyPort ? [rest.slice(0, -2)] : rest.split(":");
	const [first = "", ...parents] = host.split(".");
	if (!origin.startsWith(`${scheme}://`)) return false;
	const [, asked = "", askedPort] =
		/^([a-z0-9._-]+)(?::([0-9]+))?$/.exec(origin.slice(scheme.length + 3)) ?? [];
	if (asked === "") return false;
	if (anyPort) {
		if (askedPort !== undefined) {
			const isNumber = String(Number(askedPort)) === askedPort;
			const isPort = isNumber && Number(askedPort) >= 1 && Number(askedPort) <= 65_535;
			if (!isPort || askedPort === DEFAULT_PORTS[scheme]) return false;
		}
	} else if (askedPort !== port) {
		return false;
	}
	if (!first.includes("*")) return asked === host;
	const tail = `.${parents.join(".")}`;
	if (!asked.endsWith(tail)) return false;
	const labels = asked.slice(0, -tail.length).split(".");
	if (labels.some((label) => label.length < 1 || label.length > 63)) return false;
	if (first === "*") return true;
	const [label = "", ...more] = labels;
	const [before = "", after = ""] = first.split("*");
	const filled = label.slice(before.length, label.length - after.length);
	const isLongEnough = label.length > before.length + after.length;
	const isFramed = label.startsWith(before) && label.endsWith(after);
	return more.length === 0 && isLongEnough && isFramed && /^[a-z0-9-]+$/.test(filled);
}

/** What is wrong with the answer, in sentences; empty where nothing is. */
export function faultsOf(
	expected: OracleExpectation,
	request: FuzzedRequest,
	actual: Actual,
): readonly string[] {
	const faults: string[] = [];
	const say = (isRight: boolean, what: string) => void (isRight || faults.push(what));
	const { headers } = actual;
	const sharing = Object.keys(headers).filter((name) => name.startsWith("access-control-"));
	if (expected.report) {
		say(actual.reached === (request.loop.isLoop ? 0 : 1), "report mode keeps a request from the upstream");
		if (actual.status < 500)
			say(headers["access-control-allow-origin"] === (request.origin ?? "*"), "report mode changes sharing");
		return faults;
	}
	const isShared = headers["access-control-allow-origin"] !== undefined;
	if (isShared && expected.policy === undefined)
		return [`shared with ${request.origin}: nothing allows that`];
	if (!isShared) {
		say(sharing.length === 0, `not shared, but there are ${sharing}`);
		say(expected.policy === undefined || expected.isLessFine, `not shared with ${request.origin}`);
	}
	if (expected.policy !== undefined && isShared)
		sharedRightly(expected, expected.policy, request, actual, say);
	if (isShared === (expected.policy !== undefined)) {
		const isRight = expected.status === undefined ? actual.reached === 1 : actual.status === expected.status;
		say(isRight, `status ${actual.status} in place of ${expected.status ?? "the upstream's"}`);
	}
	if (expected.status === 403 || expected.status === 204 || expected.status === 508) {
		say(actual.reached === 0 || expected.isLessFine, "it reached the upstream");
	}
	const ownsTiming = expected.policies.some(({ timingAllowOrigin }) => timingAllowOrigin);
	const timing = headers["timing-allow-origin"];
	if (ownsTiming && !(isShared && expected.policy?.timingAllowOrigin))
		say(timing === undefined, "timing is the upstream's");
	const isConstant = expected.policies.length === 1 && expected.policies[0]?.origins === "*";
	const vary = listOf(headers["vary"]);
	const count = vary.filter((name) => name === "origin").length;
	if (!isConstant && !vary.includes("*")) say(count === 1, `Vary: ${headers["vary"]}`);
	return faults;
}

function sharedRightly(
	{ kind }: OracleExpectation,
	policy: FuzzedPolicy,
	request: FuzzedRequest,
	{ headers, status }: Actual,
	say: (isRight: boolean, what: string) => void,
): void {
	const same = (name: string, value: string | undefined) =>
		say(headers[name] === value, `${name}: ${headers[name]} in place of ${value}`);
	const sameList = (name: string, values: readonly string[]) =>
		say(
			listOf(headers[name]).sort().join() ===
				values
					.map((one) => one.toLowerCase())
					.sort()
					.join(),
			`${name}: ${headers[name]}`,
		);
	const allowed = policy.origins === "*" ? "*" : (request.origin ?? undefined);
	same("access-control-allow-origin", allowed);
	same("access-control-allow-credentials", policy.credentials ? "true" : undefined);
	if (status === 204 && kind === "preflight") {
		const asked = request.headers["access-control-request-headers"];
		const echoed = asked?.includes("(") || asked === undefined ? [] : listOf(asked);
		if (policy.methods !== "*")
			sameList("access-control-allow-methods", ["GET", "HEAD", "POST", ...policy.methods]);
		else
			same(
				"access-control-allow-methods",
				policy.credentials ? request.headers["access-control-request-method"] : "*",
			);
		if (policy.requestHeaders !== "*") sameList("access-control-allow-headers", policy.requestHeaders);
		else sameList("access-control-allow-headers", policy.credentials ? echoed : ["*", "authorization"]);
		same("access-control-max-age", String(policy.preflightMaxAgeSeconds));
		return;
	}
	const timing = policy.timingAllowOrigin ? allowed : headers["timing-allow-origin"];
	same("timing-allow-origin", timing);
	if (policy.exposedHeaders !== "*") sameList("access-control-expose-headers", policy.exposedHeaders);
	else if (!policy.credentials) same("access-control-expose-headers", "*");
	else
		say(
			!/access-control|set-cookie/.test(headers["access-control-expose-headers"] ?? ""),
			"exposes what it must not",
		);
}

function listOf(value: string | undefined): string[] {
	return (value ?? "")
		.split(",")
		.map((one) => one.trim().toLowerCase())
		.filter((one) => one !== "");
}
