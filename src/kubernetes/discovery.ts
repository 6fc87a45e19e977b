/** Which kinds the API server serves, and where. */
import { apiVersionOf, type GroupVersionKind, type Json } from "../resource/resource.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { ApiResource, Served, ServedResult } from "./api-resource.ts";
import { readLegacyGroups } from "./discovery-legacy.ts";
import { listAt, memberAt, textAt } from "./json-read.ts";
import type { Transport } from "./transport.ts";

/** What is known of a kind. `Unavailable`: the server behind its group does not answer, so nothing can be said. */
export type KindService = "Served" | "NotServed" | "Unavailable";

export interface Discovery {
  /** Undefined if the server does not serve the kind, as of the last refresh. */
  find(gvk: GroupVersionKind): ApiResource | undefined;
  serviceOf(gvk: GroupVersionKind): KindService;
  /** Grows whenever a refresh finds that the served kinds have changed. */
  readonly version: number;
  /** Reads anew. Undefined if all went well; groups whose server is away keep what was known of them. */
  refresh(signal: AbortSignal): Promise<ApiFailure | undefined>;
}

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

export function createDiscovery(transport: Transport): Discovery {
  let resources: ReadonlyMap<string, ApiResource> = new Map();
  let unavailable: ReadonlySet<string> = new Set();
  let version = 0;

  return {
    find: (gvk) => resources.get(keyOf(gvk)),
    serviceOf: (gvk) => {
      if (resources.has(keyOf(gvk))) return "Served";
      return unavailable.has(apiVersionOf(gvk)) ? "Unavailable" : "NotServed";
    },
    get version() {
      return version;
    },
    async refresh(signal) {
      const result = await readServed(transport, signal);
      if (result.type === "Failed") return result.failure;
      const missing = new Set(result.served.unavailable);
      const known = [...resources.values()].filter((resource) => missing.has(apiVersionOf(resource)));
      const next = new Map(
        [...known, ...result.served.resources].map((resource) => [keyOf(resource), resource]),
      );
      if (describe(next, missing) !== describe(resources, unavailable)) version += 1;
      resources = next;
      unavailable = missing;
      return undefined;
    },
  };
}

/** Aggregated discovery, two requests (Kubernetes 1.30); on a server without it, one for each group and version. */
async function readServed(transport: Transport, signal: AbortSignal): Promise<ServedResult> {
  const resources: ApiResource[] = [];
  const unavailable: string[] = [];
  for (const path of ["/api", "/apis"]) {
    const accept = `${aggregated},application/json`;
    const response = await transport.request({ method: "GET", path, accept }, signal);
    if (response.type === "Failed") return response;
    if (textAt(response.json, "kind") !== "APIGroupDiscoveryList")
      return await readLegacyGroups(transport, signal);
    const served = readGroups(response.json);
    resources.push(...served.resources);
    unavailable.push(...served.unavailable);
  }
  return { type: "Ok", served: { resources, unavailable } };
}

function keyOf(gvk: GroupVersionKind): string {
  return `${apiVersionOf(gvk)}/${gvk.kind}`;
}

function describe(resources: ReadonlyMap<string, ApiResource>, unavailable: ReadonlySet<string>): string {
  const kinds = [...resources.values()].map(
    (resource) => `${keyOf(resource)} ${resource.plural} ${resource.namespaced} ${resource.verbs.join(",")}`,
  );
  return [...kinds, ...unavailable].sort().join("\n");
}

/** apidiscovery.k8s.io/v2 APIGroupDiscoveryList. */
function readGroups(list: Json): Served {
  const resources: ApiResource[] = [];
  const unavailable: string[] = [];
  for (const item of listAt(list, "items")) {
    const group = textAt(memberAt(item, "metadata"), "name");
    for (const entry of listAt(item, "versions")) {
      const gv = { group, version: textAt(entry, "version") };
      // The group's own server is away: its kinds are not gone, they cannot be asked for.
      if (textAt(entry, "freshness") === "Stale") unavailable.push(apiVersionOf(gv));
      for (const resource of listAt(entry, "resources")) resources.push(...readResource(resource, gv));
    }
  }
  return { resources, unavailable };
}

function readResource(resource: Json, gv: { group: string; version: string }): readonly ApiResource[] {
  const kind = textAt(memberAt(resource, "responseKind"), "kind");
  const plural = textAt(resource, "resource");
  const verbs = listAt(resource, "verbs").filter((verb) => typeof verb === "string");
  if (kind === "" || plural === "") return [];
  return [{ ...gv, kind, plural, verbs, namespaced: textAt(resource, "scope") === "Namespaced" }];
}
