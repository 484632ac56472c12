/** Owns the explanation as the API answers it, as far as the page shows it. */

import type { StepCode } from "../../browser/steps.ts";

/** One request that a call leads to. */
export interface ReportedRequest {
	readonly kind: "preflight" | "actual";
	readonly because: readonly string[];
	readonly sent: boolean;
	readonly action: "answer" | "refuse" | "forward";
	readonly status: number | null;
	readonly problem: string | null;
	readonly upstream: string | null;
	readonly responseHeaders: Readonly<Record<string, string>>;
	readonly notAllowed: readonly string[];
}

/** What a browser concludes in one mode. */
export interface ReportedBrowser {
	readonly credentials: "include" | "same-origin" | "omit";
	readonly readable: boolean;
	readonly steps: readonly {
		readonly code: StepCode;
		readonly passed: boolean;
		readonly received: string;
		readonly required: string;
	}[];
}

/** An explanation. */
export interface OpenReport {
	readonly allowed: boolean | null;
	readonly call: {
		readonly origin: string;
		readonly method: string;
		readonly headers: readonly string[];
		readonly url: string;
	};
	readonly tenant: string;
	readonly mode: "enforce" | "report";
	readonly route: string | null;
	readonly otherReading: { readonly path: string | null; readonly route: string | null } | null;
	readonly policy: string | null;
	readonly passedOver: readonly { readonly pointer: string; readonly reason: string }[];
	readonly origin: {
		readonly reason: string;
		readonly entry: string | null;
		readonly pointer: string | null;
	};
	readonly requests: readonly ReportedRequest[];
	readonly browser: readonly ReportedBrowser[];
	readonly fixes: readonly { readonly says: string }[];
}

/** What is answered for a document that closes its tenant. */
export interface ClosedReport {
	readonly allowed: false;
	readonly problem: "tenant-closed";
	readonly message: string;
}

/** Either. */
export type Report = OpenReport | ClosedReport;
