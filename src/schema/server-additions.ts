/** What the API server adds to `metadata` and to free-key maps of built-in objects: rows by path, where no field can be named. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import type { Json } from "../resource/resource.ts";
import type { Roots } from "./schema-node.ts";
import { jobLabels, templateLabels } from "./server-additions/copied-labels.ts";
import { limitRangerNote, sinceCreation } from "./server-additions/limit-ranger.ts";
import { ownMetadata } from "./server-additions/own-metadata.ts";
import { tokenMount, tokenVolume } from "./server-additions/token-volume.ts";

export interface ServerAddition {
  readonly group: string;
  readonly kinds: readonly string[];
  /** A pattern, as policies write paths: it covers its subtree. */
  readonly path: string;
  /**
   * What the server puts there, at a path that the pattern covers; undefined if nothing. Another value was not added by
   * the server. Left out where any value is the server's own.
   */
  readonly expected?: (roots: Roots, path: FieldPath) => Json | undefined;
  readonly reason: string;
}

const protection =
  "the admission plugin StorageObjectInUseProtection keeps it until nothing uses it any more";
const zone = "the admission plugin PodTopologyLabels copies the labels of the node that the Pod is bound to";
const limits =
  "the admission plugin LimitRanger gives a Pod's containers what the namespace's LimitRanges say";
const token = "the admission plugin ServiceAccount mounts the token of the Pod's account";
const jobs = { group: "batch", kinds: ["Job"] } as const;
const jobReason = "the API server marks a Job's Pods with its name and uid, and selects them by the uid";
const tokenMountPath = '[mountPath="/var/run/secrets/kubernetes.io/serviceaccount"]';

export const serverAdditions: readonly ServerAddition[] = [
  {
    group: "",
    kinds: ["Namespace"],
    path: 'metadata.labels["kubernetes.io/metadata.name"]',
    expected: ({ live }) => ownMetadata(live)["name"],
    reason: "the API server labels each Namespace with its name",
  },
  {
    group: "",
    kinds: ["PersistentVolumeClaim"],
    path: 'metadata.finalizers[="kubernetes.io/pvc-protection"]',
    expected: () => "kubernetes.io/pvc-protection",
    reason: protection,
  },
  {
    group: "",
    kinds: ["PersistentVolume"],
    path: 'metadata.finalizers[="kubernetes.io/pv-protection"]',
    expected: () => "kubernetes.io/pv-protection",
    reason: protection,
  },
  {
    group: "storage.k8s.io",
    kinds: ["VolumeAttributesClass"],
    path: 'metadata.finalizers[="kubernetes.io/vac-protection"]',
    expected: () => "kubernetes.io/vac-protection",
    reason: protection,
  },
  {
    group: "apps",
    kinds: ["DaemonSet"],
    path: 'metadata.annotations["deprecated.daemonset.template.generation"]',
    reason: "the API server counts the versions of the template of a DaemonSet",
  },
  ...["batch.kubernetes.io/job-name", "job-name", "batch.kubernetes.io/controller-uid", "controller-uid"].map(
    (label): ServerAddition => ({
      ...jobs,
      path: `spec.template.metadata.labels["${label}"]`,
      expected: (roots) => jobLabels(roots)[label],
      reason: jobReason,
    }),
  ),
  {
    ...jobs,
    path: 'metadata.labels["*"]',
    expected: (roots, path) => lastOf({ ...templateLabels(roots, jobLabels(roots)) }, path),
    reason: "a Job without labels of its own is given those of its template",
  },
  {
    group: "",
    kinds: ["ReplicationController"],
    path: 'metadata.labels["*"]',
    expected: (roots, path) => lastOf(templateLabels(roots), path),
    reason: "a ReplicationController without labels of its own is given those of its template",
  },
  {
    group: "",
    kinds: ["Pod"],
    path: 'spec.volumes[name="kube-api-access-*"]',
    expected: (_, path) => tokenVolume(path),
    reason: token,
  },
  ...["containers", "initContainers"].map(
    (containers): ServerAddition => ({
      group: "",
      kinds: ["Pod"],
      path: `spec.${containers}[*].volumeMounts${tokenMountPath}`,
      expected: ({ live }) => tokenMount(live),
      reason: token,
    }),
  ),
  {
    group: "",
    kinds: ["Pod"],
    path: 'metadata.annotations["kubernetes.io/limit-ranger"]',
    expected: ({ live }) => limitRangerNote(live),
    reason: `${limits}, and says so`,
  },
  ...["containers", "initContainers"].flatMap((containers) =>
    ["limits", "requests"].map(
      (amounts): ServerAddition => ({
        group: "",
        kinds: ["Pod"],
        path: `spec.${containers}[*].resources.${amounts}["*"]`,
        expected: sinceCreation,
        reason: limits,
      }),
    ),
  ),
  ...["region", "zone"].map(
    (name): ServerAddition => ({
      group: "",
      kinds: ["Pod"],
      path: `metadata.labels["topology.kubernetes.io/${name}"]`,
      reason: zone,
    }),
  ),
];

function lastOf(values: { readonly [key: string]: Json }, path: FieldPath): Json | undefined {
  const last = path.at(-1);
  return last?.type === "field" && Object.hasOwn(values, last.name) ? values[last.name] : undefined;
}
