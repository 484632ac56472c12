/** Owns how the page shows its cases: a section a group, a row a case, and one sentence at the top. */

/** @typedef {import("../stage/runs.ts").Outcome} Outcome */

const GROUPS = {
	cookies: "Cookies",
	authentication: "HTTP authentication",
	credentials: "Every kind of request, under a policy with credentials",
	"no-credentials": "Every kind of request, under a policy without credentials",
	preflight: "Preflights",
	headers: "Response headers",
	public: "A public API",
	status: "The API’s own statuses",
	errors: "Cordon’s own errors",
	stream: "Bodies",
	cache: "Caches",
	events: "EventSource",
	socket: "WebSocket",
	element: "Elements with crossorigin",
	timing: "Resource timing",
	redirect: "Redirects",
	sandbox: "Sandboxed frames",
	rejecting: "Rejected requests",
	certificate: "TLS client certificates",
};

const TONES = { "as expected": "good", "but for cookies": "note", "another way": "note", unexpected: "bad" };

const element = (id) => document.getElementById(id);
const rows = new Map();
const groups = new Map();
let done = 0;

/** Shows the plan: every case still open. */
export function describe({ page, pages, cases }) {
	document.title = `${page} · Cordon probe`;
	element("origin").textContent = location.origin;
	element("summary").textContent =
		`${cases.length} cases, from an origin that the policies ${page === "denied" ? "do not allow" : "allow"}.`;
	element("progress").max = cases.length;
	for (const [name, origin] of Object.entries(pages)) element("pages").append(linkTo(name, origin, page));
	for (const { id, says } of cases) {
		const { body } = groupOf(id);
		const row = copyOf("case");
		row.querySelector("th").textContent = says;
		row.querySelector(".badge").textContent = "…";
		body.append(row);
		rows.set(id, row);
	}
}

/** Shows what the page saw of a case, before anything is known of the wire. */
export function showSeen(id, seen) {
	fill(rows.get(id).querySelector(".saw"), seen);
	done++;
	element("progress").value = done;
}

/** Shows how each case ended. @param {readonly Outcome[]} outcomes */
export function showOutcomes(outcomes) {
	for (const { id, verdict, transcript, expected } of outcomes) {
		const row = rows.get(id);
		row.dataset.tone = TONES[verdict];
		row.querySelector(".badge").textContent = verdict;
		fill(row.querySelector(".wire"), transcript.wire);
		if (verdict === "as expected" || !expected) continue;
		row.querySelector(".saw").append(...expectation(transcript.page, expected.page));
		row.querySelector(".wire").append(...expectation(transcript.wire, expected.wire));
	}
	for (const [name, { details }] of groups) {
		const inGroup = outcomes.filter(({ id }) => id.split("/")[0] === name);
		const good = inGroup.filter(({ verdict }) => verdict === "as expected").length;
		details.querySelector(".count").textContent =
			good === inGroup.length ? `${good} as expected` : `${good} of ${inGroup.length} as expected`;
		details.dataset.tone = worstTone(inGroup);
		details.open = details.dataset.tone === "bad";
	}
}

/** Says in one sentence what came out. @param {readonly Outcome[]} outcomes */
export function conclude(outcomes) {
	const count = (verdict) => outcomes.filter((outcome) => outcome.verdict === verdict).length;
	const unexpected = count("unexpected");
	element("verdict").dataset.tone = worstTone(outcomes);
	element("progress").hidden = true;
	element("headline").textContent =
		unexpected === 0
			? "This browser let the page read what the policies share, and nothing else."
			: `This browser did something else in ${unexpected} of ${outcomes.length} cases.`;
	const parts = [`${count("as expected")} of ${outcomes.length} cases went as expected.`];
	if (count("but for cookies") > 0)
		parts.push(`In ${count("but for cookies")} it took other cookies along: its rules for third parties.`);
	if (count("another way") > 0) parts.push(`In ${count("another way")} it sent other requests on the way.`);
	element("summary").textContent = parts.join(" ");
}

function worstTone(outcomes) {
	const tones = outcomes.map(({ verdict }) => TONES[verdict]);
	return ["bad", "note"].find((tone) => tones.includes(tone)) ?? "good";
}

function groupOf(id) {
	const name = id.split("/")[0];
	const known = groups.get(name);
	if (known) return known;
	const details = copyOf("group");
	details.querySelector(".name").textContent = GROUPS[name] ?? name;
	element("groups").append(details);
	const made = { details, body: details.querySelector("tbody") };
	groups.set(name, made);
	return made;
}

function linkTo(name, origin, current) {
	const link = document.createElement("a");
	link.href = `${origin}/`;
	link.textContent = { allowed: "Allowed origin", denied: "Denied origin", sibling: "Its site-mate" }[name];
	if (name === current) link.setAttribute("aria-current", "page");
	return link;
}

function fill(cell, entries) {
	cell.replaceChildren(...entries.map((entry) => line(entry, "")));
}

function expectation(got, expected) {
	if (got.join("\n") === expected.join("\n")) return [];
	return [line("expected:", "label"), ...expected.map((entry) => line(entry, "expected"))];
}

function line(text, className) {
	const made = document.createElement("code");
	made.textContent = text;
	made.className = className;
	return made;
}

function copyOf(id) {
	return element(id).content.firstElementChild.cloneNode(true);
}
