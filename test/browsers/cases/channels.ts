/** Owns the cases of everything but fetch and XMLHttpRequest: EventSource, WebSocket, elements, timing. */

import type { Case, CaseStep, Target } from "./case.ts";

const WITH_COOKIE = "GET +session: 200 API";
const WITHOUT_COOKIE = "GET: 200 API";

const events = (to: Target, withCredentials: boolean): CaseStep => ({ do: "events", to, withCredentials });

const ELEMENTS = [
	{ tag: "img", file: "picture", says: "a picture" },
	{ tag: "script", file: "script", says: "a script" },
	{ tag: "module", file: "script", says: "a module script" },
	{ tag: "stylesheet", file: "style", says: "a stylesheet" },
] as const;

function elementCases({ tag, file, says }: (typeof ELEMENTS)[number]): readonly Case[] {
	return (["use-credentials", "anonymous"] as const).map((crossOrigin) => {
		const wire = [crossOrigin === "anonymous" ? WITHOUT_COOKIE : WITH_COOKIE];
		return {
			id: `element/${tag}/${crossOrigin}`,
			says: `${says} with crossorigin="${crossOrigin}" is loaded by the allowed page, and fails for the denied one`,
			steps: [{ do: "element", tag, to: `shared/${file}`, crossOrigin }],
			expect: { allowed: { page: ["loaded"], wire }, denied: { page: ["error"], wire } },
		};
	});
}

export const CHANNELS: readonly Case[] = [
	{
		id: "events/with-credentials",
		says: "an EventSource with credentials brings its events to the allowed page, and closes for the denied one",
		steps: [events("shared/events", true)],
		expect: {
			allowed: { page: ["3 events"], wire: [WITH_COOKIE] },
			denied: { page: ["closed"], wire: [WITH_COOKIE] },
		},
	},
	{
		id: "events/without-credentials",
		says: "an EventSource without credentials brings its events to the allowed page, without any cookie",
		steps: [events("shared/events", false)],
		expect: {
			allowed: { page: ["3 events"], wire: [WITHOUT_COOKIE] },
			denied: { page: ["closed"], wire: [WITHOUT_COOKIE] },
		},
	},
	{
		id: "events/policy-without-credentials",
		says: "an EventSource with credentials closes under a policy without them",
		steps: [events("listed/events", true), events("listed/events", false)],
		expect: { allowed: { page: ["closed", "3 events"], wire: [WITH_COOKIE, WITHOUT_COOKIE] } },
	},
	{
		id: "socket",
		says: "a WebSocket opens with its cookie for the allowed page, and never reaches the API from the denied one",
		steps: [{ do: "socket", to: "shared/socket" }],
		expect: {
			allowed: { page: ["echo"], wire: ["GET +session: 101 API"] },
			denied: { page: ["closed 1006"], wire: ["GET +session: 403"] },
		},
	},
	...ELEMENTS.flatMap(elementCases),
	{
		id: "timing",
		says: "the timing of a fetch is seen by the allowed page, and hidden from the denied one",
		steps: [
			{ do: "fetch", to: "shared/hello", credentials: "include" },
			{ do: "timing", to: "shared/hello" },
		],
		expect: {
			allowed: { page: ["200", "seen"], wire: [WITH_COOKIE] },
			denied: { page: ["blocked", "hidden"], wire: [WITH_COOKIE] },
		},
	},
];
