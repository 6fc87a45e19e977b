/** The operator's reconcilers in process, with a cluster and a repository that are plain maps: for scenario tests. */
import type { Policy } from "../../src/api/policy.ts";
import type { ConfirmOrder, ConfirmOutcome } from "../../src/controller/confirming.ts";
import { createControlled } from "../../src/controller/controlled.ts";
import { createCoverage } from "../../src/controller/coverage.ts";
import { DesiredStore } from "../../src/controller/desired-store.ts";
import { createDriftReconciler, type RollbackOrder } from "../../src/controller/drift-reconciler.ts";
import { DriftStore, type Episode } from "../../src/controller/drift-store.ts";
import { createOwnerLookup } from "../../src/controller/owner-lookup.ts";
import { type OwnerRead, ownerReadOf } from "../../src/controller/owner-read.ts";
import type { KindScope } from "../../src/controller/place.ts";
import { type PolicyKey, policyKey } from "../../src/controller/policy-key.ts";
import type { PolicyStore } from "../../src/controller/policy-store.ts";
import { createReport } from "../../src/controller/report.ts";
import { statusOf } from "../../src/controller/scaled.ts";
import { createSourceReconciler } from "../../src/controller/source-reconciler.ts";
import type { SourceStore } from "../../src/controller/source-store.ts";
import { createUnexpectedReconciler, thePolicies } from "../../src/controller/unexpected-reconciler.ts";
import { createUpgradeWatch, type Suspicion } from "../../src/controller/upgrade-watch.ts";
import { type LiveScaler, liveScaler, liveScalerKinds } from "../../src/drift/controlled.ts";
import type { DeliveredMark, RollbackAttempt } from "../../src/drift/input.ts";
import { isDeliverer } from "../../src/drift/inventories.ts";
import type { JsonPatchOperation } from "../../src/drift/json-patch.ts";
import { kindNameOf } from "../../src/drift/makers.ts";
import { rollbackPatch } from "../../src/drift/patch.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import type { WriteResult, WriteTarget } from "../../src/kubernetes/write.ts";
import { type ConfirmDeps, createConfirm } from "../../src/operator/confirm.ts";
import type { DesiredObject } from "../../src/resource/desired.ts";
import type { LiveRead } from "../../src/resource/live.ts";
import {
  type GroupVersionKind,
  type KubernetesObject,
  type ResourceKey,
  type ResourceRef,
  refOf,
  resourceKey,
} from "../../src/resource/resource.ts";
import { type LiveSight, type Sight, sightOf } from "../../src/resource/sight.ts";
import type { SourceFault } from "../../src/resource/source.ts";
import { anyNode } from "../../src/schema/schema-node.ts";
import { shippedKind } from "../../src/schema/shipped.ts";
import { applyPatch } from "./apply-patch.ts";
import { defaultDetection } from "./detection.ts";

type Mutation = (object: KubernetesObject) => KubernetesObject;

export interface World {
  /** Moves the repository's head; objects are what the new commit renders to. Nobody is told. */
  commit(...objects: readonly KubernetesObject[]): void;
  /** Puts a new version of an object into the cluster, as a program would; the watch brings it at once. */
  write(
    object: KubernetesObject,
    manager?: { readonly name: string; readonly operation?: "Apply" | "Update" },
  ): void;
  /** The API server, or Holdfast, is another one from now on. */
  upgrade(): void;
  /** Takes the ownership record away, and changes nothing else. */
  wipe(object: KubernetesObject): void;
  remove(object: KubernetesObject): void;
  /** Reads the head as the policy's interval would, and lets everything settle. */
  poll(): Promise<void>;
  /** Lets everything that is queued be worked on. */
  settle(): Promise<void>;
  /** Time passes. */
  wait(ms: number): void;
  /** A second life with the same cluster, repository, marks and DriftRecords. */
  restart(): World;
  setPolicy(change: Partial<Policy>, name?: string): void;
  deletePolicy(name?: string): void;
  /** The policy's spec becomes one that nobody can follow. */
  spoilPolicy(message: string, name?: string): void;
  /** The next readings of the head fail. */
  breakRemote(fault?: SourceFault): void;
  mendRemote(): void;
  /** The next write ends like this, without being made. */
  refuseWrites(result: RollbackAttempt["result"] | undefined): void;
  /** The ledger cannot be written, and can again. */
  breakHistory(): void;
  mendHistory(): void;
  /** Dry-runs are answered from now on; this is what admission makes of every write of ours. */
  admit(mutate: Mutation): void;
  /** What admission makes of an object beside that, when it is created and never again. */
  admitCreation(mutate: Mutation): void;
  /** Dry-runs are not permitted, which they are not at first. */
  forbidDryRuns(): void;
  /** From now on no DriftRecord reaches the cluster, until `takeRecords`. */
  holdRecords(): void;
  takeRecords(): void;
  /** The watch of this kind falls behind, until `sync`. */
  unsync(kind: string): void;
  sync(kind: string): void;
  /** Objects of this kind may not be read any more. */
  forbid(kind: string): void;
  verdictOf(object: KubernetesObject, name?: string): string;
  live(object: KubernetesObject): KubernetesObject | undefined;
  /** What was announced, in order: `Detected Modified`, `Resolved RolledBack`. */
  readonly story: readonly string[];
  /** Records by name, newest state. */
  readonly records: ReadonlyMap<string, Episode>;
  readonly writes: readonly RollbackOrder[];
  readonly dryRuns: readonly ConfirmOrder[];
  /** The namespaces of which scalers were listed, each time. */
  readonly scalerReads: readonly string[];
  readonly headReads: () => number;
}

