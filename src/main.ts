/** Composition root of the operator: config → parts → run → orderly stop. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import PQueue from "p-queue";
import type { Logger } from "pino";
import { sleep } from "./async/sleep.ts";
import type { Config } from "./config.ts";
import { createControlled } from "./controller/controlled.ts";
import { DesiredStore } from "./controller/desired-store.ts";
import { createDriftReconciler } from "./controller/drift-reconciler.ts";
import { DriftStore, type Episode, type Resolution } from "./controller/drift-store.ts";
import { createOwnerLookup } from "./controller/owner-lookup.ts";
import { type PolicyKey, splitPolicyKey } from "./controller/policy-key.ts";
import type { PolicyStore } from "./controller/policy-store.ts";
import { createRecordReconciler, recordId } from "./controller/record-reconciler.ts";
import { createReport } from "./controller/report.ts";
import { dependenciesOf, statusOf } from "./controller/scaled.ts";
import { unsettled } from "./controller/settled.ts";
import { createSourceReconciler } from "./controller/source-reconciler.ts";
import type { SourceStore } from "./controller/source-store.ts";
import { createStatusReconciler } from "./controller/status-reconciler.ts";
import { createUnexpectedReconciler, thePolicies } from "./controller/unexpected-reconciler.ts";
import { createUpgradeWatch } from "./controller/upgrade-watch.ts";
import { redactObject } from "./diff/redact.ts";
import { kindNameOf } from "./drift/makers.ts";
import { createGitSource } from "./git/git-source.ts";
import { openDeliveredStore } from "./history/delivered-store.ts";
import { openUpgradeStore } from "./history/upgrade-store.ts";
import { type ApiFailure, unreachable } from "./kubernetes/api-failure.ts";
import { createDiscovery } from "./kubernetes/discovery.ts";
import { createDiscoveryRefresh } from "./kubernetes/discovery-refresh.ts";
import { createEventRecorder } from "./kubernetes/events.ts";
import { loadKubeConfig } from "./kubernetes/kube-config.ts";
import { leadWhile } from "./kubernetes/lease.ts";
import { LiveStore } from "./kubernetes/live-store.ts";
import { createReflectors, type WatchedScope, type WatchNews } from "./kubernetes/reflectors.ts";
import { readServerVersion } from "./kubernetes/server-version.ts";
import { createTransport } from "./kubernetes/transport.ts";
import { createWriter, fieldManager } from "./kubernetes/write.ts";
import { createAnnouncements } from "./operator/announce.ts";
import { withLedger } from "./operator/announce-to-ledger.ts";
import { createConfirm } from "./operator/confirm.ts";
import { createControlLoop } from "./operator/control-loop.ts";
import { readCredentials } from "./operator/credentials.ts";
import { keysOfKind, keysOfVersion, kindsOf, watchTargets } from "./operator/declared-kinds.ts";
import { createDescribeField } from "./operator/describe-field.ts";
import { createDigest, readDigestKey, sha256 } from "./operator/digest.ts";
import { kindScopeIn } from "./operator/kind-scope.ts";
import { createLanes, hostOf } from "./operator/lanes.ts";
import { openLedger } from "./operator/ledger.ts";
import { createLookout } from "./operator/lookout.ts";
import { recordWriter, writePolicyStatus } from "./operator/own-resources.ts";
import { createOwnerReader } from "./operator/owner-reader.ts";
import { createPolicyWatch } from "./operator/policy-watch.ts";
import { recordName } from "./operator/record-name.ts";
import { readRecords } from "./operator/restore.ts";
import { createRollback } from "./operator/rollback.ts";
import { createScalerReader } from "./operator/scaler-reader.ts";
import { createDocumentReader } from "./operator/schema-documents.ts";
import { createSchemaStore } from "./operator/schema-store.ts";
import { createRevisionRenderer } from "./operator/sources.ts";
import { WatchHealth, watchGraceMs } from "./operator/watch-health.ts";
import { createRenderer } from "./render/renderer.ts";
import type { KubernetesObject, ResourceKey, ResourceRef } from "./resource/resource.ts";
import { omittedZeros } from "./schema/omitted-zeros.ts";
import { tableFits, tableRelease } from "./schema/server-fills.ts";
import { startHealthServer } from "./server/health-server.ts";
import { createMetrics } from "./telemetry/metrics.ts";

export interface OperatorOptions {
  readonly config: Config;
  readonly version: string;
  readonly logger: Logger;
  /** Told once, when metrics and probes are served. */
  readonly onListening?: (port: number) => void;
}

