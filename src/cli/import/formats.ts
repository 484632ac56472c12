/** Owns the list of formats, and which of them a file is in. */

import { apisix } from "./formats/apisix.ts";
import { apiGateway, cloudFront, s3 } from "./formats/aws.ts";
import { envoy } from "./formats/envoy.ts";
import { gatewayApi } from "./formats/gateway-api.ts";
import { ingressNginx } from "./formats/ingress-nginx.ts";
import { kong } from "./formats/kong.ts";
import { options } from "./formats/options.ts";
import { spring } from "./formats/spring.ts";
import { traefik } from "./formats/traefik.ts";
import type { Format, SourcePolicy } from "./source-policy.ts";
import type { Tree } from "./tree.ts";

/** From the most to the least telling: the first that finds a policy is the one. */
export const FORMATS: readonly Format[] = [
	gatewayApi,
	ingressNginx,
	envoy,
	traefik,
	kong,
	apisix,
	s3,
	cloudFront,
	apiGateway,
	spring,
	options,
];

/** What a file has in it. */
export interface Recognised {
	readonly format: Format;
	readonly policies: readonly SourcePolicy[];
}

/**
 * Finds the policies of a file. Files of Kubernetes hold documents of several kinds: all of one format are read.
 * @param formats those that may be meant
 * @returns undefined where there are none in any of the formats
 */
export function recognise(
	documents: readonly Tree[],
	formats: readonly Format[] = FORMATS,
): Recognised | undefined {
	for (const format of formats) {
		const policies = documents.flatMap((document) => format.read(document, documents));
		if (policies.some(({ isBare }) => !isBare)) return { format, policies };
	}
	return undefined;
}
