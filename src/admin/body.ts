/** Owns the reading of request bodies: bounded, UTF-8, JSON in which no key stands twice, of the shape that is asked for. */

import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as v from "valibot";
import { createFindings } from "../findings/collector.ts";
import { type Fault, type Finding, pointerTo, valueOfText } from "../findings/finding.ts";
import { nestedTooDeeply, repeatedKey, scanJson } from "../findings/json-scan.ts";
import { reasonOf } from "../findings/reason.ts";
import { LATE, within } from "../isolate/within.ts";
import { say } from "../tenants/words.ts";
import { adminProblem, refusal } from "./problem.ts";

/** Largest body, in bytes. A row of D1 holds 2 MB. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** What is read of a body that is too large, so that its sender gets to hear it; beyond that the connection breaks off. */
const MAX_DRAINED_BYTES = 16 * MAX_BODY_BYTES;

/** How long is waited for more of such a body. */
const DRAIN_PAUSE_MILLISECONDS = 500;

/** Refuses larger bodies, with a Content-Length or without. */
export const boundedBody = bodyLimit({
	maxSize: MAX_BODY_BYTES,
	async onError(c) {
		await drain(c.req.raw);
		return adminProblem("too-large");
	},
});

/**
 * Reads on for as long as something comes: who sends without listening hears the answer only when all is sent, and who
 * waits for the answer before sending gets it at once.
 */
async function drain(request: Request): Promise<void> {
	if (request.body === null || request.body.locked) return;
	const reader = request.body.getReader();
	let bytes = 0;
	while (bytes <= MAX_DRAINED_BYTES) {
		const read = await within(DRAIN_PAUSE_MILLISECONDS, reader.read());
		if (read === LATE || read.done) return;
		bytes += read.value.byteLength;
	}
}

/** The body as text. @throws 422 where it is not UTF-8 */
export async function readText(c: Context): Promise<string> {
	const bytes = await c.req.arrayBuffer();
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
	} catch {
		throw invalidDocument([notJson("it is not UTF-8")]);
	}
}

/** The body as a value of a schema. @throws 422 with all that is wrong */
export async function readBody<TSchema extends v.GenericSchema>(
	c: Context,
	schema: TSchema,
): Promise<v.InferOutput<TSchema>> {
	const text = await readText(c);
	const findings = createFindings();
	const isFlat = scanJson(text, (repeated) => {
		findings.add(() => repeatedKey(repeated, `character ${repeated.firstOffset + 1}`));
		return true;
	});
	if (!isFlat) throw invalidDocument([nestedTooDeeply()]);
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw invalidDocument([notJson(reasonOf(error))]);
	}
	// To valibot a list is an object too, and "add" of it is nothing.
	if (Array.isArray(value)) throw invalidDocument([notAnObject()]);
	const result = v.safeParse(schema, value);
	if (!result.success) for (const issue of result.issues) findings.add(() => findingOf(issue));
	if (!result.success || findings.count() > 0) throw invalidDocument(findings.list());
	return result.output;
}

/** The refusal of what was sent, with all that is wrong with it. */
export function invalidDocument(faults: readonly Fault[]) {
	return refusal("invalid-document", { findings: worded(faults) });
}

/** Faults as they are told: of those that bring no words along, what is said of their code. */
export function worded(faults: readonly Fault[]): readonly Finding[] {
	return faults.map(({ meant: _, facts, ...fault }) => ({
		...fault,
		message: fault.message ?? say({ ...fault, facts }, undefined).message,
	}));
}

function notJson(reason: string): Finding {
	return { code: "invalid-json", pointer: "", message: `The body is not JSON (${reason}).` };
}

function notAnObject(): Finding {
	return { code: "invalid-type", pointer: "", message: "The body must be an object, not a list. Change it." };
}

function findingOf(issue: v.BaseIssue<unknown>): Finding {
	let pointer = "";
	for (const { key } of issue.path ?? []) pointer = pointerTo(pointer, String(key));
	const isUnknown = issue.type === "strict_object" && issue.expected === "never";
	return {
		code: isUnknown ? "unknown-key" : "invalid-value",
		pointer,
		message: `${issue.message}.`,
		...(!isUnknown && typeof issue.input === "string" ? { value: valueOfText(issue.input) } : {}),
	};
}
