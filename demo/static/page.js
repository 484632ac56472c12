// Owns what the demo page does: makes every call twice, directly and through Cordon, and shows what the browser let it read.

/**
 * @typedef {{ readable: true, status: number, body: any }} Readable the script got the answer
 * @typedef {{ readable: false, error: string }} Unreadable the browser gave an error, and nothing else
 */

const BY_FETCH = { how: "fetch, credentials: 'include'", send: viaFetch };
const BY_XHR = { how: "XMLHttpRequest, withCredentials", send: viaXhr };
const READ = { title: "Read the profile", kind: "no preflight", method: "GET", path: "/profile" };
const CHANGE = {
	title: "Change the profile",
	kind: "preflighted",
	method: "PUT",
	path: "/profile",
	json: { nickname: "Countess" },
};
const FAIL = { title: "Read an error", kind: "no preflight", method: "GET", path: "/broken" };

const CALLS = [
	{ ...READ, ...BY_FETCH },
	{ ...READ, ...BY_XHR },
	{ ...CHANGE, ...BY_FETCH },
	{ ...CHANGE, ...BY_XHR },
	{ ...FAIL, ...BY_FETCH },
];

const VERDICTS = {
	waiting: { tone: "wait", icon: "wait", fact: "Asking …", judgement: "" },
	unreached: { tone: "wait", icon: "cross", fact: "Nobody answered", judgement: "" },
	readable: { tone: "good", icon: "check", fact: "Readable", judgement: "on the allowlist" },
	exposed: { tone: "warn", icon: "leak", fact: "Readable", judgement: "by every site" },
	protected: { tone: "good", icon: "shield", fact: "Blocked", judgement: "protected" },
	leak: { tone: "bad", icon: "leak", fact: "Readable", judgement: "leak" },
	broken: { tone: "bad", icon: "cross", fact: "Blocked", judgement: "not intended" },
};

const element = (id) => document.getElementById(id);
const demo = await (await fetch("/demo.json")).json();
const allowed = demo.tenant.cors.origins.includes(location.origin);

// By the page's own hostname: the session cookie is then same-site, and no browser's third-party rules hold it back.
const columns = [
	{ short: "Directly", url: `http://${location.hostname}:${demo.ports.api}` },
	{ short: "Through Cordon", url: `http://${location.hostname}:${demo.ports.gateway}` },
];

/** The index of the column that goes through Cordon. */
const CORDON = 1;

describePage();
const cells = CALLS.map(addRow);
element("run-again").addEventListener("click", () => {
	if (document.body.dataset.state === "done") run();
});
await run();

async function run() {
	document.body.dataset.state = "running";
	for (const cell of cells.flat()) show(cell, "waiting");
	const [direct, cordon] = await Promise.all(columns.map(askColumn));
	sumUp(direct, cordon);
	document.body.dataset.state = "done";
}

async function askColumn({ url }, index) {
	const reached = await knock(url);
	return Promise.all(
		CALLS.map(async (call, row) => {
			const outcome = await call.send(url, call);
			const verdict = judge(outcome, reached, index === CORDON);
			show(cells[row][index], verdict, outcome);
			return { verdict, sessionCookie: outcome.readable && outcome.body?.sessionCookie === true };
		}),
	);
}

/**
 * Asks without wanting to read: an opaque answer needs no CORS header. So it tells "the browser withheld the answer" from
 * "there was none", and it signs the visitor in: the API gives a session cookie to whoever comes without one.
 */
async function knock(base) {
	try {
		await fetch(`${base}/profile`, { mode: "no-cors", credentials: "include" });
		return true;
	} catch {
		return false;
	}
}

/** @returns {Promise<Readable | Unreadable>} */
async function viaFetch(base, { method, path, json }) {
	const headers = json ? { "Content-Type": "application/json" } : {};
	const body = json ? JSON.stringify(json) : null;
	try {
		const response = await fetch(base + path, { method, headers, body, credentials: "include" });
		return { readable: true, status: response.status, body: await response.json().catch(() => null) };
	} catch (error) {
		return { readable: false, error: `${error.name}: ${error.message}` };
	}
}

/** @returns {Promise<Readable | Unreadable>} */
async function viaXhr(base, { method, path, json }) {
	const xhr = new XMLHttpRequest();
	xhr.open(method, base + path);
	xhr.withCredentials = true;
	xhr.responseType = "json";
	if (json) xhr.setRequestHeader("Content-Type", "application/json");
	const finished = new Promise((resolve) => xhr.addEventListener("loadend", resolve));
	xhr.send(json ? JSON.stringify(json) : null);
	await finished;
	if (xhr.status > 0) return { readable: true, status: xhr.status, body: xhr.response };
	return { readable: false, error: "error event, status 0" };
}

