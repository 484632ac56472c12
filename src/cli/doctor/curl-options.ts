/** Owns the options of curl that browsers and people write, and what each means for a page's call. */

/** What an option of curl means here. Its value, where it has one, is the next word or stands right behind it. */
export type Meaning =
	| "method"
	| "raw"
	| "referer"
	| "range"
	| "bearer"
	| "file"
	| "several"
	| "header"
	| "data"
	| "json"
	| "urlencode"
	| "form"
	| "cookie"
	| "user"
	| "url"
	| "head"
	| "get"
	| "insecure"
	| "flag"
	| "value";

/** The options that browsers and people write; `flag` and `value` change nothing about what a page's call is. */
const OPTIONS: Readonly<Record<string, Meaning>> = {
	...{ "-X": "method", "--request": "method", "-H": "header", "--header": "header" },
	...{
		"-d": "data",
		"--data": "data",
		"--data-binary": "data",
		"--data-ascii": "data",
	},
	...{ "--data-raw": "raw", "-T": "file", "--upload-file": "file", "--next": "several" },
	...{ "-r": "range", "--range": "range", "--oauth2-bearer": "bearer" },
	...{ "--data-urlencode": "urlencode", "--json": "json", "-F": "form", "--form": "form" },
	...{ "--form-string": "form", "-b": "cookie", "--cookie": "cookie", "-u": "user", "--user": "user" },
	...{ "--url": "url", "-I": "head", "--head": "head", "-G": "get", "--get": "get" },
	...{ "-k": "insecure", "--insecure": "insecure" },
	...{ "--compressed": "flag", "-L": "flag", "--location": "flag", "-s": "flag", "--silent": "flag" },
	...{ "-S": "flag", "--show-error": "flag", "-v": "flag", "--verbose": "flag", "-i": "flag" },
	...{ "--include": "flag", "-f": "flag", "--fail": "flag", "-g": "flag", "--globoff": "flag" },
	...{ "--http1.1": "flag", "--http2": "flag", "--http3": "flag", "-N": "flag", "--no-buffer": "flag" },
	...{ "-4": "flag", "-6": "flag", "--tlsv1.2": "flag", "--tlsv1.3": "flag", "--path-as-is": "flag" },
	...{ "-#": "flag", "--progress-bar": "flag", "--tr-encoding": "flag", "-n": "flag" },
	...{ "-O": "flag", "--remote-name": "flag", "-J": "flag", "--remote-header-name": "flag", "-q": "flag" },
	...{ "-0": "flag", "--http1.0": "flag", "--http2-prior-knowledge": "flag", "--http3-only": "flag" },
	...{ "-1": "flag", "--tlsv1": "flag", "--tlsv1.0": "flag", "--tlsv1.1": "flag", "--ssl-no-revoke": "flag" },
	...{ "--location-trusted": "flag", "--fail-with-body": "flag", "--no-progress-meter": "flag" },
	...{ "--basic": "flag", "--netrc": "flag", "--no-keepalive": "flag", "--raw": "flag", "--no-alpn": "flag" },
	...{ "-E": "value", "--cert": "value", "--key": "value", "--cacert": "value", "--ciphers": "value" },
	...{ "--retry-delay": "value", "--retry-max-time": "value", "--tls-max": "value", "--noproxy": "value" },
	...{ "--limit-rate": "value", "--keepalive-time": "value", "--output-dir": "value", "--proto": "value" },
	...{ "-A": "value", "--user-agent": "value", "-e": "referer", "--referer": "referer", "-o": "value" },
	...{ "--output": "value", "-w": "value", "--write-out": "value", "-m": "value", "--max-time": "value" },
	...{ "--connect-timeout": "value", "--retry": "value", "-x": "value", "--proxy": "value" },
	...{ "-c": "value", "--cookie-jar": "value", "-D": "value", "--dump-header": "value" },
	...{ "--resolve": "value", "--connect-to": "value", "--interface": "value", "--max-redirs": "value" },
};

/** Whether an option has no value. */
export function isBare(meaning: Meaning): boolean {
	return (
		meaning === "flag" ||
		meaning === "several" ||
		meaning === "head" ||
		meaning === "get" ||
		meaning === "insecure"
	);
}

/** `-sSk`, `-XPUT`, `--request=PUT`: several letters in one word, a value right behind. */
export function splitOption(
	word: string,
): readonly { readonly meaning: Meaning; readonly value: string | undefined }[] | undefined {
	if (word.startsWith("--")) {
		const equals = word.indexOf("=");
		const name = equals === -1 ? word : word.slice(0, equals);
		const meaning = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
		const value = equals === -1 ? undefined : word.slice(equals + 1);
		return meaning === undefined ? undefined : [{ meaning, value }];
	}
	const letters: { meaning: Meaning; value: string | undefined }[] = [];
	for (let i = 1; i < word.length; i++) {
		const meaning = OPTIONS[`-${word.charAt(i)}`];
		if (meaning === undefined) return undefined;
		if (!isBare(meaning)) {
			const rest = word.slice(i + 1);
			return [...letters, { meaning, value: rest === "" ? undefined : rest }];
		}
		letters.push({ meaning, value: undefined });
	}
	return letters;
}
