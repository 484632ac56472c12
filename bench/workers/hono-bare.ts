/** Owns the limit within Hono: the bare pass-through as the only handler of a Hono app. */

import bare from "./bare.ts";
import { inHono } from "./in-hono.ts";

export default inHono(bare);
