/** Reads the scalers of a namespace that may be controlled by what Git declares: one list of each kind. */
import { type LiveScaler, liveScaler, liveScalerKinds } from "../drift/controlled.ts";
import type { ApiFailure } from "../kubernetes/api-failure.ts";
import { type ApiResource, resourcePath } from "../kubernetes/api-resource.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { readPages } from "../kubernetes/list.ts";
import type { Transport } from "../kubernetes/transport.ts";
import type { GroupVersionKind } from "../resource/resource.ts";

export interface ScalerReaderDeps {
  readonly discovery: Pick<Discovery, "find">;
  readonly transport: Transport;
  /** Told of a kind that may not be listed, each time: such scalers explain nothing. */
  unlisted(gvk: GroupVersionKind, namespace: string, failure: ApiFailure): void;
}

/** Of one kind in one namespace: no real one has as many. */
const mostObjects = 5_000;
const mostKept = 500;

export function createScalerReader({ discovery, transport, unlisted }: ScalerReaderDeps) {
  /** @throws Error if the API server cannot be asked now; worth another try. */
  return async function readScalers(namespace: string, signal: AbortSignal): Promise<readonly LiveScaler[]> {
    const scalers: LiveScaler[] = [];
    for (const versions of liveScalerKinds) {
      const resource = versions.map((gvk) => discovery.find(gvk)).find((served) => served !== undefined);
      if (resource !== undefined) scalers.push(...(await list(resource, namespace, signal)));
    }
    return scalers;
  };

  async function list(
    resource: ApiResource,
    namespace: string,
    signal: AbortSignal,
  ): Promise<readonly LiveScaler[]> {
    const kept: LiveScaler[] = [];
    let seen = 0;
    for await (const page of readPages({ transport, path: resourcePath(resource, namespace) }, signal)) {
      if (page.type === "Failed") {
        const { reason, message } = page.failure;
        if (reason !== "Forbidden" && reason !== "NotFound")
          throw new Error(`listing ${resource.plural} in ${namespace}: ${message}`);
        unlisted(resource, namespace, page.failure);
        return [];
      }
      seen += page.objects.length;
      kept.push(...page.objects.flatMap((object) => liveScaler(object) ?? []));
      if (seen >= mostObjects || kept.length >= mostKept) break;
    }
    return kept.slice(0, mostKept);
  }
}
