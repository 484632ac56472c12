/** Owns the deletion of a tenant: asked twice, never over what somebody else wrote meanwhile. */

import { deleteTenant } from "./api.ts";
import { ask } from "./dialog.ts";
import { announce, h } from "./dom.ts";
import { isChangedMeanwhile, tellFailure } from "./failing.ts";

/** Deletes a tenant, if that is meant. */
export async function confirmDelete(host: string, etag: string): Promise<"gone" | "kept" | "changed"> {
	const answer = await ask({
		title: `Delete ${host}?`,
		body: [
			h(
				"p",
				{},
				"The gateway then answers every request for this host with an error, and shares nothing. Pages that call it stop working within two minutes, usually within one.",
			),
			h("p", {}, "The history stays: you can bring any version back from there."),
		],
		answers: [
			{ value: "keep", label: "Keep it" },
			{ value: "delete", label: "Delete", kind: "danger" },
		],
	});
	if (answer !== "delete") return "kept";
	try {
		await deleteTenant(host, etag);
		announce(`${host} is deleted.`);
		return "gone";
	} catch (error) {
		await tellFailure("It was not deleted", error);
		return isChangedMeanwhile(error) ? "changed" : "kept";
	}
}
