/** Owns what a CORS configuration of another product comes down to, before it is said in Cordon's words. */

import type { Tree } from "./tree.ts";

/** One thing by which a product tells which origins are allowed. */
export interface OriginRule {
	/** As it stands in the file. */
	readonly text: string;
	readonly line: number | undefined;
	readonly match: OriginMatch;
	/** What the reader has to know of it, where the format itself says something. */
	readonly why?: string;
}

/** How the product compares. */
export type OriginMatch =
	/** The very origin. */
	| { readonly kind: "exact" }
	/** Every origin. `isLiteral`: the product sends `*` itself, with which browsers let no call with credentials through. */
	| { readonly kind: "any"; readonly isLiteral?: true }
	/** `*` stands for any characters, dots too, unless it is one label alone. */
	| { readonly kind: "glob"; readonly star: "any" | "label" }
	/** A regular expression. @see RegexSource */
	| { readonly kind: "regex"; readonly source: RegexSource }
	/** A host, with any scheme and any port. */
	| { readonly kind: "host" }
	| { readonly kind: "prefix" }
	| { readonly kind: "suffix" }
	| { readonly kind: "contains" }
	/** What is not a text; it is left out. */
	| { readonly kind: "not-a-text"; readonly why?: string };

/** A regular expression, and what the product does with it beyond its text. */
export interface RegexSource {
	readonly pattern: string;
	/** Whether the whole of the origin has to match, anchors or not. */
	readonly anchored: boolean;
	readonly ignoreCase?: boolean;
}

/**
 * Names of methods or headers. `any` is all that was asked for; `literal-star` is an asterisk sent to the
 * browser, which reads it as "all but Authorization", and as a letter where there are credentials. Names may
 * stand beside that asterisk.
 */
export type Names = PlainNames | { readonly names: PlainNames; readonly lost: readonly Lost[] };

/** Names without what is not one. */
export type PlainNames =
	| readonly string[]
	| "any"
	| "literal-star"
	| { readonly besideStar: readonly string[] };

/** A member of a list that is of no type that the list can have. */
export interface Lost {
	/** As JSON has it. */
	readonly text: string;
	readonly line: number | undefined;
}

/** A path of the source. */
export interface SourcePath {
	/** A regular expression is for the whole path; few have a counterpart. */
	readonly kind: "exact" | "prefix" | "regex";
	readonly path: string;
}

/** Something that the reader of the result has to know. */
export interface Remark {
	readonly line: number | undefined;
	readonly text: string;
	/** Whether it is something of the source that is not carried over. */
	readonly isLeftOut?: boolean;
	/** Whether it was rewritten in a form that does not let in more than was meant. */
	readonly isMadeSafe?: boolean;
	/** What the summary calls it; else it is of paths and conditions. */
	readonly what?: string;
}

/** One policy of the source. */
export interface SourcePolicy {
	/** What messages call it: `plugin cors of route "v1"`. */
	readonly name: string;
	readonly line: number | undefined;
	/** The hosts that it is for; empty where the source does not say. */
	readonly hosts: readonly string[];
	/** Empty: every path. */
	readonly paths: readonly SourcePath[];
	readonly origins: readonly OriginRule[];
	readonly credentials: boolean;
	/** What of its settings could not be read. */
	readonly misread?: readonly Remark[];
	readonly methods: Names;
	readonly requestHeaders: Names;
	readonly exposedHeaders: Names;
	readonly maxAgeSeconds?: number | undefined;
	/** What a policy without hosts belongs to: a bucket, an API, a middleware. Each has a file of its own. */
	readonly scope?: string;
	/** Whether a policy without hosts is for every host of the source. */
	readonly everywhere?: boolean;
	/** Of several policies for one place the highest rank replaces the others. */
	readonly rank?: number;
	/** Whether equal ones follow each other: the first that knows an origin decides. Else each is for some requests. */
	readonly isStacked?: boolean;
	/** What tells its requests from others of the same paths, in words. */
	readonly partly?: string | undefined;
	/** Whether it stands for a place that the source gives no policy to, and is not told of. */
	readonly isBare?: boolean;
	/** Whether the product only watched. */
	readonly report?: boolean;
	readonly remarks: readonly Remark[];
}

/** A format that can be read. */
export interface Format {
	/** As `--from` names it. */
	readonly name: string;
	/** As people call it. */
	readonly title: string;
	/**
	 * The policies in a document; none where it is not of this format, or has no CORS in it.
	 * @param documents all of its file: others may name its policies
	 */
	read(document: Tree, documents: readonly Tree[]): readonly SourcePolicy[];
}
