/** Owns the services that hold files, functions and indexes for others, and answer pages themselves. */

import { anyHeader, body, type Facts, firstOf, header } from "./product.ts";

const GCS =
	"In Google Cloud Storage, set the CORS configuration of the bucket: gcloud storage buckets update gs://BUCKET --cors-file=cors.json, with origin, method and responseHeader (of requests and responses alike) in it. The endpoint storage.cloud.google.com never allows calls of pages.";

/** https://cloud.google.com/storage/docs/using-cors */
export const googleStorage: Facts = {
	name: "Google Cloud Storage",
	answered: firstOf(header("server", /^UploadServer$/), anyHeader(/^x-guploader-uploadid$/i)),
	fixes: { origin: GCS, doubled: GCS },
};

/** https://ngrok.com/docs/errors/err_ngrok_6024 */
export const ngrok: Facts = {
	name: "ngrok",
	answered: anyHeader(/^ngrok-error-code$/i),
	fixes: {
		origin:
			"ERR_NGROK_6024 is ngrok's warning page for browsers: let the call send the header ngrok-skip-browser-warning with any value (and the API allow it), or use a paid account; with other codes, the tunnel or the server behind it is not up.",
	},
};

const AZURE =
	"In Azure Storage, add a rule to the CORS settings of the service (Blob, File, Queue and Table have their own): az storage cors add --services b --origins … --methods … --allowed-headers … --exposed-headers … --max-age 600.";

/** https://learn.microsoft.com/rest/api/storageservices/cross-origin-resource-sharing--cors--support-for-the-azure-storage-services */
export const azureStorage: Facts = {
	name: "Azure Storage",
	answered: firstOf(
		header("x-ms-error-code", /^CorsPreflightFailure$/),
		header("server", /^Windows-Azure-(Blob|File|Queue|Table|Web)/),
	),
	fixes: { origin: AZURE },
};

const MINIO =
	'In MinIO, mc admin config set ALIAS api cors_allow_origin="https://app.example.com" (or MINIO_API_CORS_ALLOW_ORIGIN); it is * where nothing is set, which lets everybody in.';

/** https://min.io/docs/minio/linux/reference/minio-server/settings/core.html */
export const minio: Facts = {
	name: "MinIO",
	answered: header("server", /^MinIO/),
	fixes: { origin: MINIO, reflects: MINIO },
};

const ELASTICSEARCH =
	'In elasticsearch.yml, http.cors.enabled: true, http.cors.allow-origin: "https://app.example.com", http.cors.allow-credentials: true, and http.cors.allow-headers with every header that the page sends (older versions leave Authorization out); then restart the node.';

/** https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/networking-settings */
export const elasticsearch: Facts = {
	name: "Elasticsearch",
	answered: header("x-elastic-product", /^Elasticsearch$/),
	fixes: { origin: ELASTICSEARCH },
};

const CLOUD_RUN =
	"On Cloud Run and Cloud Functions, IAM asks for a token before the service sees the request, and no preflight carries one: let unauthenticated requests in (the role run.invoker for allUsers), and check the token in the service, after it has answered OPTIONS.";

/** https://cloud.google.com/run/docs/authenticating/public */
export const cloudRun: Facts = {
	name: "Cloud Run",
	answered: body(/Your client does not have permission to (get|access) (the )?(requested )?URL/i, "the body"),
	fixes: { origin: CLOUD_RUN },
};

const SUPABASE =
	'In a Supabase Edge Function, answer OPTIONS first (if (request.method === "OPTIONS") return new Response("ok", { headers: corsHeaders })), before anything reads the body, name every header that the client sends in it, and put the same headers on every response, errors too.';

/** https://supabase.com/docs/guides/functions/cors */
export const supabase: Facts = {
	name: "Supabase",
	passed: anyHeader(/^(x-sb-edge-region|sb-project-ref)$/i),
	fixes: { origin: SUPABASE },
};

const NETLIFY =
	"On Netlify, _headers and netlify.toml set headers on static files alone: let the function or the proxied API send them with its own answers, and answer OPTIONS.";

/** https://docs.netlify.com/manage/routing/headers/ */
export const netlify: Facts = {
	name: "Netlify",
	passed: firstOf(header("server", /^Netlify$/), anyHeader(/^x-nf-request-id$/i)),
	fixes: { origin: NETLIFY },
};
