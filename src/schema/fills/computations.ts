/** What the API server computes for a field, each by name: the few things that no row of data can say. */
import { isJsonList, isJsonObject, type Json, type JsonObject } from "../../resource/resource.ts";
import type { Roots } from "../schema-node.ts";
import { annotatedSecurityContext } from "./app-armor.ts";
import { own } from "./field-ref.ts";

export type Computation = (parent: JsonObject, roots: Roots) => Json | undefined;
export type ComputationName = keyof typeof computations;

export const computations = {
  /** SetDefaults_LimitRangeItem: limits are filled up from `max`. */
  limitDefaults: (item) => limitDefaults(item),
  /** And requests from the limits, then from `min`. */
  limitRequests: (item) => ({
    ...objectAt(item, "min"),
    ...limitDefaults(item),
    ...objectAt(item, "defaultRequest"),
  }),
  /** SetDefaults_Pod: a container that limits a resource requests as much of it. */
  requestsFromLimits: (resources) => ({
    ...objectAt(resources, "limits"),
    ...objectAt(resources, "requests"),
  }),
  defaultTolerations,
  /** addNotReadyTaint (plugin/pkg/admission/nodetaint). */
  notReadyTaint: (spec) => withNotReadyTaint(spec),
  namespaceFinalizers: (spec) => withValue(spec, "finalizers", "kubernetes"),
  podCidrs: ({ podCIDR }) => (typeof podCIDR === "string" && podCIDR !== "" ? [podCIDR] : undefined),
  jobSelector,
  /** SetDefaults_CustomResourceDefinitionSpec. */
  singularName: (names) => (typeof names["kind"] === "string" ? names["kind"].toLowerCase() : undefined),
  listKindName: (names) => (typeof names["kind"] === "string" ? `${names["kind"]}List` : undefined),
  selectorWithMatchLabels,
  annotatedSecurityContext,
} as const satisfies { readonly [name: string]: Computation };

function limitDefaults(item: JsonObject): JsonObject {
  return { ...objectAt(item, "max"), ...objectAt(item, "default") };
}

/** The admission plugin DefaultTolerationSeconds: nodes that are lost are tolerated for five minutes. */
function defaultTolerations(podSpec: JsonObject): Json {
  const stated = listAt(podSpec, "tolerations");
  const added = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
    .filter((key) => !stated.some((toleration) => tolerates(toleration, key)))
    .map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
  return [...stated, ...added];
}

function tolerates(toleration: Json, key: string): boolean {
  if (!isJsonObject(toleration)) return false;
  const { key: tolerated, effect } = toleration;
  return (tolerated === key || !tolerated) && (effect === "NoExecute" || !effect);
}

/** generateSelector (pkg/registry/batch/job): a Job selects its Pods by its own uid. */
function jobSelector(spec: JsonObject, { live }: Roots): Json | undefined {
  const uid = objectAt(live, "metadata")["uid"];
  if (uid === undefined) return undefined;
  const selector = objectAt(spec, "selector");
  const matchLabels = { "batch.kubernetes.io/controller-uid": uid, ...objectAt(selector, "matchLabels") };
  return { ...selector, matchLabels };
}

/**
 * mutatePodAffinity and mutateTopologySpreadConstraints (pkg/registry/core/pod): in a Pod, `matchLabelKeys` and
 * `mismatchLabelKeys` become expressions, with the values of the Pod's own labels.
 */
function selectorWithMatchLabels(term: JsonObject, { desired }: Roots): Json | undefined {
  const selector = own(term, "labelSelector");
  if (!isJsonObject(selector)) return undefined;
  const labels = objectAt(objectAt(desired, "metadata"), "labels");
  const expressions = (field: string, operator: string) =>
    listAt(term, field).flatMap((key) => {
      const value = typeof key === "string" ? own(labels, key) : undefined;
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const added = [...expressions("matchLabelKeys", "In"), ...expressions("mismatchLabelKeys", "NotIn")];
  return { ...selector, matchExpressions: [...listAt(selector, "matchExpressions"), ...added] };
}

function withNotReadyTaint(spec: JsonObject): Json {
  const stated = listAt(spec, "taints");
  const taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
  const isStated = stated.some(
    (other) => isJsonObject(other) && other["key"] === taint.key && other["effect"] === taint.effect,
  );
  return isStated ? stated : [...stated, taint];
}

function withValue(object: JsonObject, field: string, value: Json): Json {
  const stated = listAt(object, field);
  return stated.includes(value) ? stated : [...stated, value];
}

function objectAt(object: JsonObject, field: string): JsonObject {
  const value = own(object, field);
  return isJsonObject(value) ? value : {};
}

function listAt(object: JsonObject, field: string): readonly Json[] {
  const value = own(object, field);
  return isJsonList(value) ? value : [];
}
