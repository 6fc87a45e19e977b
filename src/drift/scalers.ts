/** What autoscalers and progressive delivery may change on other objects, and what of it is therefore no drift. */
import type { FieldChange } from "../diff/field-change.ts";
import { sameJson } from "../diff/same-json.ts";
import { isWithin } from "../fieldpath/compare-paths.ts";
import type { FieldPath } from "../fieldpath/field-path.ts";
import {
  formatRef,
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
  parseApiVersion,
  type ResourceKey,
  refOf,
  resourceKey,
} from "../resource/resource.ts";

/** One field of another object that a scaler writes. */
export interface ScalerClaim {
  readonly target: ResourceKey;
  readonly path: FieldPath;
  /** Whether the scaler may have made this change: the value is one that it is configured to set. */
  allows(change: FieldChange): boolean;
  /** For people: which scaler, and what it may do. */
  readonly by: string;
}

/** The changes of an object that are a scaler's doing. */
export interface ScaledChange {
  readonly change: FieldChange;
  readonly by: string;
}

/**
 * What a scaler may change on others; nothing for objects of most kinds.
 *
 * Of a declared one claims are read as Git states it, and count only while the live one is in sync with that: a scaler
 * that somebody widened by hand excuses nothing. For those that Git does not declare see `liveScaler`.
 */
export function scalerClaims(scaler: KubernetesObject): readonly ScalerClaim[] {
  const { group, kind } = refOf(scaler);
  const spec = scaler["spec"];
  return isJsonObject(spec) ? (scalers.get(`${group}/${kind}`)?.(spec, scaler) ?? []) : [];
}

/** Whether objects of this kind may claim anything: asked for every object of a revision. */
export function mayScale({ group, kind }: { readonly group: string; readonly kind: string }): boolean {
  return scalers.has(`${group}/${kind}`);
}

/** Divides changes into those that a claim explains and the rest. */
export function withoutScaled(
  changes: readonly FieldChange[],
  claims: readonly ScalerClaim[],
): { readonly changes: readonly FieldChange[]; readonly scaled: readonly ScaledChange[] } {
  if (claims.length === 0 || changes.length === 0) return { changes, scaled: [] };
  const scaled: ScaledChange[] = [];
  const rest = changes.filter((change) => {
    const claim = claims.find((one) => explains(one, change));
    if (claim !== undefined) scaled.push({ change, by: claim.by });
    return claim === undefined;
  });
  return { changes: rest, scaled };
}

/** Whether the claim is on this very field, and may have made this change of it. */
export function explains({ path, allows }: ScalerClaim, change: FieldChange): boolean {
  return isAt(change, path) && allows(change);
}

/** Whether the change stands at `spec.replicas`, be it explained or not. */
export function isOfReplicas(change: FieldChange): boolean {
  return isAt(change, replicas);
}

function isAt(change: FieldChange, path: FieldPath): boolean {
  return path.length === change.path.length && isWithin(change.path, path);
}

type ClaimsOf = (spec: JsonObject, scaler: KubernetesObject) => readonly ScalerClaim[];

const scalers: ReadonlyMap<string, ClaimsOf> = new Map<string, ClaimsOf>([
  ["autoscaling/HorizontalPodAutoscaler", horizontalPodAutoscaler],
  ["keda.sh/ScaledObject", scaledObject],
  ["flagger.app/Canary", canary],
  ["argoproj.io/Rollout", rollout],
]);

const replicas = fieldPath("spec", "replicas");

/** autoscaling/v1 and v2: the API's own default for `minReplicas` is 1. */
function horizontalPodAutoscaler(spec: JsonObject, scaler: KubernetesObject): readonly ScalerClaim[] {
  const range = { least: numberOr(spec["minReplicas"], 1), most: numberOr(spec["maxReplicas"], 0) };
  return replicasOf(targetOf(spec["scaleTargetRef"], scaler), { scaler, range });
}

/** KEDA "ScaledObject specification": defaults 0 and 100; `idleReplicaCount` lies below the minimum. */
function scaledObject(spec: JsonObject, scaler: KubernetesObject): readonly ScalerClaim[] {
  const range = { least: numberOr(spec["minReplicaCount"], 0), most: numberOr(spec["maxReplicaCount"], 100) };
  const paused = Number(scaler.metadata.annotations?.["autoscaling.keda.sh/paused-replicas"] ?? Number.NaN);
  const others = [numberOr(spec["idleReplicaCount"], Number.NaN), paused];
  return replicasOf(targetOf(spec["scaleTargetRef"], scaler), { scaler, range, others });
}

