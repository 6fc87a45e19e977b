/** Discovery on servers without aggregated discovery: one request for each group and version. */
import { apiVersionOf, type Json, parseApiVersion } from "../resource/resource.ts";
import { type ApiResource, groupVersionPath, type ServedResult } from "./api-resource.ts";
import { listAt, memberAt, textAt } from "./json-read.ts";
import type { Transport } from "./transport.ts";

type GroupVersion = ReturnType<typeof parseApiVersion>;

/** A group whose server does not answer is unavailable; any other failure is one of the whole reading. */
export async function readLegacyGroups(transport: Transport, signal: AbortSignal): Promise<ServedResult> {
  const core = await transport.request({ method: "GET", path: "/api" }, signal);
  if (core.type === "Failed") return core;
  const groups = await transport.request({ method: "GET", path: "/apis" }, signal);
  if (groups.type === "Failed") return groups;

  const resources: ApiResource[] = [];
  const unavailable: string[] = [];
  for (const gv of [...coreVersions(core.json), ...groupVersions(groups.json)]) {
    const response = await transport.request({ method: "GET", path: groupVersionPath(gv) }, signal);
    if (response.type === "Ok") resources.push(...readResources(response.json, gv));
    else if (gv.group !== "" && response.failure.code >= 500) unavailable.push(apiVersionOf(gv));
    // A group that went between the two requests is not served.
    else if (response.failure.reason !== "NotFound") return response;
  }
  return { type: "Ok", served: { resources, unavailable } };
}

/** v1 APIVersions. */
function coreVersions(json: Json): readonly GroupVersion[] {
  const versions = listAt(json, "versions").filter((version) => typeof version === "string");
  return versions.map((version) => ({ group: "", version }));
}

/** v1 APIGroupList. */
function groupVersions(json: Json): readonly GroupVersion[] {
  return listAt(json, "groups")
    .flatMap((group) => listAt(group, "versions"))
    .map((version) => parseApiVersion(textAt(version, "groupVersion")));
}

/** v1 APIResourceList; subresources, such as `deployments/scale`, are left out. */
function readResources(json: Json, gv: GroupVersion): readonly ApiResource[] {
  return listAt(json, "resources").flatMap((resource) => {
    const plural = textAt(resource, "name");
    const kind = textAt(resource, "kind");
    if (plural.includes("/") || kind === "") return [];
    const verbs = listAt(resource, "verbs").filter((verb) => typeof verb === "string");
    return [{ ...gv, kind, plural, verbs, namespaced: memberAt(resource, "namespaced") === true }];
  });
}
