/** Owns what a case is: steps that a page takes, and what each page and the wire must show of it afterwards. */

import type { Feature, PageName, TenantName } from "../stage/world.ts";

export const ENGINES = ["chromium", "firefox", "webkit"] as const;
export type EngineId = (typeof ENGINES)[number];

export type CaseCredentials = "include" | "same-origin" | "omit";

/** `policy/behaviour` of the tenant `api`, or `tenant:policy/behaviour` of another; `{run}` is the run's name. */
export type Target = `${string}/${string}`;

/** What of a readable response the page tells besides the status. */
interface Show {
	/** Which of these response headers the page can read. */
	readonly sees?: readonly string[];
	/** The body's last line. */
	readonly body?: true;
}

interface Call extends Show {
	readonly to: Target;
	/** Where a redirect leads; `upstream:` is the API's own origin, a target without a tenant is relative. */
	readonly redirectTo?: Target;
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly text?: string;
}

/** One thing that a page does. */
export type CaseStep =
	| ({
			readonly do: "fetch";
			readonly credentials: CaseCredentials;
			readonly mode?: "no-cors";
			/** Tell the page's server at the first part of the body; the API waits for that with the rest. */
			readonly acknowledge?: true;
	  } & Call)
	| ({
			readonly do: "xhr";
			readonly withCredentials: boolean;
			readonly upload?: true;
			/** Give the method `open` a user's name and password. */
			readonly authenticate?: true;
	  } & Call)
	| { readonly do: "events"; readonly to: Target; readonly withCredentials: boolean }
	| { readonly do: "socket"; readonly to: Target }
	| {
			readonly do: "element";
			readonly tag: "img" | "script" | "module" | "stylesheet";
			readonly to: Target;
			readonly crossOrigin?: "anonymous" | "use-credentials";
	  }
	/** Whether the page may see the timing of what it fetched. */
	| { readonly do: "timing"; readonly to: Target }
	| { readonly do: "wait"; readonly milliseconds: number }
	/** The same in a sandboxed frame, whose origin is `null`. */
	| { readonly do: "sandbox"; readonly steps: readonly CaseStep[] };

/** What became of a case on one page. */
export interface Transcript {
	/** One entry a step: `200`, `blocked`, … */
	readonly page: readonly string[];
	/** One entry a request: see the ledger. */
	readonly wire: readonly string[];
}

/** By page; a page that is left out does not run the case. */
export type CaseExpectation = Readonly<Partial<Record<PageName, Transcript>>>;

export interface Case {
	readonly id: string;
	/** What holds, as a sentence. */
	readonly says: string;
	readonly steps: readonly CaseStep[];
	readonly expect: CaseExpectation;
	/** Where an engine is known to differ, and why. */
	readonly differs?: Readonly<
		Partial<Record<EngineId, { readonly because: string; readonly expect: CaseExpectation }>>
	>;
	readonly needs?: readonly Feature[];
	/** It mostly waits: it runs beside the others. */
	readonly aside?: true;
}

/** What must become of a case in an engine. */
export function caseExpectationOf({ expect, differs }: Case, engine: EngineId): CaseExpectation {
	return { ...expect, ...differs?.[engine]?.expect };
}

/** The tenant that a target names, and the path. */
export function parseTarget(target: Target): {
	readonly tenant: TenantName | "upstream" | undefined;
	readonly path: string;
} {
	const [first = "", second] = target.split(":");
	return second === undefined
		? { tenant: undefined, path: `/${first}` }
		: { tenant: first as TenantName | "upstream", path: `/${second}` };
}
