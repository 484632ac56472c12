/** Owns the plan of a page: its cases, with every target resolved to the URL that the page asks. */

import type { Case, CaseStep, EngineId, Target } from "../cases/case.ts";
import { parseTarget } from "../cases/case.ts";
import { CASES } from "../cases/cases.ts";
import { PREPARATION } from "../cases/cookies.ts";
import { caseQuery } from "./ledger.ts";
import type { Feature, PageName, World } from "./world.ts";

/** A step as the page gets it. */
export type ResolvedStep = Omit<CaseStep, "to"> & {
	readonly url?: string;
	readonly steps?: readonly ResolvedStep[];
};

export interface PlannedCase {
	readonly id: string;
	readonly says: string;
	readonly aside: boolean;
	readonly steps: readonly ResolvedStep[];
}

export interface Plan {
	/** What the page does before its cases. */
	readonly preparation: readonly ResolvedStep[];
	readonly cases: readonly PlannedCase[];
}

export interface PlanOptions {
	readonly world: World;
	/** The API's own origin, which a redirect may give away. */
	readonly upstream: string;
	readonly run: string;
	readonly engine: EngineId;
	readonly page: PageName;
}

const REASONS: Readonly<Record<Feature, string>> = {
	hosts: "it needs several hostnames",
	driven: "it needs a browser whose settings are known",
	certificate: "nobody can choose a client certificate in it here",
};

/** Why a case cannot be run; undefined where it can. */
export function obstacle({ needs = [] }: Case, features: ReadonlySet<Feature>): string | undefined {
	const missing = needs.find((feature) => !features.has(feature));
	return missing && REASONS[missing];
}

/** What an engine's page does, in order. */
export function plan(options: PlanOptions): Plan {
	const { world, engine, page } = options;
	const features = world.features(engine);
	const cases = CASES.filter(
		(each) => each.expect[page] !== undefined && obstacle(each, features) === undefined,
	).map((each) => ({
		id: each.id,
		says: each.says,
		aside: each.aside === true,
		steps: each.steps.map((step) => resolve(step, each.id, options)),
	}));
	return { preparation: PREPARATION.map((step) => resolve(step, "preparation", options)), cases };
}

function resolve(step: CaseStep, caseId: string, options: PlanOptions): ResolvedStep {
	if (step.do === "wait") return step;
	if (step.do === "sandbox")
		return { ...step, steps: step.steps.map((each) => resolve(each, caseId, options)) };
	const { to, ...rest } = step;
	const query = caseQuery(options.run, caseId);
	const { tenant = "api", path } = parseTarget(to);
	const redirectTo = "redirectTo" in step ? step.redirectTo : undefined;
	const leads =
		redirectTo === undefined ? "" : `&to=${encodeURIComponent(location(redirectTo, query, options))}`;
	const named = path.replace("{run}", options.run);
	return { ...rest, url: `${originOf(tenant, options)}${named}?${query}${leads}` };
}

function location(target: Target, query: string, options: PlanOptions): string {
	const { tenant, path } = parseTarget(target);
	return `${tenant === undefined ? "" : originOf(tenant, options)}${path}?${query}`;
}

function originOf(
	tenant: ReturnType<typeof parseTarget>["tenant"] & string,
	{ world, upstream }: PlanOptions,
): string {
	return tenant === "upstream" ? upstream : (world.tenants[tenant] ?? "");
}
