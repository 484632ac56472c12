/** Owns the proof of the doctor's manners: no secret in any report, wherever it stood, and one write at most. */

import { expect, test } from "vitest";
import { cordon } from "../cli/harness.ts";
import { LISTS, PAGE } from "./rows.ts";
import { nodeServer } from "./servers.ts";

const WRITE = [
	...[
		"--method",
		"PUT",
		"--data",
		'{"password":"s3cret-body"}',
		"--header",
		"Content-Type: application/json",
	],
	...["--header", "Authorization: Bearer s3cret-bearer", "--cookie", "sid=s3cret-cookie"],
];

/** It redirects writes, and repeats and hands out all that it can. */
function talkative() {
	const seen: string[] = [];
	const start = nodeServer((request, response) => {
		seen.push(`${request.method} ${request.url}`);
		const isAway = request.url?.startsWith("/away") === true;
		response.writeHead(request.method === "OPTIONS" ? 204 : 307, {
			...LISTS,
			...{
				"access-control-allow-origin": request.headers.origin ?? "*",
				"access-control-allow-credentials": "true",
			},
			...{
				"x-session-token": "s3cret-session",
				"set-cookie": "sid=s3cret-set",
				"x-echo": JSON.stringify(request.headers),
			},
			location: isAway
				? "https://user:s3cret-password@other.example/cb?code=s3cret-code&state=s3cret-state#access_token=s3cret-token"
				: "/away?signature=s3cret-signature",
		});
		response.end(request.method === "OPTIONS" ? undefined : "s3cret-answer");
	});
	return { seen, start };
}

test.each([["a report"], ["JSON", "--json"], ["Markdown", "--markdown"]])(
	"%s has no secret in it, and one write is sent at most",
	async (_, ...format) => {
		const { seen, start } = talkative();
		const url = `${await start()}/items?api_key=s3cret-key&page=2#s3cret-fragment`;
		const { out, err } = await cordon(["doctor", url, "--origin", PAGE, ...WRITE, "--send", ...format]);
		expect(out).toContain("page=2");
		expect(out + err).not.toContain("s3cret");
		expect(seen.filter((line) => line.startsWith("PUT"))).toHaveLength(1);
	},
);

test("without --send nothing but safe requests is sent", async () => {
	const { seen, start } = talkative();
	await cordon(["doctor", `${await start()}/items`, "--origin", PAGE, ...WRITE]);
	expect(seen.length).toBeGreaterThan(3);
	expect(seen.filter((line) => !/^(GET|HEAD|OPTIONS) /.test(line))).toEqual([]);
});
