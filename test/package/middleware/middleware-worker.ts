/** Owns the apps as a Worker, with KV. */

import { fetch } from "./apps.ts";

export default { fetch };
