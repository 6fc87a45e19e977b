/**
 * Measures one comparison of a Deployment of 6.5 KB in mode Exact, in sync and drifted; prints one line of JSON (times
 * in µs). The live object is what kube-apiserver 1.36.3 served after `kubectl apply` of the other, with the real
 * kube-controller-manager beside it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compare } from "../../src/diff/compare.ts";
import { redactObject } from "../../src/diff/redact.ts";
import type { KubernetesObject } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";

const batches = 1_000;
const batchSize = 20;
const schema = shippedKind({ group: "apps", version: "v1", kind: "Deployment" })?.schema;
if (schema === undefined) throw new Error("the shipped schemas have no Deployment");

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

const desired = read("deployment.json");
/** As `kubectl apply` leaves it. */
const applied = read("deployment-live.json");
/** As a server-side apply leaves it: without kubectl's copy of the manifest. */
const live = withoutLastApplied(applied);
const drifted = edited(live);

const result = {
  bytes: JSON.stringify({ ...live, metadata: { ...live.metadata, managedFields: [] } }).length,
  inSyncUs: measure(() => changesOf(live).length),
  appliedInSyncUs: measure(() => changesOf(applied).length),
  driftedUs: measure(() => changesOf(drifted).length),
  changes: changesOf(drifted).length,
  falseAlarms: changesOf(live).length + changesOf(applied).length,
  redactUs: measure(() => redactObject(live, () => "").kind.length),
};
process.stdout.write(`${JSON.stringify(result)}\n`);

function changesOf(object: KubernetesObject) {
  if (schema === undefined) return []; // seen above
  return compare({ desired, live: object, schema, mode: "Exact" }).changes;
}

/** The median of many short batches: what interrupts one of them, as others on the machine do, leaves the rest alone. */
function measure(run: () => number): number {
  for (let i = 0; i < batches * 2; i++) run();
  const times = Array.from({ length: batches }, () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < batchSize; i++) run();
    return Number(process.hrtime.bigint() - start) / batchSize / 1_000;
  });
  return Math.round((times.sort((a, b) => a - b)[batches / 2] ?? 0) * 100) / 100;
}

function withoutLastApplied(object: KubernetesObject): KubernetesObject {
  const annotations = Object.fromEntries(
    Object.entries(object.metadata.annotations ?? {}).filter(([key]) => key !== lastApplied),
  );
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Scaled, a setting changed, a variable and a label added. */
function edited(object: KubernetesObject): KubernetesObject {
  const text = JSON.stringify(object)
    .replace('"replicas":2,"revisionHistoryLimit"', '"replicas":5,"revisionHistoryLimit"')
    .replace('"value":"info"', '"value":"debug"')
    .replace('{"name":"SETTING_0"', '{"name":"EXTRA","value":"by hand"},{"name":"SETTING_0"')
    .replace('"labels":{', '"labels":{"by":"hand",');
  return JSON.parse(text) as KubernetesObject; // it was one before
}

function read(file: string): KubernetesObject {
  return JSON.parse(readFileSync(join(import.meta.dirname, "data", file), "utf8")) as KubernetesObject; // so it was saved
}