/** Flagger "How it works": the target is scaled to zero while its `-primary` twin serves, and up during an analysis. */
function canary(spec: JsonObject, scaler: KubernetesObject): readonly ScalerClaim[] {
  return replicasOf(targetOf(spec["targetRef"], scaler), { scaler, range: upToDeclared });
}

/**
 * Argo Rollouts "Migrating to Rollouts" (a Deployment by `workloadRef` is scaled down) and "Traffic Management" (the
 * selectors of its Services get the hash of the replica set that serves).
 */
function rollout(spec: JsonObject, scaler: KubernetesObject): readonly ScalerClaim[] {
  const strategy = objectAt(spec, "strategy");
  const [canaryStrategy, blueGreen] = [objectAt(strategy, "canary"), objectAt(strategy, "blueGreen")];
  const services = [
    canaryStrategy["stableService"],
    canaryStrategy["canaryService"],
    blueGreen["activeService"],
    blueGreen["previewService"],
  ].filter((name): name is string => typeof name === "string");
  return [
    ...replicasOf(targetOf(spec["workloadRef"], scaler), { scaler, range: upToDeclared }),
    ...services.flatMap((name) => serviceOf(name, scaler)),
  ];
}

function serviceOf(name: string, rolloutObject: KubernetesObject): readonly ScalerClaim[] {
  const { namespace } = refOf(rolloutObject);
  const target = resourceKey({ group: "", kind: "Service", namespace, name });
  const by = `${formatRef(refOf(rolloutObject))} directs this Service`;
  return [
    {
      target,
      path: fieldPath("spec", "selector"),
      by,
      allows: (change) => change.type === "Modified" && addsOnlyHash(change.desired, change.live),
    },
    {
      target,
      path: fieldPath("metadata", "annotations", "argo-rollouts.argoproj.io/managed-by-rollouts"),
      by,
      allows: (change) => change.type === "Added" && change.live === rolloutObject.metadata.name,
    },
  ];
}

const hashLabel = "rollouts-pod-template-hash";

function addsOnlyHash(desired: Json, live: Json): boolean {
  if (!isJsonObject(live)) return false;
  const { [hashLabel]: hash, ...rest } = live;
  return typeof hash === "string" && /^[a-z0-9]{1,63}$/.test(hash) && sameJson(desired, rest);
}

type Range = { readonly least: number; readonly most: number } | typeof upToDeclared;

/** No more than Git states, where it states a number. */
const upToDeclared = "UpToDeclared";

function replicasOf(
  target: ResourceKey | undefined,
  from: {
    readonly scaler: KubernetesObject;
    readonly range: Range;
    readonly others?: readonly number[];
  },
): readonly ScalerClaim[] {
  if (target === undefined) return [];
  const { scaler, range, others = [] } = from;
  const between = range === upToDeclared ? "down to 0" : `between ${range.least} and ${range.most}`;
  return [
    {
      target,
      path: replicas,
      by: `${formatRef(refOf(scaler))} scales it ${between}`,
      allows(change) {
        if (change.type === "Removed" || typeof change.live !== "number") return false;
        if (others.includes(change.live)) return true;
        const declared = change.type === "Modified" ? numberOr(change.desired, 0) : Number.POSITIVE_INFINITY;
        const { least, most } = range === upToDeclared ? { least: 0, most: declared } : range;
        return change.live >= least && change.live <= most;
      },
    },
  ];
}

/** A reference stays within the scaler's namespace. KEDA's names a Deployment if it names no kind. */
function targetOf(reference: Json | undefined, scaler: KubernetesObject): ResourceKey | undefined {
  if (!isJsonObject(reference)) return undefined;
  const { apiVersion = "apps/v1", kind = "Deployment", name } = reference;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string")
    return undefined;
  return resourceKey({
    group: parseApiVersion(apiVersion).group,
    kind,
    namespace: refOf(scaler).namespace,
    name,
  });
}

function fieldPath(...names: readonly string[]): FieldPath {
  return names.map((name) => ({ type: "field", name }));
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function objectAt(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? value : {};
}
