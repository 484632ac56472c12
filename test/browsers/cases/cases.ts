/** Owns the table of all cases, in the order in which a page runs them. */

import type { Case } from "./case.ts";
import { CHANNELS } from "./channels.ts";
import { COOKIES } from "./cookies.ts";
import { WITH_CREDENTIALS, WITHOUT_CREDENTIALS } from "./matrix.ts";
import { ORIGINS } from "./origins.ts";
import { PREFLIGHTS } from "./preflights.ts";
import { RESPONSES } from "./responses.ts";

/** The cookies come first: the session that they begin goes along with all the others. */
export const CASES: readonly Case[] = [
	...COOKIES,
	...WITH_CREDENTIALS,
	...WITHOUT_CREDENTIALS,
	...PREFLIGHTS,
	...RESPONSES,
	...CHANNELS,
	...ORIGINS,
];
