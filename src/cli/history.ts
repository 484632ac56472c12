/** Owns `cordon history` and `cordon rollback`: who changed a tenant when, and its way back, through the control plane. */

import { openApi, refused } from "./kv/control-plane.ts";
import { isAgreed } from "./shell/agreement.ts";
import { defineCommand, usage } from "./shell/command.ts";
import { safePart } from "./shell/safe-text.ts";

const API_OPTION = {
	type: "string",
	value: "URL",
	says: "The control plane; its token is in CORDON_TOKEN.",
} as const;

interface Version {
	readonly version: number;
	readonly at: string;
	readonly by: string;
	readonly action: string;
}

export const history = defineCommand({
	name: "history",
	details: ["Lists the versions of a tenant's document that the control plane keeps, the newest first."],
	positionals: [{ name: "HOST", says: "The tenant's hostname.", required: true }],
	options: { api: API_OPTION },
	examples: [
		{ line: "history api.acme.com --api https://cordon-admin.acme.workers.dev", says: "All versions." },
	],
	exits: { good: "There is a history.", findings: "Nothing was ever stored for this host." },
	async work({ positionals: [host = ""], options, terminal }) {
		const path = `tenants/${encodeURIComponent(host)}/versions`;
		const answer = await openApi(required(options.api)).ask("GET", path);
		if (answer.status === 404) {
			terminal.out(`Nothing was ever stored for ${safePart(host)}.`);
			return 1;
		}
		if (answer.status !== 200) throw refused(answer, path);
		const { versions = [] } = (answer.json ?? {}) as { readonly versions?: readonly Version[] };
		if (options.json) terminal.json({ host, versions });
		for (const { version, at, by, action } of options.json ? [] : versions) {
			terminal.out(safePart(`${String(version).padStart(5)}  ${at}  ${action}  by ${by}`));
		}
		return 0;
	},
});

export const rollback = defineCommand({
	name: "rollback",
	details: ["That version is stored again, as a new one: nothing of the history is lost."],
	positionals: [
		{ name: "HOST", says: "The tenant's hostname.", required: true },
		{ name: "VERSION", says: "The number of the version, as `cordon history` lists it.", required: true },
	],
	options: { api: API_OPTION, yes: { type: "boolean", says: "Do not ask." } },
	examples: [
		{
			line: "rollback api.acme.com 3 --api https://cordon-admin.acme.workers.dev",
			says: "Back to version 3.",
		},
	],
	exits: { good: "It is the current one.", findings: "You did not agree." },
	async work({ positionals: [host = "", text = ""], options, terminal }) {
		const version = Number(text);
		if (!Number.isSafeInteger(version) || version < 1) {
			throw usage("invalid-value", `${safePart(text)} is not the number of a version.`, rollback);
		}
		const api = openApi(required(options.api));
		const question = `Make version ${version} of ${safePart(host)} the current one?`;
		if (!(await isAgreed(question, options, rollback, terminal))) {
			terminal.out("Nothing was written.");
			return 1;
		}
		const path = `tenants/${encodeURIComponent(host)}/rollback`;
		const answer = await api.ask("POST", path, { body: JSON.stringify({ version }) });
		if (answer.status >= 300) throw refused(answer, path);
		if (options.json) terminal.json(answer.json);
		else
			terminal.out(
				`${terminal.colors.green("rolled back:")} ${safePart(host)} is version ${version} again. It is in force within two minutes, usually within one.`,
			);
		return 0;
	},
});

function required(api: string | undefined): string {
	if (api !== undefined) return api;
	throw usage(
		"missing-option",
		"The history is the control plane's: say where that is, with --api URL.",
		history,
	);
}
