/** Owns what the API answers to a question, as far as the page tells it apart. */

import type { Explanation } from "../../explain/report.ts";

/** What is answered for a document that closes its tenant. */
export interface ClosedReport {
	readonly allowed: false;
	readonly problem: "tenant-closed";
	readonly message: string;
}

/** Either. */
export type Report = Explanation | ClosedReport;
