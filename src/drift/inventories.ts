/** What deliverers say they have delivered: a list in the status of an object of their own, each in its own form. */
import { type DelivererKind, type DelivererMark } from "../resource/deliverer-mark.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
  parseApiVersion,
  type ResourceKey,
  type ResourceRef,
  resourceKey,
} from "../resource/resource.ts";

/**
 * What an inventory says of an object: that it was delivered, or what it means that it is not listed. `Delivering`: the
 * list is about to change. `Unclear`: the deliverer itself cannot tell at the moment.
 */
export type Listing = "Listed" | "Unlisted" | "Delivering" | "Unclear";

/** What one deliverer's object says. */
export interface Inventory {
  readonly lists: ReadonlySet<ResourceKey>;
  /** What it says of every object that it does not list. */
  readonly others: Exclude<Listing, "Listed">;
}

interface Deliverer {
  readonly group: string;
  /** In which it is read, whatever else is served. */
  readonly version: string;
  readonly source: string;
  read(status: JsonObject): Inventory;
  /** Whether it delivers to another cluster than the one that it is in: what it lists is not here. */
  isRemote(spec: JsonObject): boolean;
}

/** About as many as fit into one object: etcd takes 1.5 MB. */
const mostListed = 20_000;

const flux: Pick<Deliverer, "read" | "isRemote"> = {
  read: (status) => ({
    lists: listed(itemsOf(fieldsOf(status["inventory"])["entries"]).flatMap(({ id }) => parseFluxId(id))),
    others: isReconciling(status) ? "Delivering" : "Unlisted",
  }),
  isRemote: (spec) => spec["kubeConfig"] !== undefined,
};

/** How each is read, and where that is from. */
export const deliverers: Readonly<Record<DelivererKind, Deliverer>> = {
  Kustomization: {
    ...flux,
    group: "kustomize.toolkit.fluxcd.io",
    version: "v1",
    source:
      "fluxcd/kustomize-controller, internal/inventory; ids: kubernetes-sigs/cli-utils, pkg/object/objmetadata.go",
  },
  // Without hooks. Flux keeps this list since 2026; releases of an older one account for nothing.
  HelmRelease: {
    ...flux,
    group: "helm.toolkit.fluxcd.io",
    version: "v2",
    source: "fluxcd/helm-controller, api/v2/inventory_types.go and internal/inventory",
  },
  Application: {
    group: "argoproj.io",
    version: "v1alpha1",
    source:
      "argoproj/argo-cd, controller/state.go (CompareAppState) and pkg/apis/application/v1alpha1 (ResourceStatus)",
    read: readApplication,
    isRemote: ({ destination }) =>
      !isJsonObject(destination) ||
      (destination["server"] !== "https://kubernetes.default.svc" && destination["name"] !== "in-cluster"),
  },
};

/** Where a mark says that the object is listed. `homes`: the deliverers' own namespaces, in one of which Argo CD is. */
export function delivererRefs(
  { kind, namespace, name }: DelivererMark,
  homes: readonly string[],
): readonly ResourceRef[] {
  const { group, version } = deliverers[kind];
  const namespaces = namespace === undefined ? homes : [namespace];
  return namespaces.map((one) => ({ group, version, kind, namespace: one, name }));
}

/** Whether an object of this kind tells a deliverer what to deliver. */
export function isDeliverer({ group, kind }: Pick<ResourceRef, "group" | "kind">): boolean {
  return delivererOf(group, kind) !== undefined;
}

/** Undefined for what is no deliverer's object. */
export function inventoryOf(object: KubernetesObject): Inventory | undefined {
  const deliverer = delivererOf(parseApiVersion(object.apiVersion).group, object.kind);
  if (deliverer === undefined) return undefined;
  if (deliverer.isRemote(fieldsOf(object["spec"]))) return { lists: new Set(), others: "Unlisted" };
  return deliverer.read(fieldsOf(object["status"]));
}

/** Of an object without an inventory nothing is said. */
export function listingOf(key: ResourceKey, inventory: Inventory | undefined): Listing {
  if (inventory === undefined) return "Unlisted";
  return inventory.lists.has(key) ? "Listed" : inventory.others;
}

function delivererOf(group: string, kind: string): Deliverer | undefined {
  return Object.entries(deliverers).find(
    ([name, deliverer]) => name === kind && deliverer.group === group,
  )?.[1];
}

function listed(keys: readonly ResourceKey[]): ReadonlySet<ResourceKey> {
  return new Set(keys.slice(0, mostListed));
}

/** `NAMESPACE_NAME_GROUP_KIND`, in which a colon of the name is written as two underscores. */
function parseFluxId(id: Json | undefined): readonly ResourceKey[] {
  const parts = typeof id === "string" ? /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(id) : null;
  if (parts === null) return [];
  const [, namespace = "", coded = "", group = "", kind = ""] = parts;
  const name = coded.replaceAll("__", ":");
  return name.includes("_") ? [] : [resourceKey({ group, kind, namespace, name })];
}

function isReconciling({ conditions }: JsonObject): boolean {
  return itemsOf(conditions).some(({ type, status }) => type === "Reconciling" && status === "True");
}

function readApplication({ sync, operationState, resources }: JsonObject): Inventory {
  // Without Git's side of the comparison all that bears the mark is listed, and nothing can be told from it.
  if (fieldsOf(sync)["status"] === "Unknown") return { lists: new Set(), others: "Unclear" };
  return {
    lists: listed(itemsOf(resources).filter(isOfArgoCdsGit).flatMap(keyOfResource)),
    others: fieldsOf(operationState)["phase"] === "Running" ? "Delivering" : "Unlisted",
  };
}

/**
 * Argo CD lists what bears its mark, too: as to be pruned, or, where the mark is another object's or says that it is a
 * hook, without a status.
 */
function isOfArgoCdsGit({ status, requiresPruning }: JsonObject): boolean {
  return (status === "Synced" || status === "OutOfSync") && requiresPruning !== true;
}

function keyOfResource({ group = "", kind, namespace = "", name }: JsonObject): readonly ResourceKey[] {
  if (typeof group !== "string" || typeof kind !== "string") return [];
  if (typeof namespace !== "string" || typeof name !== "string") return [];
  return [resourceKey({ group, kind, namespace, name })];
}

function fieldsOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function itemsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json) => isJsonObject(item)) : [];
}
