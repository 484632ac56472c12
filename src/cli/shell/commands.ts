/** Owns the table of commands: the words of each, what it does in one line, and where its code is. */

import type { Command } from "./command.ts";

/** A command as the others see it. */
export interface CommandEntry {
	/** What it does, in one line; here, so that the page that lists all commands loads none of them. */
	readonly summary: string;
	load(): Promise<Command>;
}

/** In the order of the help. Each is loaded when it is asked for: together they take longer than any of them runs. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
	init: {
		summary: "write a project to deploy a gateway from",
		load: async () => (await import("../init/init.ts")).init,
	},
	validate: {
		summary: "say everything that is wrong with tenant documents",
		load: async () => (await import("../validate.ts")).validate,
	},
	test: {
		summary: "run what tenant files expect",
		load: async () => (await import("../test/test.ts")).test,
	},
	explain: {
		summary: "say what Cordon decides on a page's call, and by which entry",
		load: async () => (await import("../explain/explain.ts")).explain,
	},
	doctor: {
		summary: "say why a browser blocks a page's call to an API, and what to fix",
		load: async () => (await import("../doctor/doctor.ts")).doctor,
	},
	diff: {
		summary: "show what pushing a folder of tenant files would change",
		load: async () => (await import("../diff.ts")).diff,
	},
	push: {
		summary: "write a folder of tenant files to KV",
		load: async () => (await import("../push/push.ts")).push,
	},
	pull: {
		summary: "write what KV holds to a folder of tenant files",
		load: async () => (await import("../pull/pull.ts")).pull,
	},
	"origins add": {
		summary: "add origins to an origin directory",
		load: async () => (await import("../origins/origins.ts")).originsAdd,
	},
	"origins remove": {
		summary: "remove origins from an origin directory",
		load: async () => (await import("../origins/origins.ts")).originsRemove,
	},
	"origins list": {
		summary: "list the origins of an origin directory",
		load: async () => (await import("../origins/origins.ts")).originsList,
	},
	history: {
		summary: "say who changed a tenant, and when",
		load: async () => (await import("../history.ts")).history,
	},
	rollback: {
		summary: "make an earlier version of a tenant the current one",
		load: async () => (await import("../history.ts")).rollback,
	},
	import: {
		summary: "make tenant files from another product's CORS configuration",
		load: async () => (await import("../import/import.ts")).importCommand,
	},
	learn: {
		summary: "make an allowlist from what report mode saw",
		load: async () => (await import("../learn/learn.ts")).learn,
	},
	watch: {
		summary: "show the gateway's verdicts on a host as they come",
		load: async () => (await import("../watch/watch.ts")).watch,
	},
};
