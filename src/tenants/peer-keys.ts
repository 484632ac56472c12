/** Owns the words that other middlewares and gateways have for a policy's keys, and Cordon's own in their place. */

import { closest } from "../findings/closest.ts";

/** The keys of a policy that something else has another word for. */
const WORDS: Readonly<Record<string, string>> = {
	origins:
		"origin alloworigin alloworigins allowedorigin allowedorigins alloworiginpatterns allowedoriginpatterns alloworiginlist alloworiginstringmatch alloworiginregex alloworiginregexes accesscontrolalloworigin accesscontrolalloworigins accesscontrolalloworiginlist accesscontrolalloworiginlistregex corsorigin corsorigins corsalloworigin corsallowedorigins corsallowedoriginregexes corsoriginwhitelist corsoriginregexwhitelist originwhitelist originlist originpatterns withorigins whitelist allowlist domains alloweddomains allowedhosts",
	credentials:
		"credential credentialed allowcredential allowcredentials allowedcredentials allowscredentials supportcredentials supportscredentials withcredentials accesscontrolallowcredentials corsallowcredentials corscredentials usecredentials includecredentials allowcookies",
	methods:
		"method allowmethod allowmethods allowedmethod allowedmethods accesscontrolallowmethod accesscontrolallowmethods corsallowmethods corsallowedmethods corsmethods withmethods httpmethods verbs allowedverbs allowverbs",
	requestHeaders:
		"header headers requestheader allowheader allowheaders allowedheader allowedheaders allowrequestheaders allowedrequestheaders accesscontrolallowheader accesscontrolallowheaders corsallowheaders corsallowedheaders corsheaders withheaders",
	exposedHeaders:
		"exposeheader exposeheaders exposedheader exposesheaders headersexposed headerstoexpose exposeresponseheaders exposedresponseheaders responseheader responseheaders accesscontrolexposeheader accesscontrolexposeheaders corsexposeheaders corsexposedheaders withexposedheaders",
	preflightMaxAgeSeconds:
		"maxage maxages maxageseconds maxageinseconds maxagesec maxagesecs accesscontrolmaxage accesscontrolmaxagesec corsmaxage corspreflightmaxage preflightmaxage preflightmaxagesecs preflightmaxageinseconds setpreflightmaxage withmaxage preflightcacheseconds",
	timingAllowOrigin: "timingalloworigins allowtiming resourcetiming",
	dangerouslyAllowInsecureOrigins: "dangerouslytolerateinsecureorigins insecureorigins allowinsecureorigins",
	dangerouslyAllowPublicSuffixSubdomains: "dangerouslytoleratesubdomainsofpublicsuffixes",
};

/** What Cordon does in any case, or says by another key: there is nothing to write in its place. */
const WITHOUT_KEY: Readonly<Record<string, string>> = {
	"optionssuccessstatus preflightsuccessstatus optionsstatus preflightsuccessstatuscode":
		"Cordon answers an allowed preflight with 204, which every browser takes. Remove it.",
	"preflightcontinue optionspassthrough preflight strictpreflight hideoptionsroute automaticoptions passthrough forwardnotmatchingpreflights":
		"Cordon answers preflights itself and none reaches the API. Remove it.",
	"vary varyheader addvaryheader varyoncors":
		'Cordon adds "Vary: Origin" wherever a response depends on the origin. Remove it.',
	"privatenetwork allowprivatenetwork allowprivatenetworkaccess accesscontrolallowprivatenetwork privatenetworkaccess":
		"Cordon has nothing for private network access. Remove it.",
	"allowallorigins allowanyorigin allowalloriginpatterns corsallowallorigins corsoriginallowall anyorigin setisoriginallowed":
		'Any origin is "origins": "*", in place of the list, and never with credentials. Remove this key.',
	"alloworiginfunc alloworiginfunction alloworiginrequestfunc alloworiginwithcontextfunc isoriginallowed":
		'Origins are not decided by code: list them in "origins", or keep them in an origin directory. Remove this key.',
	"allowallmethods allowanymethod anymethod": 'Any method is "methods": "*". Remove this key.',
	"allowallheaders allowanyheader anyheader": 'Any request header is "requestHeaders": "*". Remove this key.',
	"sendwildcard alwayssend alloworiginabsent originoverride corsreplacehttpsreferer supportsmultipleorigins interceptexceptions":
		"Cordon does the one thing that the Fetch standard allows. Remove it.",
	"allowwildcard wildcard":
		'Entries of "origins" may have a wildcard in any case: "https://*.example.com". Remove this key.',
	"allowwebsockets websockets": "WebSocket handshakes are decided by the same list of origins. Remove it.",
	"allowbrowserextensions allowextensions":
		'Name the extension as its pages do: "chrome-extension://<id>". Remove this key.',
	allowfiles: "file:// cannot be trusted as an origin: any file could send it. Remove it.",
	"debug logger verbose loglevel":
		'"mode": "report" at the top of the document records what would be decided. Remove it.',
	"corsurlsregex urlsregex resources paths pathpatterns":
		'Paths have policies of their own in "routes" at the top of the document. Remove this key.',
	"enabled enable enablecors corsenabled shadowenabled filterenabled":
		'A policy is in force where it stands; "mode": "report" at the top of the document only watches. Remove this key.',
};

