/** What of `metadata` Git may state, of whatever kind: the rest is the object's identity, or the system's own. */
import {
  anyNode,
  type ListNode,
  type MapNode,
  type ScalarNode,
  type StructField,
} from "../schema/schema-node.ts";

const text: ScalarNode = { type: "scalar", format: "plain" };
const texts: MapNode = { type: "map", values: text, atomic: false };
const finalizers: ListNode = { type: "list", items: text, listType: "set", keys: [], ordered: false };
const ownerReferences: ListNode = {
  type: "list",
  items: anyNode,
  listType: "map",
  keys: [{ name: "uid", isOmittedIfEmpty: false }],
  ordered: false,
};

/** The compared fields in the order of their names (io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta). */
export const metadataFields: readonly (readonly [name: string, field: StructField])[] = [
  ["annotations", { node: texts, omits: "empty" }],
  ["finalizers", { node: finalizers, omits: "empty" }],
  ["labels", { node: texts, omits: "empty" }],
  ["ownerReferences", { node: ownerReferences, omits: "empty" }],
];

/**
 * Annotations that a program writes over whatever the manifest says; they are in Git only because somebody exported a
 * live object. kubectl drops the first before it applies; kube-controller-manager counts in the other two.
 */
export const systemAnnotations: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision",
  "deprecated.daemonset.template.generation",
]);
