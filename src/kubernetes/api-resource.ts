/** A kind as one API server serves it, and its objects' places in URLs. */
import type { GroupVersionKind } from "../resource/resource.ts";
import type { ApiFailure } from "./api-failure.ts";

/** One served kind. */
export interface ApiResource extends GroupVersionKind {
  /** The name in URLs: `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** What one reading found: the kinds, and the `group/version`s that could not be asked. */
export interface Served {
  readonly resources: readonly ApiResource[];
  readonly unavailable: readonly string[];
}

export type ServedResult =
  | { readonly type: "Ok"; readonly served: Served }
  | { readonly type: "Failed"; readonly failure: ApiFailure };

/** The path of a group and version: `/api/v1`, `/apis/apps/v1`. */
export function groupVersionPath({
  group,
  version,
}: {
  readonly group: string;
  readonly version: string;
}): string {
  return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}

/**
 * The path of a collection (`namespace` "" for all of them, and for cluster-scoped kinds), or of an object in it.
 * Names keep their case, and their other characters are percent-encoded: `MyRole:Admin` is not `myrole:admin`.
 */
export function resourcePath(resource: ApiResource, namespace: string, name?: string): string {
  const scope = namespace === "" ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  const object = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${groupVersionPath(resource)}${scope}/${resource.plural}${object}`;
}
