/** Owns `npm run bench -- weight`: what compiled tenants hold of workerd's heap, beside what they are reckoned to hold. */

import { Command } from "@commander-js/extra-typings";
import { freePort } from "../../dev/ports.ts";
import { buildWorker } from "../harness/build.ts";
import { usedHeapBytes } from "../harness/inspector.ts";
import { withSession } from "../harness/session.ts";
import { alignTable } from "../harness/table.ts";
import { startWorker } from "../harness/workerd.ts";

/** A kind of document, and how many of it are weighed together: small ones weigh less than the heap's noise. */
interface Kind {
	readonly name: string;
	readonly copies: number;
	readonly document: (copy: number) => unknown;
}

const times = <T>(count: number, make: (index: number) => T) =>
	Array.from({ length: count }, (_, i) => make(i));
const cors = (origins: unknown, more: object = {}) => ({ cors: { origins, credentials: true, ...more } });
const LONG = "x".repeat(40);

const KINDS: readonly Kind[] = [
	{ name: "one origin", copies: 2000, document: (copy) => cors([`https://a${copy}.example`]) },
	{
		name: "three patterns, two routes",
		copies: 1000,
		document: (copy) => ({
			...cors([`https://a${copy}.example`, `https://*.b${copy}.example`, "http://localhost:*"], {
				methods: ["PUT", "PATCH", "DELETE"],
				requestHeaders: ["Content-Type", "Authorization"],
			}),
			routes: [
				{ path: "/public/*", cors: { origins: "*" } },
				{ path: "/login", cors: { origins: [`https://c${copy}.example`] } },
			],
		}),
	},
	{
		name: "100,000 exact origins",
		copies: 3,
		document: (copy) => cors(times(100_000, (i) => `https://app.customer-${copy}-${i}.example`)),
	},
	{
		name: "10,000 subdomain patterns",
		copies: 3,
		document: (copy) => cors(times(10_000, (i) => `https://*.customer-${copy}-${i}.example`)),
	},
	{
		name: "10,000 with long labels",
		copies: 3,
		document: (copy) => cors(times(10_000, (i) => `https://*.${LONG}-${copy}-${i}.${LONG}.${LONG}.example`)),
	},
	{
		name: "10,000 on any port",
		copies: 3,
		document: (copy) => cors(times(10_000, (i) => `https://customer-${copy}-${i}.example:*`)),
	},
	{
		name: "10,000 ports of one domain",
		copies: 3,
		document: (copy) => cors(times(10_000, (i) => `https://*.customer-${copy}.example:${1000 + i}`)),
	},
	{
		name: "10,000 globs of one domain",
		copies: 3,
		document: (copy) => cors(times(10_000, (i) => `https://pr${i}-*.customer-${copy}.example`)),
	},
	{
		name: "10,000 domains with a glob",
		copies: 3,
		document: (copy) => cors(times(10_000, (i) => `https://pr-*.customer-${copy}-${i}.example`)),
	},
	{
		name: "10,000 nested globs",
		copies: 3,
		document: (copy) =>
			cors(
				times(
					10_000,
					(i) =>
						`https://${"a".repeat(Math.min(i, 40))}*${i < 40 ? "zz" : i.toString(36).padStart(4, "0")}.e${copy}.example`,
				),
			),
	},
	{
		name: "1,000 routes",
		copies: 3,
		document: (copy) => ({
			...cors([]),
			routes: times(1000, (i) => ({
				path: `/v1/items-${copy}/${i}/*`,
				cors: { origins: [`https://a${copy}-${i}.example`] },
			})),
		}),
	},
	{
		name: "1,000 routes, 3.8 MB of names",
		copies: 3,
		document: (copy) => ({
			...cors([]),
			routes: times(1000, (i) => ({
				path: `/${copy}/${i}`,
				cors: { origins: "*", requestHeaders: times(400, (j) => `X-${j + i}`), exposedHeaders: ["ETag"] },
			})),
		}),
	},
	{
		name: "1,000 names of 3,900 characters",
		copies: 3,
		document: (copy) =>
			cors([], { requestHeaders: times(1000, (i) => `X-${copy}-${i}-${"n".repeat(3900)}`) }),
	},
	{
		name: "8 directories, 2,000 paths long",
		copies: 3,
		document: (copy) => ({
			...cors(times(8, (i) => ({ directory: `customers-${i}` }))),
			routes: times(1000, (i) => ({
				path: `/${copy}/${i}/${"p".repeat(2000)}`,
				cors: { origins: times(8, (j) => ({ directory: `customers-${j}` })) },
			})),
		}),
	},
];

/** The command, and what it does. */
export const weightCommand = new Command("weight")
	.description("What compiled tenants hold of the heap, beside what they are reckoned to hold")
	.action(benchWeight);

/** Measures and prints; exit code 1 where a reckoning is far from the truth. */
async function benchWeight(): Promise<void> {
	const rows = await withSession(async (session) => {
		session.progress.say("building");
		const bundle = await buildWorker("weigh", session.directory);
		const measured: Weighed[] = [];
		for (const [index, kind] of KINDS.entries()) {
			session.progress.say(kind.name, index / KINDS.length);
			measured.push(await weigh(bundle, kind));
		}
		return measured;
	});
	console.log(
		alignTable([
			["kind of document", "heap", "reckoned", "reckoned / heap", "and Headers, reckoned"],
			...rows.map(({ name, heap, reckoned, headers }) => [
				name,
				mebibytes(heap),
				mebibytes(reckoned),
				(reckoned / heap).toFixed(2),
				mebibytes(headers),
			]),
		]),
	);
	const far = rows.filter(({ heap, reckoned }) => reckoned < 0.7 * heap || reckoned > 1.4 * heap);
	if (far.length > 0) process.exitCode = 1;
	console.log(far.length === 0 ? "✔ all within 0.7 and 1.4" : `✘ ${far.length} outside of 0.7 and 1.4`);
}

/** A kind of document, weighed: bytes for each. */
interface Weighed {
	readonly name: string;
	readonly heap: number;
	/** Of the heap. */
	readonly reckoned: number;
	/** Besides, outside of the heap. */
	readonly headers: number;
}

/** One workerd for each kind, so that nothing is left of the one before. */
async function weigh(bundle: string, { name, copies, document }: Kind): Promise<Weighed> {
	const inspectorPort = await freePort();
	const worker = await startWorker({ bundle, inspectorPort });
	const address = `http://127.0.0.1:${worker.port}/`;
	const send = async (value: unknown) => {
		const response = await fetch(address, { method: "POST", body: JSON.stringify(value) });
		if (response.status !== 200) throw new Error(await response.text());
		return (await response.json()) as { readonly heap: number; readonly headers: number };
	};
	const heap = () => usedHeapBytes(inspectorPort, async () => (await fetch(address)).text());
	// What the first document brings with it, compiled code and the table of suffixes, is not part of a tenant.
	await send(document(-1));
	await send(cors(["https://*.example.com"]));
	const before = await heap();
	let reckoned = 0;
	let headers = 0;
	for (let copy = 0; copy < copies; copy++) {
		const said = await send(document(copy));
		reckoned += said.heap;
		headers += said.headers;
	}
	const after = await heap();
	await worker.stop();
	return { name, heap: (after - before) / copies, reckoned: reckoned / copies, headers: headers / copies };
}

function mebibytes(bytes: number): string {
	return bytes < 100_000 ? `${(bytes / 1024).toFixed(2)} KiB` : `${(bytes / 1024 ** 2).toFixed(2)} MiB`;
}