interface Lasting {
  readonly cluster: Map<ResourceKey, { object: KubernetesObject; arrivedAtMs: number }>;
  readonly deletedAtMs: Map<ResourceKey, number>;
  readonly marks: Map<string, Map<ResourceKey, DeliveredMark>>;
  readonly suspicions: Map<string, Suspicion>;
  readonly revisions: DesiredObject[][];
  readonly policies: Map<PolicyKey, Policy>;
  readonly records: Map<string, Episode>;
  nowMs: number;
  version: number;
}

export function createWorld(policy: Partial<Policy> = {}, lasting?: Lasting): World {
  const kept: Lasting = lasting ?? {
    cluster: new Map(),
    deletedAtMs: new Map(),
    marks: new Map(),
    suspicions: new Map(),
    revisions: [],
    policies: new Map([[policyKey({ namespace: "shop", name: "main" }), testPolicy(policy)]]),
    records: new Map(),
    nowMs: 1_700_000_000_000,
    version: 1,
  };
  const story: string[] = [];
  const writes: RollbackOrder[] = [];
  const dryRuns: ConfirmOrder[] = [];
  const scalerReads: string[] = [];
  let admission: Mutation | undefined;
  let historyFault: string | undefined;
  let creationAdmission: Mutation = (object) => object;
  let remoteFault: SourceFault | undefined;
  let refusal: RollbackAttempt["result"] | undefined;
  let headReads = 0;
  const now = () => kept.nowMs;
  const startedAtMs = kept.nowMs;

  const policies: PolicyStore = new Map();
  const sources: SourceStore = new Map();
  const desired = new DesiredStore();
  const drifts = new DriftStore();
  const driftQueue = new Set<ResourceKey>();
  const sourceQueue = new Set<PolicyKey>();
  const awaiting = new Map<PolicyKey, Set<ResourceKey>>();
  const unrecorded = new Set<ResourceKey>();
  let areRecordsHeld = false;
  let judging: ResourceKey | undefined;
  const sights = new Map<ResourceKey, Sight>();
  const unsynced = new Set<string>();
  const forbidden = new Set<string>();
  /** Objects whose bodies were let go. */
  const released = new Set<ResourceKey>();
  for (const [key, value] of kept.policies) policies.set(key, entryOf(value));
  for (const key of policies.keys()) sourceQueue.add(key);
  for (const episode of kept.records.values()) {
    // As a DriftRecord holds it: without what is judged anew.
    const { verdict: _, resourceVersion: __, ...record } = episode;
    if (episode.resolution === undefined) drifts.restore(resourceKey(episode.resource), record);
  }

  const report = createReport({
    desired,
    drifts,
    now,
    fieldManager: "holdfast",
    announce: {
      driftDetected: (episode) => story.push(`Detected ${episode.type} ${episode.resource.name}`),
      doubtful: (_, ref, { change }) => story.push(`Doubtful ${formatPath(change.path)} ${ref.name}`),
      ownershipWiped: (_, ref) => story.push(`Wiped ${ref.name}`),
      unknownFields: (_, ref, fields) =>
        story.push(`Unknown ${fields.map(formatPath).join(" ")} ${ref.name}`),
      driftChanged: (episode) => story.push(`Changed ${episode.resource.name}`),
      driftResolved: (episode, resolution) => story.push(`Resolved ${resolution} ${episode.resource.name}`),
      rollbackBegun: () => historyFault === undefined,
      rollbackEnded: (episode, result) => story.push(`Rollback ${result} ${episode.resource.name}`),
    },
    recordName: ({ resource, firstSeenAt }) => `${resource.name}-${firstSeenAt.getTime()}`,
    storeMark: (uid, key, mark) => marksOf(uid).set(key, mark),
    recordChanged: (episode) => kept.records.set(episode.recordName, episode),
    statusChanged: () => undefined,
  });
  const again = (key: ResourceKey, afterMs: number) => {
    // Waiting for a time is left to the tests; what is to be looked at at once, because of another object, is queued.
    if (afterMs === 0 && key !== judging) driftQueue.add(key);
  };
  const upgrades = createUpgradeWatch({
    drifts,
    now,
    again,
    store: {
      suspicions: () => kept.suspicions.values(),
      putSuspicion: (one) => kept.suspicions.set(`${one.policy} ${one.key}`, one),
      removeSuspicion: (one) => kept.suspicions.delete(`${one.policy} ${one.key}`),
    },
  });
  const coverageDeps = { policies, desired, operatorNamespace: "holdfast-system", scopeOf };
  let coverage = createCoverage(coverageDeps);
  const ownerDeps = {
    desired,
    now,
    coverage: () => coverage,
    sight,
    scopeOf,
    delivererNamespaces: ["argocd", "flux-system"],
    readOwner: (ref: ResourceRef) => Promise.resolve(readOwner(ref)),
  };
  const controlled = createControlled({
    now,
    desired,
    owners: createOwnerLookup(ownerDeps),
    statusOf: (key) => statusOf({ desired, drifts }, key),
    readScalers: (namespace) => Promise.resolve(readScalers(namespace)),
  });
  const reconcileDrift = createDriftReconciler({
    upgrades,
    controlled,
    policies,
    sources,
    desired,
    drifts,
    now,
    tableFits: () => true,
    readLive,
    lookLive: readLive,
    loadLive: (ref) => {
      released.delete(resourceKey(ref));
      return Promise.resolve();
    },
    releaseLive: (ref) => void released.add(resourceKey(ref)),
    loadSchema: () => Promise.resolve(),
    schemaOf: (ref) => shippedKind(ref)?.schema ?? anyNode,
    redact: (object) => object,
    historyFault: () => historyFault,
    ...report,
    rollback,
    confirm,
    awaitHead,
    isRecorded: () => !areRecordsHeld,
    awaitRecord: (_, resource) => unrecorded.add(resource),
    again,
  });
  const dryRun = createConfirm({
    writer: dryRunWriter(),
    discovery: {
      find: (gvk) => ({ ...gvk, plural: gvk.kind, namespaced: true, verbs: [] }),
    },
    now,
    random: () => 1,
    redact: (object) => object,
    refused: () => undefined,
  });
  const unexpected = createUnexpectedReconciler({
    ...coverageDeps,
    ...ownerDeps,
    sources,
    drifts,
    arePoliciesKnown: () => true,
    report: report.report,
    forget: report.forget,
    awaitHead,
    again: () => undefined,
  });
  const reconcileSource = createSourceReconciler({
    policies,
    sources,
    desired,
    operatorNamespace: "holdfast-system",
    now,
    readCredentials: () => Promise.resolve({ type: "Done", value: undefined }),
    readHead: () => {
      headReads += 1;
      return Promise.resolve(
        remoteFault === undefined
          ? { type: "Done", value: headOf(kept.revisions.length - 1) }
          : { type: "Failed", fault: remoteFault },
      );
    },
    fetchRevision: (_, head) =>
      Promise.resolve({
        type: "Done",
        value: { ...head, committedAt: new Date(0), claimedAuthor: "a", treeId: "t" },
      }),
    renderRevision: (_, head) => {
      const objects = kept.revisions[Number.parseInt(head.commit, 16)] ?? [];
      if (objects.length > 0) return Promise.resolve({ type: "Done", value: { type: "Plain", objects } });
      return Promise.resolve({
        type: "Failed",
        fault: { reason: "EmptyRender", message: "holds no objects" },
      });
    },
    scopeOf,
    discoveryVersion: () => 1,
    loadMarks: (uid) => marksOf(uid),
    storeMark: (uid, key, mark) => marksOf(uid).set(key, mark),
    ensureWatches() {
      const before = coverage.text;
      coverage = createCoverage(coverageDeps);
      if (coverage.text === before) return;
      enqueue(kept.cluster.keys());
      for (const key of policies.keys())
        for (const held of [drifts.entries(key), drifts.restored(key)]) enqueue(held.keys());
    },
    changed: (_, keys) => enqueue(keys),
    forgotten(key, keys, resolution) {
      report.forget(key, keys, resolution);
      unexpected.undeclared(keys.filter((one) => !desired.isDeclared(one)));
      enqueue(keys);
    },
    headRead: (key) => {
      enqueue(awaiting.get(key) ?? []);
      awaiting.delete(key);
      enqueue(unexpected.takeWaiting(thePolicies));
    },
    fetched: () => undefined,
  });

  return {
    commit(...objects) {
      const revision = headOf(kept.revisions.length).revision;
      kept.revisions.push(
        objects.map((body, i) => ({
          ref: refOf(body),
          body,
          origin: { repository: "r", revision, path: "a.yaml", line: i + 1 },
          ...(body.metadata.name ? {} : { unfinished: { reason: "NoName", detail: "metadata.name" } }),
        })),
      );
    },
    write(object, manager = { name: "kubectl-edit" }) {
      place(object, manager);
    },
    upgrade: () => upgrades.upgraded(),
    wipe(object) {
      place(object, undefined);
    },
    remove(object) {
      const key = resourceKey(refOf(object));
      kept.cluster.delete(key);
      sights.delete(key);
      kept.deletedAtMs.set(key, ++kept.nowMs);
      driftQueue.add(key);
    },
    async poll() {
      kept.nowMs += 1_000;
      for (const key of policies.keys()) sourceQueue.add(key);
      await settle();
    },
    settle,
    wait(ms) {
      kept.nowMs += ms;
      enqueue(kept.cluster.keys());
    },
    restart: () => createWorld({}, kept),
    setPolicy(change, name = "main") {
      const key = policyKey({ namespace: "shop", name });
      const before = kept.policies.get(key) ?? testPolicy({ name, uid: `uid-${name}` });
      const next = { ...before, ...change, generation: before.generation + 1 };
      kept.policies.set(key, next);
      policies.set(key, entryOf(next));
      sourceQueue.add(key);
    },
    deletePolicy(name = "main") {
      const key = policyKey({ namespace: "shop", name });
      kept.policies.delete(key);
      policies.delete(key);
      report.forget(key, [...drifts.entries(key).keys()], "PolicyDeleted");
      sourceQueue.add(key);
    },
    breakRemote(fault = { reason: "Unreachable", message: "no route to host" }) {
      remoteFault = fault;
    },
    mendRemote() {
      remoteFault = undefined;
    },
    refuseWrites(result) {
      refusal = result;
    },
    admit(mutate) {
      admission = mutate;
    },
    admitCreation(mutate) {
      creationAdmission = mutate;
    },
    forbidDryRuns() {
      admission = undefined;
    },
    breakHistory() {
      historyFault = "the disk is full";
    },
    mendHistory() {
      historyFault = undefined;
    },
    holdRecords() {
      areRecordsHeld = true;
    },
    takeRecords() {
      areRecordsHeld = false;
      enqueue(unrecorded);
      unrecorded.clear();
    },
    unsync: (kind) => void unsynced.add(kind),
    sync(kind) {
      unsynced.delete(kind);
      for (const { object } of kept.cluster.values())
        if (object.kind === kind) enqueue(unexpected.takeWaiting(kindNameOf(refOf(object))));
    },
    forbid: (kind) => void forbidden.add(kind),
    spoilPolicy(message, name = "main") {
      const key = policyKey({ namespace: "shop", name });
      const { uid, generation } = kept.policies.get(key) ?? testPolicy({});
      policies.set(key, { type: "Invalid", message, uid, generation: generation + 1 });
      sourceQueue.add(key);
    },
    verdictOf(object, name = "main") {
      const entry = drifts.get(policyKey({ namespace: "shop", name }), resourceKey(refOf(object)));
      if (entry === undefined) return "none";
      const { verdict, hold } = entry;
      const parts: string[] = [verdict.status];
      if (verdict.status === "Drifted") parts.push(verdict.type);
      if ("reason" in verdict && verdict.reason !== undefined) parts.push(verdict.reason);
      return `${parts.join(" ")}${hold === undefined ? "" : `, held: ${hold.reason}`}`;
    },
    live: (object) => kept.cluster.get(resourceKey(refOf(object)))?.object,
    story,
    records: kept.records,
    writes,
    dryRuns,
    scalerReads,
    headReads: () => headReads,
  };

  /** Head readings first, as in the operator they take a while and what waits for them is queued behind. */
  async function settle(): Promise<void> {
    const { signal } = new AbortController();
    for (let round = 0; sourceQueue.size + driftQueue.size > 0; round++) {
      if (round > 100) throw new Error("the reconcilers never come to rest");
      const [policy] = sourceQueue;
      if (policy !== undefined) {
        sourceQueue.delete(policy);
        kept.nowMs += 1;
        await reconcileSource(policy, signal);
        continue;
      }
      const [key] = driftQueue;
      if (key === undefined) continue;
      driftQueue.delete(key);
      judging = key;
      await reconcileDrift(key, signal);
      await unexpected.reconcile(key, signal);
    }
  }

  function enqueue(keys: Iterable<ResourceKey>): void {
    for (const key of keys) driftQueue.add(key);
  }

  function awaitHead(key: PolicyKey, resource: ResourceKey): void {
    awaiting.set(key, (awaiting.get(key) ?? new Set()).add(resource));
    sourceQueue.add(key);
  }

  function scopeOf(gvk: GroupVersionKind): KindScope {
    const kind = shippedKind(gvk);
    // Custom resources are namespaced here.
    if (kind === undefined)
      return /\.example\.com$|^(http\.)?keda\.sh$/.test(gvk.group) || isDeliverer(gvk)
        ? "Namespaced"
        : "NotServed";
    return kind.namespaced ? "Namespaced" : "Cluster";
  }

  /** Undefined for kinds and namespaces that nobody looks through. */
  function sight(ref: ResourceRef): LiveSight | undefined {
    if (coverage.reporterOf(ref) === undefined) return undefined;
    if (unsynced.has(ref.kind)) return { type: "Unsynced" };
    const key = resourceKey(ref);
    const found = kept.cluster.get(key);
    if (found === undefined) return { type: "Absent", sinceMs: startedAtMs };
    const seen = sightOf(found.object, Math.max(startedAtMs, found.arrivedAtMs), sights.get(key));
    sights.set(key, seen);
    return { type: "Present", ...seen };
  }

  function readOwner(ref: ResourceRef): OwnerRead {
    if (forbidden.has(ref.kind))
      return { type: "Failed", reason: "Forbidden", message: `may not get ${ref.kind}` };
    const owner = kept.cluster.get(resourceKey(ref))?.object;
    if (owner === undefined) return { type: "Absent" };
    return ownerReadOf(owner);
  }

  /** The API server lists no kind that may not be listed. */
  function readScalers(namespace: string): readonly LiveScaler[] {
    scalerReads.push(namespace);
    const kinds = liveScalerKinds.map(([best]) => best?.kind).filter((kind) => !forbidden.has(kind ?? ""));
    return [...kept.cluster.values()].flatMap(({ object }) => {
      const isListed = object.metadata.namespace === namespace && kinds.includes(object.kind);
      return (isListed ? liveScaler(object) : undefined) ?? [];
    });
  }

  function readLive(ref: Parameters<typeof resourceKey>[0]): LiveRead {
    const key = resourceKey(ref);
    const found = kept.cluster.get(key);
    if (found === undefined)
      return { type: "Absent", sinceMs: Math.max(startedAtMs, kept.deletedAtMs.get(key) ?? 0) };
    const { uid = "", resourceVersion = "" } = found.object.metadata;
    if (released.has(key)) return { type: "Dropped", uid, resourceVersion };
    return { type: "Present", body: found.object, arrivedAtMs: Math.max(startedAtMs, found.arrivedAtMs) };
  }

  function rollback(order: RollbackOrder): Promise<Omit<RollbackAttempt, "streak" | "policyGeneration">> {
    const before = order.live.type === "Present" ? order.live.body : undefined;
    const attempt = { message: "", resourceVersion: before?.metadata.resourceVersion ?? "", atMs: now() };
    if (refusal !== undefined) return Promise.resolve({ ...attempt, result: refusal });
    writes.push(order);
    const after =
      before === undefined
        ? order.desired
        : applyPatch(
            before,
            rollbackPatch({ changes: order.verdict.changes, desired: order.desired, live: before }),
          );
    place(admission?.(after) ?? after, { name: "holdfast" });
    return Promise.resolve({ ...attempt, result: "Written", atMs: now() - 1 });
  }

  function confirm(order: ConfirmOrder, signal: AbortSignal): Promise<ConfirmOutcome> {
    dryRuns.push(order);
    return dryRun(order, signal);
  }

  /** What the API server answers to dry-runs; nothing is written. */
  function dryRunWriter(): ConfirmDeps["writer"] {
    const permitted = (answer: (admit: Mutation) => KubernetesObject): Promise<WriteResult> =>
      Promise.resolve(
        admission === undefined
          ? { type: "Failed", failure: { reason: "Forbidden", code: 403, message: "not permitted" } }
          : { type: "Written", object: answer(admission) },
      );
    const find = ({ resource, namespace, name }: WriteTarget) =>
      kept.cluster.get(resourceKey({ ...resource, namespace, name }))?.object ?? {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      };
    return {
      create: (_, body) => permitted((admit) => creationAdmission(admit(body))),
      patch: (target, operations) =>
        permitted((admit) => admit(applyPatch(find(target), operations as readonly JsonPatchOperation[]))), // as we make them
      read: (target) => permitted(() => find(target)),
    };
  }

  function place(
    object: KubernetesObject,
    manager: { readonly name: string; readonly operation?: "Apply" | "Update" } | undefined,
  ): void {
    kept.nowMs += 1;
    kept.version += 1;
    const key = resourceKey(refOf(object));
    const { uid } = kept.cluster.get(key)?.object.metadata ?? { uid: `uid-${kept.version}` };
    const entry = {
      manager: manager?.name ?? "",
      operation: manager?.operation ?? "Update",
      apiVersion: object.apiVersion,
      time: `${new Date(kept.nowMs).toISOString().slice(0, 19)}Z`,
      fieldsV1: {},
    };
    const metadata = {
      ...object.metadata,
      uid: uid ?? "",
      resourceVersion: String(kept.version),
      managedFields: manager === undefined ? [] : [entry],
    };
    // Only metadata was added to; what makes an object is still there.
    const stored = { ...object, metadata } as KubernetesObject;
    kept.cluster.set(key, { object: stored, arrivedAtMs: kept.nowMs });
    released.delete(key);
    kept.deletedAtMs.delete(key);
    driftQueue.add(key);
  }

  function marksOf(uid: string): Map<ResourceKey, DeliveredMark> {
    const marks = kept.marks.get(uid) ?? new Map<ResourceKey, DeliveredMark>();
    kept.marks.set(uid, marks);
    return marks;
  }
}

/** The commit's number stands in its id. */
function headOf(index: number): { readonly commit: string; readonly revision: string } {
  const commit = index.toString(16).padStart(40, "0");
  return { commit, revision: `main@sha1:${commit}` };
}

function entryOf(policy: Policy) {
  return { type: "Valid" as const, policy, uid: policy.uid, generation: policy.generation };
}

function testPolicy(change: Partial<Policy>): Policy {
  return {
    namespace: "shop",
    name: "main",
    uid: "uid-main",
    generation: 1,
    source: {
      url: "https://git.example.com/x.git",
      ref: { branch: "main" },
      path: "",
      render: "Auto",
      intervalSeconds: 60,
    },
    targetNamespace: "shop",
    detection: defaultDetection,
    rollback: { mode: "Always", serviceAccountName: "shop-rollback" },
    suspend: false,
    ...change,
  };
}
