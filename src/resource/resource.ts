/** What a Kubernetes object is to Holdfast: its body as parsed JSON, and the ways it is named. */

/** Any JSON value. Live and desired objects are plain JSON, never classes. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [field: string]: Json };

/** The `metadata` of an object, as far as Holdfast reads it by name. */
export type ObjectMeta = JsonObject & {
  readonly name?: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
};

/** An object as Git renders it or as the API server holds it: raw JSON, so that no field is ever lost. */
export type KubernetesObject = JsonObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
};

/** A kind in one version, e.g. `apps/v1 Deployment`. The core group is the empty string. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Names one object. `namespace` is the empty string for cluster-scoped kinds. */
export interface ResourceRef extends GroupVersionKind {
  readonly namespace: string;
  readonly name: string;
}

/** Identifies one object over all versions of its kind: group, kind, namespace and name. */
export type ResourceKey = string & { readonly __brand: "ResourceKey" };

/** The key of a reference; two references differing in version only have the same key. */
export function resourceKey(ref: Omit<ResourceRef, "version">): ResourceKey {
  // "/" occurs in none of the four parts, so the join is injective.
  return `${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}` as ResourceKey;
}

/** The parts of a key. */
export function parseResourceKey(key: ResourceKey): Omit<ResourceRef, "version"> {
  const [group = "", kind = "", namespace = "", ...name] = key.split("/");
  return { group, kind, namespace, name: name.join("/") };
}

/** Splits an `apiVersion` such as `apps/v1` or `v1`. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The `apiVersion` of a group and version: `v1`, `apps/v1`. */
export function apiVersionOf(gv: { readonly group: string; readonly version: string }): string {
  return gv.group === "" ? gv.version : `${gv.group}/${gv.version}`;
}

/** The reference of an object that states a name. A missing namespace becomes the empty string. */
export function refOf(object: KubernetesObject): ResourceRef {
  return {
    ...parseApiVersion(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? "",
    name: object.metadata.name ?? "",
  };
}

/** For people: `Deployment payments/web`, with the group where it is not a built-in one's short form. */
export function formatRef(ref: Omit<ResourceRef, "version">): string {
  const kind = ref.group === "" ? ref.kind : `${ref.kind}.${ref.group}`;
  return ref.namespace === "" ? `${kind} ${ref.name}` : `${kind} ${ref.namespace}/${ref.name}`;
}

/** Whether a JSON value is an object (not null, not an array). */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a JSON value is a list: `Array.isArray` itself does not narrow a union with readonly arrays. */
export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