/** By each word what it stands for. Made when it is asked for, so that bundles which never ask need not have it. */
function byWords(
	table: Readonly<Record<string, string>>,
	areWordsKeys: boolean,
): ReadonlyMap<string, string> {
	const map = new Map<string, string>();
	for (const [key, value] of Object.entries(table)) {
		const [words, meaning] = areWordsKeys ? [key, value] : [value, key];
		for (const word of words.split(" ")) map.set(word, meaning);
	}
	return map;
}

let policyWords: ReadonlyMap<string, string> | undefined;
let wordsWithoutKey: ReadonlyMap<string, string> | undefined;

function keyByWord(): ReadonlyMap<string, string> {
	policyWords ??= byWords(WORDS, false);
	return policyWords;
}

function reasonByWord(): ReadonlyMap<string, string> {
	wordsWithoutKey ??= byWords(WITHOUT_KEY, true);
	return wordsWithoutKey;
}

/** `allow_headers`, `Access-Control-Allow-Headers` and `allowHeaders` are one word. */
function bare(key: string): string {
	return key.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** What a key of a policy was meant to be. */
export type MeantKey =
	| { readonly kind: "key"; readonly key: string; readonly isPeers: boolean }
	/** There is nothing to write in its place, and why. */
	| { readonly kind: "none"; readonly reason: string };

/**
 * What an unknown key of a policy was meant to be: a peer's word, else what is spelt nearly so. A misspelt word of a peer's
 * is held against those too, as by its letters alone `alowedHeaders` would become `exposedHeaders`.
 */
export function meantPolicyKey(key: string, known: readonly string[]): MeantKey | undefined {
	const word = bare(key);
	const own = known.find((name) => bare(name) === word);
	if (own !== undefined) return { kind: "key", key: own, isPeers: false };
	const exact = byWord(word);
	if (exact !== undefined) return exact;
	const owns = new Map(known.map((name) => [bare(name), name]));
	const near = closest(word, [...owns.keys(), ...keyByWord().keys(), ...reasonByWord().keys()]);
	if (near === undefined) return undefined;
	const name = owns.get(near);
	return name === undefined ? byWord(near) : { kind: "key", key: name, isPeers: false };
}

function byWord(word: string): MeantKey | undefined {
	const key = keyByWord().get(word);
	if (key !== undefined) return { kind: "key", key, isPeers: true };
	const reason = reasonByWord().get(word);
	return reason === undefined ? undefined : { kind: "none", reason };
}

const DOCUMENT_WORDS: Readonly<Record<string, string>> = {
	upstream: "backend target proxy proxypass destination upstreamurl apiurl forwardto",
	routes: "paths resources locations",
	cors: "corspolicy corsconfig corsoptions corsconfiguration policy policies globalcors",
	cookies: "cookie setcookie",
};

/** Of what stands in a document: routes, their paths, a service binding. */
const MEMBER_WORDS: Readonly<Record<string, string>> = {
	path: "pattern url uri prefix pathprefix pathpattern match matcher route location paths",
	cors: "corspolicy corsconfig policy policies",
	service: "binding worker servicebinding name",
	directory: "dir list from",
};

/** What an unknown key at the top of a document, or of a route, was meant to be. */
export function meantDocumentKey(key: string, known: readonly string[]): string | undefined {
	const word = bare(key);
	return (
		known.find((name) => bare(name) === word) ??
		knownOnly(byWords(DOCUMENT_WORDS, false).get(word), known) ??
		meantMemberKey(key, known) ??
		closest(key, known)
	);
}

/** What something else calls one of these keys. */
export function meantMemberKey(key: string, known: readonly string[]): string | undefined {
	return knownOnly(byWords(MEMBER_WORDS, false).get(bare(key)), known);
}

function knownOnly(key: string | undefined, known: readonly string[]): string | undefined {
	return key !== undefined && known.includes(key) ? key : undefined;
}
