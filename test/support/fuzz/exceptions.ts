/**
 * What the rounds do not hold against the comparison, each with its reason. A list of the test's own: none of the
 * product's excuses is looked at here, so that an excuse which goes too far shows as a miss.
 */
import { valueAt } from "../../../src/drift/path-walk.ts";
import type { FieldPath } from "../../../src/fieldpath/field-path.ts";
import { formatPath } from "../../../src/fieldpath/format-path.ts";
import { isJsonObject, type Json, type KubernetesObject } from "../../../src/resource/resource.ts";
import type { Difference } from "./difference.ts";

export interface Case {
  /** What Git says. */
  readonly desired: KubernetesObject;
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
  /** Whether `after` is what the edit made of the object, or what the rollback makes of it. */
  readonly step: "Edit" | "Rollback";
}

export interface Exception {
  readonly reason: string;
  applies(difference: Difference, one: Case): boolean;
}

/** Lists that are merged by key and whose order has an effect: elsewhere an order says nothing. */
const orderCounts = /\.(?:initContainers|env)$/;

/** What a deliverer marks its objects with; Git does not say it. */
const mark =
  /^metadata\.(?:labels|annotations)\["(?:kustomize\.toolkit\.fluxcd\.io\/(?:name|namespace)|argocd\.argoproj\.io\/tracking-id|kubectl\.kubernetes\.io\/last-applied-configuration)"\]$/;

/** What controllers put onto objects, by path: with the record of managers wiped, nothing shows that it was they. */
const controllersOwn: readonly RegExp[] = [
  /^metadata\.finalizers\[="kubernetes\.io\/(?:pv|pvc|vac)-protection"\]$/,
  /^metadata\.finalizers\[="networking\.k8s\.io\/service-cidr-finalizer"\]$/,
  /^metadata\.annotations\["node\.alpha\.kubernetes\.io\/ttl"\]$/,
  /^metadata\.annotations\["deployment\.kubernetes\.io\/revision"\]$/,
  /^metadata\.annotations\["pv\.kubernetes\.io\/(?:bind-completed|bound-by-controller)"\]$/,
  /^spec\.claimRef\[/,
];

/** Annotations in which controllers count, by path. */
const counts: ReadonlySet<string> = new Set([
  'metadata.annotations["deployment.kubernetes.io/revision"]',
  'metadata.annotations["deprecated.daemonset.template.generation"]',
]);

/** A difference that need not be among the changes. */
export const exceptions: readonly Exception[] = [
  {
    reason: "an order that has no effect",
    applies: ({ path, isOrder }) => isOrder === true && !orderCounts.test(formatPath(path)),
  },
  {
    reason:
      "a deliverer's or a controller's own is gone, which Git does not say: whoever put it there does so again",
    applies: ({ path, before, after }) =>
      after === undefined && isAll(leavesOf(formatPath(path), before), isSomebodysOwn),
  },
  {
    reason: "what a controller put there between the edit and the rollback",
    applies: ({ path, before, after }, { step }) =>
      step === "Rollback" &&
      before === undefined &&
      isAll(leavesOf(formatPath(path), after), (leaf) => controllersOwn.some((own) => own.test(leaf))),
  },
  {
    reason: "the taints of a Node, which the node controllers write",
    applies: ({ path }, { desired }) => desired.kind === "Node" && formatPath(path).startsWith("spec.taints"),
  },
  {
    reason:
      "a node port or address that is put back, which Git does not state: the server chooses another one",
    applies: ({ path }, { desired, step }) =>
      step === "Rollback" &&
      (isChosenPort(path, desired) ||
        (/^spec\.clusterIPs?$/.test(formatPath(path)) && !isStated(desired, path))),
  },
  {
    reason: "a node port that Git does not state: the server may have chosen it, and no two objects can tell",
    applies: ({ path }, { desired, step }) => step === "Edit" && isChosenPort(path, desired),
  },
  {
    reason: "an order inside a set, of which the API server says that it means nothing",
    applies: ({ path, before, after }) =>
      formatPath(path) === "endpoints" && sorted(before ?? null) === sorted(after ?? null),
  },
  {
    reason: "labels that the server copies from the template as long as Git states none",
    applies: ({ path }, { desired }) =>
      /^(?:Job|ReplicationController)$/.test(desired.kind) &&
      desired.metadata.labels === undefined &&
      formatPath(path).startsWith("metadata.labels"),
  },
  {
    reason: "a class that Git does not state: admission may have chosen it, and no two objects can tell",
    applies: ({ path }, { desired }) =>
      /^(?:Ingress|PersistentVolumeClaim)$/.test(desired.kind) &&
      /^spec\.(?:ingressClassName|storageClassName)$/.test(formatPath(path)) &&
      !isStated(desired, path),
  },
  {
    reason:
      "a part of a default that is gone, where Git states nothing: nothing was added, and nothing is missing",
    applies: ({ path, after }, { desired }) =>
      after === undefined && !isStated(desired, path) && !formatPath(path).startsWith("metadata"),
  },
  {
    reason: "a count that a controller keeps, whatever anybody writes there",
    applies: ({ path, before, after }) =>
      isAll(leavesOf(formatPath(path), before ?? after), (leaf) => counts.has(leaf)),
  },
  {
    reason: "the rules of an aggregated ClusterRole, which a controller writes whatever anybody says",
    applies: ({ path }, { desired }) =>
      desired.kind === "ClusterRole" && "aggregationRule" in desired && formatPath(path).startsWith("rules"),
  },
];

/** The reason for which a difference counts neither as found nor as missed. */
export function exceptionFor(difference: Difference, one: Case): string | undefined {
  return exceptions.find(({ applies }) => applies(difference, one))?.reason;
}

function isSomebodysOwn(path: string): boolean {
  return mark.test(path) || controllersOwn.some((own) => own.test(path));
}

function isAll(paths: readonly string[], holds: (path: string) => boolean): boolean {
  return paths.length > 0 && paths.every(holds);
}

/** The keys and items of a map or list of `metadata`, or the path itself. */
function leavesOf(path: string, value: Json | undefined): readonly string[] {
  if (path.endsWith("]")) return [path];
  if (Array.isArray(value)) return value.map((item) => `${path}[=${JSON.stringify(item)}]`);
  return isJsonObject(value) ? Object.keys(value).map((key) => `${path}[${JSON.stringify(key)}]`) : [path];
}

function isChosenPort(path: FieldPath, desired: KubernetesObject): boolean {
  const isPort = /^spec\.(?:ports\[.*\]\.nodePort|healthCheckNodePort)$/.test(formatPath(path));
  return isPort && !isStated(desired, path);
}

/** Whether Git says anything of what stands there. */
export function isStated(desired: KubernetesObject, path: FieldPath): boolean {
  return valueAt(desired, path) !== undefined;
}

/** As text, with every list in one order. */
function sorted(value: Json): string {
  return JSON.stringify(value, (_, member: Json) =>
    Array.isArray(member) ? [...(member as readonly Json[])].map(sorted).sort() : member,
  );
}
