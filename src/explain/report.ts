/** Owns the explanation as it is handed out, JSON as it stands: types alone, so that a page can have them without the gateway. */

import type { CredentialsMode } from "../browser/request.ts";
import type { Step } from "../browser/steps.ts";
import type { Finding } from "../findings/finding.ts";
import type { Patch } from "../findings/patch.ts";
import type { Verdict } from "../gateway/verdict.ts";
import type { Question, Redirect } from "./question.ts";

/** Why an origin is let in, or is not. */
export type Reason = Verdict["reason"];

/** One request that the call leads to. */
export interface ExplainedRequest {
	readonly kind: "preflight" | "actual";
	readonly method: string;
	/** Where a redirect has led; left out of what goes to the call's own URL. */
	readonly url?: string;
	/** Of a preflight: what of the call makes it necessary. Of an actual request: empty. */
	readonly because: readonly string[];
	/** Whether the browser gets as far as sending it. */
	readonly sent: boolean;
	/** Of a preflight: everything of the call that its answer does not allow. */
	readonly notAllowed: readonly string[];
	/** `elsewhere`: a redirect leads to another host, and Cordon has no part in it. */
	readonly action: "answer" | "refuse" | "forward" | "elsewhere";
	/** Of Cordon's own answer, or the runtime's; null where the upstream answers. */
	readonly status: number | null;
	/** The code of Cordon's refusal; null where it is none. */
	readonly problem: string | null;
	/** Where it is forwarded to, a URL or words for a service binding; null where it is not. */
	readonly upstream: string | null;
	/** The headers of Cordon's answer, or those that it sets on the upstream's. */
	readonly responseHeaders: Readonly<Record<string, string>>;
}

/** A policy that does not apply. */
export interface PassedOver {
	readonly pointer: string;
	readonly reason: Reason;
}

/** Another reading of the call's path. */
export interface OtherPath {
	/** Null where there are too many to tell. */
	readonly path: string | null;
	/** The path of the route that applies to it; null where that is none, or several that cannot be told apart. */
	readonly route: string | null;
}

/** What a browser makes of the call in one credentials mode. */
export interface BrowserHalf {
	readonly credentials: CredentialsMode;
	readonly readable: boolean;
	readonly failedStep?: Step;
	readonly steps: readonly Step[];
}

/** A change that was checked: together with the others of its list it makes the call allowed, and without it they do not. */
export interface Fix {
	/** Begins in lower case, without a full stop. */
	readonly says: string;
	/** What changes in the document; empty where only the page changes. */
	readonly patch: Patch;
	/** What the page does otherwise. */
	readonly page?: Partial<Question>;
}

/** The whole explanation; JSON as it stands. */
export interface Explanation {
	/** Whether the page may read the response; in report mode, once Cordon enforces. Null where a directory that was not asked decides, or another host that a redirect leads to. */
	readonly allowed: boolean | null;
	readonly call: {
		readonly origin: string;
		readonly method: string;
		readonly headers: readonly string[];
		readonly url: string;
		readonly credentials: CredentialsMode;
		/** What the API is taken to answer in place of 200; left out where it does not. */
		readonly redirect?: Redirect;
	};
	/** The key of the document. */
	readonly tenant: string;
	readonly mode: "enforce" | "report";
	/** The path of the route whose cors applies; null for the document's own. */
	readonly route: string | null;
	/** Where the policy that applies stands, the first where none does: a JSON Pointer. */
	readonly policy: string;
	/** The policies before the one that applies, all of them where none does, and why each does not; empty where it is not decided, or by no policy since the path is ambiguous. */
	readonly passedOver: readonly PassedOver[];
	/** How the API may read the path so that another route applies; null where it cannot. */
	readonly otherReading: OtherPath | null;
	/** Why the origin is allowed or denied, and by which entry. */
	readonly origin: {
		readonly reason: Reason;
		readonly entry: string | null;
		readonly pointer: string | null;
	};
	/** Empty where none is sent, or where it is not decided what becomes of them. */
	readonly requests: readonly ExplainedRequest[];
	/** First in the mode that was asked, then in the other one; empty in report mode, and where no page has such an origin. */
	readonly browser: readonly BrowserHalf[];
	/** Together they make the call allowed; empty where it is, or where nothing was found that does. */
	readonly fixes: readonly Fix[];
	/** Why what suggests itself would not do: what validate says of it, or what browsers do; what hangs on another host; and what validate warns of once the fixes are made. */
	readonly obstacles: readonly Pick<Finding, "code" | "message">[];
}
