/** Owns how the console is built: one script and one style sheet, under names that do not change. */

import { join } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
	root: import.meta.dirname,
	logLevel: "warn",
	publicDir: false,
	build: {
		outDir: join(import.meta.dirname, "../../../dist/console"),
		target: "es2024",
		emptyOutDir: false,
		chunkSizeWarningLimit: 1000,
		modulePreload: false,
		rolldownOptions: {
			// Else the Public Suffix List, one long text, is written out at each of its three uses.
			optimization: { inlineConst: false },
			output: {
				entryFileNames: "console.js",
				assetFileNames: "console[extname]",
				codeSplitting: false,
			},
		},
	},
});