/** How long work that has begun may go on after the signal: a write must not be cut off in the middle. */
const graceMs = 10_000;
/** How long Events may still be written then. */
const eventsGraceMs = 2_000;
/** Status follows transitions after this pause, so that a burst of them is written once. */
const statusDelayMs = 100;
/** They are asked for beside everything else that the API server has to do. */
const dryRunsAtOnce = 4;
/** What nobody woke is looked at again this often: a lost wake-up must not be for ever. */
const resyncMs = 600_000;

/**
 * Runs until the signal aborts; what is being written then is finished first.
 * @throws Error that says what to do, if it cannot start.
 */
export async function runOperator(
  { config, version, logger, onListening }: OperatorOptions,
  signal: AbortSignal,
): Promise<void> {
  const now = Date.now;
  // Ends what only listens, when everything that had to be written is written.
  const stopped = new AbortController();
  const digest = createDigest(readDigestKey(config.digestKeyFile));
  const redact = (object: KubernetesObject) => redactObject(object, digest);
  const transport = createTransport({
    kubeConfig: loadKubeConfig(config.kubeconfig),
    userAgent: `holdfast/${version}`,
  });
  const writer = createWriter(transport);
  const discovery = createDiscovery(transport);
  const scopeOf = kindScopeIn(discovery);
  const delivered = openDeliveredStore(join(config.dataDir, "history.sqlite"));
  const upgradeStore = openUpgradeStore(join(config.dataDir, "history.sqlite"));
  const git = createGitSource({
    cacheDir: join(config.dataDir, "git"),
    allowFileUrls: config.allowFileUrls,
    allowPrivateAddresses: config.allowPrivateAddresses,
    timeoutMs: config.gitTimeoutMs,
    concurrency: 2 * config.maxFetches,
    maxFiles: 50_000,
    maxFileBytes: 4 * 1024 * 1024,
    maxTotalBytes: 256 * 1024 * 1024,
  });
  const renderer = createRenderer({
    kubectl: config.kubectl,
    tempDir: join(config.dataDir, "tmp"),
    timeoutMs: config.renderTimeoutMs,
    maxOutputBytes: 64 * 1024 * 1024,
    maxObjects: 50_000,
    cacheBytes: 16 * 1024 * 1024,
  });
  const rollbacks = new PQueue({ concurrency: config.maxRollbacks });
  const dryRuns = new PQueue({ concurrency: dryRunsAtOnce });
  const lanes = createLanes({ concurrency: config.maxFetches });

  const policies: PolicyStore = new Map();
  const sources: SourceStore = new Map();
  const desired = new DesiredStore();
  const drifts = new DriftStore();
  const live = new LiveStore((key) => desired.isDeclared(key));
  const schemas = createSchemaStore({ ...createDocumentReader(transport), zeros: omittedZeros });
  const lookLive = (ref: ResourceRef) => live.look(ref);
  const health = new WatchHealth();
  const lookout = createLookout({
    policies,
    desired,
    drifts,
    live,
    operatorNamespace: config.namespace,
    scopeOf,
  });
  const instance = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const ledger = openLedger({
    dataDir: config.dataDir,
    keyFile: config.ledgerKeyFile,
    operator: { version, instance },
    policies,
    logger,
    now,
  });
  let arePoliciesKnown = false;
  let isTableOfServer = true;
  /** Kinds of which that was said. */
  const saidUnseen = new Set<string>();
  const awaitingHead = new Map<PolicyKey, Set<ResourceKey>>();
  const awaitingRecord = new Map<string, { readonly episode: Episode; readonly key: ResourceKey }>();

  const metrics = createMetrics({
    version,
    ledger: () => ({ size: ledger.size(), isWritable: ledger.writer.fault() === undefined }),
    queueDepths: () => ({
      source: sourceLoop.queue.depth,
      drift: driftLoop.queue.depth,
      record: recordLoop.queue.depth,
      status: statusLoop.queue.depth,
    }),
    sources: () =>
      [...sources].flatMap(([key, { headReadAtMs }]) => {
        const entry = policies.get(key);
        if (entry?.type !== "Valid" || headReadAtMs === 0) return [];
        const { intervalSeconds } = entry.policy.source;
        return [{ policy: splitPolicyKey(key), ageSeconds: (now() - headReadAtMs) / 1_000, intervalSeconds }];
      }),
  });
  const loop = { logger, metrics };
  const events = createEventRecorder(
    {
      writer,
      instance,
      nowMs: now,
      onFailure: (failure) =>
        logger.debug({ reason: failure.reason, error: failure.message }, "an Event was lost"),
    },
    stopped.signal,
  );

  const records = createRecordReconciler({
    ...recordWriter(writer),
    recordsPerPolicy: config.recordsPerPolicy,
    recordsPerCluster: config.recordsPerCluster,
    sha256,
  });
  const recordLoop = createControlLoop<string>({
    ...loop,
    name: "record",
    concurrency: 8,
    reconcile: async (id, workSignal) => {
      await records.reconcile(id, workSignal);
      const waiting = awaitingRecord.get(id);
      if (waiting === undefined || !records.isWritten(waiting.episode)) return;
      awaitingRecord.delete(id);
      driftLoop.queue.add(waiting.key);
    },
  });
  const statusLoop = createControlLoop<PolicyKey>({
    ...loop,
    name: "status",
    concurrency: 4,
    reconcile: createStatusReconciler({
      policies,
      sources,
      desired,
      drifts,
      now,
      watchTrouble: (policy) => health.trouble(kindsOf(desired, policy), now()),
      awaited: lookout.awaited,
      unseen: lookout.unseen,
      describeField: createDescribeField({ policies, git }),
      writeStatus: (key, status, workSignal) => writePolicyStatus(writer, { key, status }, workSignal),
      again: (key, afterMs) => statusLoop.queue.addAfter(key, afterMs),
      published: (key, { ready, settled, counts }) => {
        if (settled) policyWatch.settled(key);
        const { inSync, drifted, pending, unknown, doubtful, excused } = counts;
        const objects = {
          InSync: inSync,
          Drifted: drifted,
          Pending: pending,
          Unknown: unknown,
          Doubtful: doubtful,
        };
        metrics.policyJudged(splitPolicyKey(key), { ready, objects, excused });
      },
    }),
  });
  const statusChanged = (policy: PolicyKey) => statusLoop.queue.addAfter(policy, statusDelayMs);

  const report = createReport({
    desired,
    drifts,
    now,
    announce: withLedger(
      createAnnouncements({ ...loop, events, uidOf: (policy) => policies.get(policy)?.uid }),
      { ledger: ledger.writer, entries: ledger.entries },
    ),
    fieldManager,
    recordName,
    storeMark: delivered.put,
    recordChanged: (episode) => recordLoop.queue.add(records.put(episode)),
    statusChanged,
  });
  const rollback = createRollback({ writer, discovery, now });
  const confirm = createConfirm({
    writer,
    discovery,
    now,
    random: Math.random,
    redact,
    refused: (verb, { group, kind }, reason) =>
      logger.warn(
        { verb, group, kind, reason },
        "no dry-run is answered: findings of this kind are not confirmed",
      ),
  });
  const again = (key: ResourceKey, afterMs: number) => driftLoop.queue.addAfter(key, afterMs);
  const upgrades = createUpgradeWatch({ drifts, store: upgradeStore, now, again });
  const ownerDeps = {
    desired,
    now,
    coverage: lookout.coverage,
    sight: lookout.sight,
    scopeOf,
    delivererNamespaces: config.delivererNamespaces,
    readOwner: createOwnerReader({ discovery, writer }),
  };
  const controlled = createControlled({
    now,
    desired,
    owners: createOwnerLookup(ownerDeps),
    statusOf: (key) => statusOf({ desired, drifts }, key),
    readScalers: createScalerReader({
      discovery,
      transport,
      unlisted: ({ group, kind }, namespace, { reason }) =>
        logger.debug(
          { group, kind, namespace, reason },
          "may not be listed: such scalers explain nothing unless Git declares them",
        ),
    }),
  });
  const reconcileDrift = createDriftReconciler({
    upgrades,
    controlled,
    policies,
    sources,
    desired,
    drifts,
    now,
    tableFits: () => isTableOfServer,
    readLive: (ref) => live.read(ref),
    lookLive,
    loadLive: (ref, workSignal) => reflectors.load(ref, workSignal),
    releaseLive: (ref, resourceVersion) => live.release(ref, resourceVersion),
    loadSchema: schemas.load,
    schemaOf: schemas.schemaOf,
    redact,
    ...report,
    historyFault: ledger.writer.fault,
    rollback: (order, workSignal) => rollbacks.add(() => rollback(order, workSignal)),
    ...(config.dryRun === "Never"
      ? {}
      : { confirm: (order, workSignal) => dryRuns.add(() => confirm(order, workSignal)) }),
    awaitHead,
    isRecorded: records.isWritten,
    awaitRecord: (episode, key) => awaitingRecord.set(recordId(episode), { episode, key }),
    again,
  });
  const unexpected = createUnexpectedReconciler({
    ...ownerDeps,
    policies,
    sources,
    drifts,
    operatorNamespace: config.namespace,
    arePoliciesKnown: () => arePoliciesKnown,
    report: report.report,
    forget: report.forget,
    awaitHead,
    again,
  });
  const driftLoop = createControlLoop<ResourceKey>({
    ...loop,
    name: "drift",
    concurrency: 32,
    reconcile: async (key, workSignal) => {
      await reconcileDrift(key, workSignal);
      await unexpected.reconcile(key, workSignal);
    },
  });
  const reconcileSource = createSourceReconciler({
    policies,
    sources,
    desired,
    operatorNamespace: config.namespace,
    now,
    readCredentials: (policy, workSignal) => readCredentials(writer, policy, workSignal),
    readHead: git.readHead,
    fetchRevision: git.fetchRevision,
    renderRevision: createRevisionRenderer({ git, renderer }),
    scopeOf,
    discoveryVersion: () => discovery.version,
    loadMarks: delivered.load,
    storeMark: delivered.put,
    ensureWatches,
    changed,
    forgotten,
    headRead(policy) {
      for (const key of awaitingHead.get(policy) ?? []) driftLoop.queue.add(key);
      awaitingHead.delete(policy);
      enqueue(unexpected.takeWaiting(thePolicies));
      statusChanged(policy);
    },
    fetched: (policy, result) => metrics.sourceFetched(splitPolicyKey(policy), result),
  });
  const sourceLoop = createControlLoop<PolicyKey>({
    ...loop,
    name: "source",
    // Who waits in a lane must not keep those of the other lane from theirs.
    concurrency: Number.POSITIVE_INFINITY,
    reconcile: async (key, workSignal) => {
      const entry = policies.get(key);
      const host = entry?.type === "Valid" ? hostOf(entry.policy.source.url) : "";
      await lanes.run(host, async () => {
        const { afterMs } = await reconcileSource(key, workSignal);
        if (afterMs !== undefined) sourceLoop.queue.addAfter(key, afterMs);
        return sources.get(key)?.fault?.reason !== "Unreachable";
      });
    },
  });
  const reflectors = createReflectors(
    {
      transport,
      discovery,
      store: live,
      redact,
      onChange: (key) => driftLoop.queue.add(key),
      onNews,
      onBug,
      now,
    },
    // Also when it is the Lease that is lost: an open watch would keep the process from its end.
    AbortSignal.any([signal, stopped.signal]),
  );

  const policyWatch = createPolicyWatch({
    transport,
    logger,
    metrics,
    policies,
    drifts,
    history: ledger.policies,
    changed(policy) {
      sourceLoop.queue.add(policy);
      statusChanged(policy);
    },
    endDrifts: report.forget,
    forgetDelivered: delivered.removePolicy,
    known() {
      arePoliciesKnown = true;
      enqueue(unexpected.takeWaiting(thePolicies));
    },
    onBug,
  });
  const refresh = createDiscoveryRefresh({
    transport,
    discovery,
    isWaiting: isKindMissing,
    onChange: kindsChanged,
    readSchemas,
    onFailure: (failure) =>
      logger.warn(
        { reason: failure.reason, error: failure.message },
        "the API server cannot be asked for its kinds",
      ),
    onBug,
  });

  const server = await startHealthServer({
    host: config.metricsHost,
    port: config.metricsPort,
    metrics: async () => ({
      contentType: metrics.registry.contentType,
      text: await metrics.registry.metrics(),
    }),
    notReady: policyWatch.awaited,
  });
  onListening?.(server.port);
  logger.info({ port: server.port, version, namespace: config.namespace }, "holdfast started");
  try {
    if (!config.leaderElect) await lead(signal);
    else {
      const lease = { writer, namespace: config.namespace, name: "holdfast", identity: instance };
      const end = await leadWhile(lease, lead, signal);
      // Another instance may act from now on: this one starts anew, with nothing in memory.
      if (end === "Lost")
        throw new Error(
          "the Lease could not be renewed in time, or another instance has it: this one ends, so that no two ever act at once, and has to be started again",
        );
    }
  } finally {
    // An API server that does not answer keeps nobody from going.
    await Promise.race([events.drained(), sleep(eventsGraceMs, stopped.signal)]);
    stopped.abort();
    upgradeStore.close();
    delivered.close();
    ledger.close();
    await server.close();
    await transport.close();
    logger.info("holdfast stopped");
  }

  /** Does all the work, until the signal aborts. */
  async function lead(leading: AbortSignal): Promise<void> {
    await readDiscovery(leading);
    if (leading.aborted) return;
    const release = await readRelease(leading);
    await ledger.identify(writer, leading);
    ledger.writer.append(ledger.entries.plain("LeadershipTaken"));
    await restoreRecords(leading);
    // Also the API server's, while no operator ran: an upgrade that it sees it tells by what is published.
    const isServerNew = release !== undefined && upgradeStore.isUpgradeTo(release, "API server");
    if (upgradeStore.isUpgradeTo(version, "Holdfast") || isServerNew) upgrades.upgraded();
    await runLoops(leading);
  }

  async function runLoops(leading: AbortSignal): Promise<void> {
    // Work that has begun is finished; what it leaves to be recorded is written before we go.
    const grace = new AbortController();
    const lastWords = new AbortController();
    leading.addEventListener("abort", () => setTimeout(() => grace.abort(leading.reason), graceMs).unref(), {
      once: true,
    });
    const resync = setInterval(enqueueUnsettled, resyncMs);
    const judging = Promise.all([
      sourceLoop.run(leading),
      driftLoop.run(leading, grace.signal),
      policyWatch.run(leading),
      refresh.run(leading),
    ]);
    const writing = Promise.all([
      recordLoop.run(lastWords.signal, grace.signal),
      statusLoop.run(lastWords.signal, grace.signal),
    ]);
    await judging;
    clearInterval(resync);
    await Promise.all([recordLoop.drain(grace.signal), statusLoop.drain(grace.signal)]);
    lastWords.abort();
    await writing;
  }

  function changed(policy: PolicyKey, keys: Iterable<ResourceKey>): void {
    const declarations = desired.get(policy)?.declarations;
    const gone = [...drifts.restored(policy)].flatMap(([key, { type }]) =>
      type === "Unexpected" || declarations?.has(key) === true ? [] : [key],
    );
    if (gone.length > 0) report.forget(policy, gone, "AdoptedInGit");
    enqueue(drifts.restored(policy).keys());
    const lookedThrough = lookout.coverage().placesOf(policy);
    metrics.policyDeclares(splitPolicyKey(policy), [
      ...kindsOf(desired, policy),
      ...lookedThrough.map(({ gvk }) => gvk),
    ]);
    statusChanged(policy);
    // A revision may change thousands of objects whose bodies were let go. What cannot be read all at once is read
    // one by one by whoever judges it, and said there.
    const wanted = unsettled(policy, {
      desired,
      drifts,
      lookLive,
      schemaOf: schemas.schemaOf,
      dependenciesOf: (key) => dependenciesOf({ policies, desired, drifts }, policy, key),
    });
    void reflectors
      .loadMany([...wanted], signal)
      .catch(() => undefined)
      .then(() => enqueue(keys));
  }

  function forgotten(policy: PolicyKey, keys: readonly ResourceKey[], resolution: Resolution): void {
    const entry = policies.get(policy);
    report.forget(policy, keys, resolution);
    unexpected.undeclared(keys.filter((key) => !desired.isDeclared(key)));
    for (const key of keys) {
      if (entry !== undefined) delivered.remove(entry.uid, key);
      // Another policy may have waited for this one to let go (`DeclaredTwice`); or nobody accounts for it any more.
      driftLoop.queue.add(key);
    }
  }

  function onNews(watch: WatchedScope, news: WatchNews): void {
    const { gvk } = watch;
    switch (news.type) {
      case "Interrupted":
        interrupted(watch, news.failure);
        break;
      case "NotServed":
        interrupted(watch, { reason: "NotFound", code: 404, message: "the kind is not served" });
        refresh.soon();
        break;
      case "Resumed":
      case "Synced":
      case "Stopped":
        health.resumed(watch);
        for (const [policy] of desired.policies()) statusChanged(policy);
        break;
    }
    metrics.watchState(gvk, health.isBroken(gvk) && !isMerelyUnseen(watch));
    enqueue(unexpected.takeWaiting(kindNameOf(gvk)));
    if (news.type !== "Resumed" && news.type !== "Stopped") enqueue(keysOfKind(desired, gvk));
  }

  function interrupted(watch: WatchedScope, failure: ApiFailure): void {
    const { group, kind } = watch.gvk;
    const { reason, message } = failure;
    health.interrupted(watch, failure, now());
    for (const [policy] of desired.policies()) statusLoop.queue.addAfter(policy, watchGraceMs + 1_000);
    if (reason === "NotFound") return;
    if (isMerelyUnseen(watch)) return sayOnce(watch, message);
    metrics.watchInterrupted({ group, kind, reason });
    logger.warn({ group, kind, namespace: watch.namespace, reason, error: message }, "watch interrupted");
  }

  /** Nobody declares the kind, and it may not be watched: said once, in the log and by the policies' Ready. */
  function isMerelyUnseen({ gvk, namespace }: WatchedScope): boolean {
    return !lookout.isDeclared(gvk) && live.sight({ ...gvk, namespace, name: "" }).type === "Forbidden";
  }

  function sayOnce({ gvk: { group, kind } }: WatchedScope, message: string): void {
    const name = kindNameOf({ group, kind });
    if (saidUnseen.has(name)) return;
    saidUnseen.add(name);
    logger.warn(
      { group, kind, error: message },
      "nothing unexpected is seen of a kind that may not be watched",
    );
  }

  function enqueueUnsettled(): void {
    for (const [policy] of desired.policies()) {
      for (const [key, { verdict }] of drifts.entries(policy))
        if (verdict.status !== "InSync") driftLoop.queue.add(key);
      statusChanged(policy);
    }
  }

  /** A handler that throws is our own fault: it is said, and the watch goes on. */
  function onBug(error: unknown): void {
    logger.error({ error: error instanceof Error ? error.stack : String(error) }, "a watch handler failed");
  }

  async function readDiscovery(leading: AbortSignal): Promise<void> {
    for (let failures = 1; !leading.aborted; failures++) {
      const failure = await discovery.refresh(leading);
      if (failure === undefined) return;
      logger.warn(
        { reason: failure.reason, error: failure.message },
        "the API server cannot be asked for its kinds",
      );
      await sleep(Math.min(30_000, 500 * 2 ** failures), leading);
    }
  }

  /** Defaults of another release than the table's may be unknown: what looks like one is doubtful then. */
  async function readRelease(leading: AbortSignal): Promise<string | undefined> {
    const release = await readServerVersion(transport, leading);
    isTableOfServer = release === undefined || tableFits(release);
    if (!isTableOfServer)
      logger.warn({ release, table: tableRelease }, "there is no table of server defaults for this release");
    return release;
  }

  /** The served kinds have changed: whether they are namespaced, and what can be watched. */
  function kindsChanged(): void {
    ensureWatches();
    for (const key of policies.keys()) sourceLoop.queue.add(key);
  }

  function isKindMissing(): boolean {
    return watchTargets(desired).some(({ gvk }) => discovery.find(gvk) === undefined);
  }

  /** Objects of kinds that mean something else by now are judged anew. */
  async function readSchemas(leading: AbortSignal): Promise<ApiFailure | undefined> {
    try {
      for (const changedVersion of await schemas.refresh(leading)) {
        upgrades.upgraded(changedVersion);
        enqueue(keysOfVersion(desired, changedVersion));
      }
      return undefined;
    } catch (error) {
      return unreachable(error instanceof Error ? error.message : String(error));
    }
  }

  function ensureWatches(): void {
    const { targets, changed: isLookoutNew } = lookout.refresh();
    metrics.watchesWanted(targets.map(({ gvk }) => gvk));
    reflectors.ensure(targets);
    if (isLookoutNew) enqueue(lookout.undeclaredKeys());
  }

  function awaitHead(policy: PolicyKey, key: ResourceKey): void {
    const waiting = awaitingHead.get(policy) ?? new Set();
    awaitingHead.set(policy, waiting.add(key));
    sourceLoop.queue.add(policy);
  }

  function enqueue(keys: Iterable<ResourceKey>): void {
    for (const key of keys) driftLoop.queue.add(key);
  }

  async function restoreRecords(leading: AbortSignal): Promise<void> {
    const { open, resolved } = await readRecords(transport, leading);
    for (const { key, episode } of open) drifts.restore(key, episode);
    for (const { name, atMs } of resolved) records.adopt(name, atMs);
  }
}
