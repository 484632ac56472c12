/** Owns the static assets of the control plane: `npm run build:console` puts them where wrangler.admin.toml looks. */

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "./wrangler.ts";

/** Where they are kept; git does not look there. */
const ASSETS = join(PROJECT, "dist/console");

/** The script of the reference page, which its own package would load from elsewhere. */
const REFERENCE = join(PROJECT, "node_modules/@scalar/api-reference/dist/browser/standalone.js");

mkdirSync(ASSETS, { recursive: true });
copyFileSync(REFERENCE, join(ASSETS, "reference.js"));
copyFileSync(join(PROJECT, "src/admin/console/index.html"), join(ASSETS, "index.html"));