function judge(outcome, reached, throughCordon) {
	// The API alone answers an allowed page as it answers everybody: that is not a success to show in green.
	if (outcome.readable && allowed) return throughCordon ? "readable" : "exposed";
	if (outcome.readable) return "leak";
	if (!reached) return "unreached";
	return allowed ? "broken" : "protected";
}

function sumUp(direct, cordon) {
	const asIntended = cordon.every(({ verdict }) => verdict === (allowed ? "readable" : "protected"));
	const unreached = [...direct, ...cordon].some(({ verdict }) => verdict === "unreached");
	const withCookie = (results) => results.every(({ sessionCookie }) => sessionCookie);

	if (unreached) {
		conclude(
			"bad",
			"cross",
			"Some calls found nobody there.",
			"Is the demo still running? npm start starts it.",
		);
	} else if (!asIntended) {
		conclude(
			"bad",
			"leak",
			"Cordon did not do what the tenant document says.",
			"The right-hand column shows where, and the terminal shows the gateway’s log.",
		);
	} else if (allowed) {
		const cookie = withCookie(cordon)
			? "The visitor’s session cookie went along"
			: "The browser held the session cookie back";
		conclude(
			"good",
			"check",
			"This page is on the allowlist.\nThrough Cordon it reads every answer.",
			`${cookie}, and the page can tell a 500 from a dead network.`,
		);
	} else {
		const leaks = direct.filter(({ verdict }) => verdict === "leak").length;
		const cookie = withCookie(direct) ? ", with the visitor’s session" : "";
		conclude(
			"plain",
			"shield",
			"Nobody allowed this page.\nThe API alone tells it everything; Cordon tells it nothing.",
			`Its origin is not on the allowlist. Called directly, the API gave it ${leaks} of ${direct.length} answers${cookie}. Through Cordon, the browser gave it none.`,
		);
	}
}

function conclude(tone, icon, headline, summary) {
	element("verdict").dataset.tone = tone;
	element("verdict").querySelector("use").setAttribute("href", `#icon-${icon}`);
	element("headline").textContent = headline;
	element("summary").textContent = summary;
}

function show(cell, verdict, outcome) {
	const { tone, icon, fact, judgement } = VERDICTS[verdict];
	cell.dataset.tone = tone;
	cell.querySelector("use").setAttribute("href", `#icon-${icon}`);
	cell.querySelector(".fact").textContent = fact;
	cell.querySelector(".judgement").textContent = judgement;
	const [seen, detail] = outcome ? describe(verdict, outcome) : ["", ""];
	cell.querySelector(".seen").textContent = seen;
	cell.querySelector(".detail").textContent = detail;
}

/** Two lines: what the page got, and whether the cookie went along or what the browser said instead. */
function describe(verdict, outcome) {
	if (!outcome.readable) {
		return [
			verdict === "unreached" ? "No connection, no answer" : "The browser let the page see nothing",
			outcome.error,
		];
	}
	const { name, balance, saved, title, sessionCookie } = outcome.body ?? {};
	const data = saved
		? `saved ${JSON.stringify(saved)}`
		: (title ?? [name, balance].filter(Boolean).join(", "));
	return [
		`${outcome.status} · ${data || "no JSON"}`,
		sessionCookie ? "with the session cookie" : "without the session cookie",
	];
}

function addRow(call) {
	const row = element("call-row").content.firstElementChild.cloneNode(true);
	row.querySelector(".title").textContent = call.title;
	row.querySelector(".request code").textContent = `${call.method} ${call.path}`;
	row.querySelector(".kind").textContent = call.kind;
	row.querySelector(".how").textContent = call.how;
	const rowCells = columns.map((column) => {
		const cell = element("call-cell").content.firstElementChild.cloneNode(true);
		cell.dataset.column = column.short;
		return cell;
	});
	row.append(...rowCells);
	element("calls").append(row);
	return rowCells;
}

function describePage() {
	const other = allowed ? demo.pages.refused : demo.pages.allowed;
	document.title = `${allowed ? "Allowed page" : "A page that nobody allowed"} · Cordon demo`;
	element("origin").textContent = location.origin;
	element("api-url").textContent = columns[0].url;
	element("gateway-url").textContent = columns[1].url;
	element("other-page").href = other;
	element("other-page").textContent = allowed
		? `See what a page gets that nobody allowed, on ${other} →`
		: `See what an allowed page gets, on ${other} →`;
	element("tenant-key").textContent = `tenant:${location.hostname}`;

	const text = JSON.stringify(demo.tenant, null, 2).replace(/\[\s+([^\]]*?)\s+\]/g, "[$1]");
	const [before, after] = text.split(`"${demo.pages.allowed}"`);
	const origin = document.createElement("mark");
	origin.textContent = `"${demo.pages.allowed}"`;
	element("tenant").append(before, origin, after);
}
