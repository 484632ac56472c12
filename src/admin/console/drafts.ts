/** Owns unsaved drafts: they outlive going from one view to another, not the tab. */

/** A text that is not saved yet, and what it was made from. */
export interface Draft {
	readonly text: string;
	/** What was stored when it was begun, as text and as tag. */
	readonly base: string;
	readonly etag: string | undefined;
}

const drafts = new Map<string, Draft>();

/** The draft of a host. */
export function draftOf(host: string): Draft | undefined {
	return drafts.get(host);
}

/** Whether a host has one. */
export function hasDraft(host: string): boolean {
	return drafts.has(host);
}

/** How many there are. */
export function draftCount(): number {
	return drafts.size;
}

/** Forgets all of them. */
export function forgetDrafts(): void {
	drafts.clear();
}

/** Keeps a draft, or forgets the one there is. */
export function keepDraft(host: string, draft: Draft | undefined): void {
	if (draft === undefined) drafts.delete(host);
	else drafts.set(host, draft);
}

/** Asks before the tab is closed with drafts in it. */
export function guardDrafts(): void {
	addEventListener("beforeunload", (event) => {
		if (drafts.size > 0) event.preventDefault();
	});
}
