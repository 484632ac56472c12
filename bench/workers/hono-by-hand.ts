/** Owns the floor within Hono: the header changes by hand as the only handler of a Hono app. */

import byHand from "./by-hand.ts";
import { inHono } from "./in-hono.ts";

export default inHono(byHand);
