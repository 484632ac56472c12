/** Owns the search for installed browsers and the tools that they are driven with, and what installs those that lack. */

import { constants, globSync } from "node:fs";
import { access, readFile, realpath, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { EngineId } from "../cases/case.ts";

export type ProgramName = "chromium" | "firefox" | "MiniBrowser" | "Xvfb" | "certutil" | "openssl";

/** The systems whose packages are known. */
export type PackageManager = "apt-get" | "dnf" | "pacman" | "zypper";

interface Program {
	/** Names on the path, and patterns of whole paths; the first that is there is taken. */
	readonly places: readonly string[];
	readonly packages: Readonly<Record<PackageManager, string>>;
}

const PROGRAMS: Readonly<Record<ProgramName, Program>> = {
	chromium: {
		places: ["chromium", "google-chrome-stable", "google-chrome"],
		packages: { "apt-get": "chromium", dnf: "chromium", pacman: "chromium", zypper: "chromium" },
	},
	firefox: {
		places: ["firefox-esr", "firefox"],
		packages: { "apt-get": "firefox-esr", dnf: "firefox", pacman: "firefox", zypper: "MozillaFirefox" },
	},
	MiniBrowser: {
		places: [
			"/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
			"/usr/lib{,64,exec}/webkit2gtk-4.1/MiniBrowser",
			"/usr/lib{,64,exec}/webkitgtk-6.0/MiniBrowser",
			"/usr/lib/*/webkit2gtk-4.0/MiniBrowser",
			"/usr/lib/*/webkitgtk-6.0/MiniBrowser",
		],
		packages: {
			"apt-get": "libwebkit2gtk-4.1-0",
			dnf: "webkit2gtk4.1",
			pacman: "webkit2gtk-4.1",
			zypper: "webkit2gtk-4_1-minibrowser",
		},
	},
	Xvfb: {
		places: ["Xvfb"],
		packages: {
			"apt-get": "xvfb",
			dnf: "xorg-x11-server-Xvfb",
			pacman: "xorg-server-xvfb",
			zypper: "xorg-x11-server-Xvfb",
		},
	},
	certutil: {
		places: ["certutil"],
		packages: { "apt-get": "libnss3-tools", dnf: "nss-tools", pacman: "nss", zypper: "mozilla-nss-tools" },
	},
	openssl: {
		places: ["openssl"],
		packages: { "apt-get": "openssl", dnf: "openssl", pacman: "openssl", zypper: "openssl" },
	},
};

/** Ubuntu's launchers of snaps are shell scripts. */
const MAX_LAUNCHER_BYTES = 8 * 1024;

/** What each engine takes; the browser itself comes first. */
export const NEEDS: Readonly<Record<EngineId, readonly [ProgramName, ...ProgramName[]]>> = {
	chromium: ["chromium", "certutil", "openssl"],
	firefox: ["firefox", "certutil", "openssl"],
	webkit: ["MiniBrowser", "Xvfb", "openssl"],
};

/** The path of a program; undefined where there is none that could be used. */
export async function findProgram(name: ProgramName): Promise<string | undefined> {
	for (const place of PROGRAMS[name].places) {
		for (const path of pathsOf(place)) {
			if (await isUsable(path)) return path;
		}
	}
	return undefined;
}

export async function findPackageManager(): Promise<PackageManager | undefined> {
	for (const name of ["apt-get", "dnf", "pacman", "zypper"] as const) {
		for (const path of pathsOf(name)) {
			if (await isUsable(path)) return name;
		}
	}
	return undefined;
}

export function packageOf(name: ProgramName, manager: PackageManager): string {
	return PROGRAMS[name].packages[manager];
}

function pathsOf(place: string): readonly string[] {
	if (place.startsWith("/")) return globSync(place);
	return (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, place));
}

/** Can be run, and is not a snap: that would see neither our folders nor our profile. */
async function isUsable(path: string): Promise<boolean> {
	try {
		await access(path, constants.X_OK);
		const target = await realpath(path);
		if (target.includes("/snap")) return false;
		const isScript = (await stat(target)).size <= MAX_LAUNCHER_BYTES;
		return !(isScript && (await readFile(target, "latin1")).includes("/snap/bin/"));
	} catch {
		return false;
	}
}
