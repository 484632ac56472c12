/** Owns what an engine is to the suite: something that can be opened at a URL, with a fresh home, and ended whole. */

import type { EngineId } from "../cases/case.ts";
import type { Authority } from "../stage/authority.ts";

/** What a browser needs to know to get on in the suite's world. */
export interface Surroundings {
	/** The browser's own: its home, its profile. Empty at the start. */
	readonly directory: string;
	readonly authority: Authority;
	/** Every name of the world; each is 127.0.0.1. */
	readonly hostnames: readonly string[];
	/** Whether this process may have a file system view of its own. */
	readonly canUnshare: boolean;
}

export interface OpenBrowser {
	/** Resolves when it is gone, whoever ended it. */
	readonly ended: Promise<unknown>;
	/** What it has written so far; the reason, where it fails. */
	output(): string;
	/** Ends it and everything that it spawned. */
	stop(): Promise<void>;
}

export interface DrivenEngine {
	readonly id: EngineId;
	/** As people know it. */
	readonly name: string;
	/** Whether it can be given a TLS client certificate. */
	takesCertificate(surroundings: Pick<Surroundings, "canUnshare">): boolean;
	version(surroundings: Surroundings): Promise<string>;
	open(url: string, surroundings: Surroundings): Promise<OpenBrowser>;
}
