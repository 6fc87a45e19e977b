/**
 * make bench N=1000: N objects in Git and on a real API server, the operator as a bundle, and what it costs.
 *
 * Edits are made, and their records awaited, by this process over connections of its own; nothing is taken from the
 * operator's own counters.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { loadKubeConfig } from "../../src/kubernetes/kube-config.ts";
import { createTransport, type Transport } from "../../src/kubernetes/transport.ts";
import { runWatch } from "../../src/kubernetes/watch.ts";
import type { JsonObject } from "../../src/resource/resource.ts";
import { bundle } from "../build.ts";
import { fieldAt } from "../control-plane/access.ts";
import { installOperator } from "../control-plane/operator.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/start.ts";
import { type Operator, runCommand, startOperator } from "../demo/operator.ts";
import { createRepository } from "../demo/repository.ts";
import { type BenchObject, benchObjects, namespaceCount, namespaceOf } from "./objects.ts";
import { cpuMs, residentMiB } from "./process-stats.ts";

const count = Number(process.env["N"] ?? 1_000);
const singleEdits = 200;
const burstEdits = 500;
/** With a connection for each, the machine would make connections for most of the time, which nobody wants to know. */
const burstConnections = 50;
const steadyMs = Number(process.env["STEADY_SECONDS"] ?? 60) * 1_000;
const settleMs = 15_000;
const recordTimeoutMs = 60_000;
const operatorUser = "system:serviceaccount:holdfast-system:holdfast";
const { signal } = new AbortController();

/** Only what the operator asks for is written down. */
const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata", users: [operatorUser] }, { level: "None" }],
};

const directory = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
say(`benchmark with ${count} objects on ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"})`);
const plane = await startControlPlane({ auditPolicy });
const transport = createTransport({
  kubeConfig: loadKubeConfig(plane.kubeconfig("admin")),
  userAgent: "holdfast-bench",
});
const records = watchRecords(transport);
let operator: Operator | undefined;
try {
  const program = await bundle(join(directory, "bundle"));
  const kubeconfig = await installOperator(plane);
  const objects = benchObjects(count);
  const url = await prepareRepository(objects);
  await createObjects(objects);

  const start = (name: string) =>
    startOperator({
      kubeconfig,
      directory: join(directory, name),
      command: runCommand(program),
    });
  operator = await start("idle");
  await pause(5_000);
  const idleMiB = residentMiB(operator.pid);
  await operator.stop();

  await plane.kubectl(["apply", "-f", "-"], { input: JSON.stringify(policy(url)) });
  say("starting the operator with the policy");
  const startedAt = performance.now();
  operator = await start("run");
  await untilJudged(plane);
  const startupMs = Math.round(performance.now() - startedAt);
  say(`first full verdict after ${startupMs} ms; measuring the steady state for ${steadyMs / 1_000} s`);

  await pause(settleMs);
  const cpuBefore = cpuMs(operator.pid);
  const from = new Date();
  await pause(steadyMs);
  const cpuPercent = ((cpuMs(operator.pid) - cpuBefore) / steadyMs) * 100;
  const requests = requestsSince(plane, from);
  const rssMiB = residentMiB(operator.pid);

  say(`making ${singleEdits} edits, one after another`);
  const [forSingle, forBurst] = split(objects);
  const latencies: number[] = [];
  let missed = 0;
  for (const object of forSingle) {
    const latency = await editAndAwait(object);
    if (latency === undefined) missed += 1;
    else latencies.push(latency);
  }
  say(`making ${forBurst.length} edits at once`);
  const burst = await editAtOnce(forBurst);
  missed += burst.missed;

  report({ startupMs, idleMiB, rssMiB, cpuPercent, requests, latencies, burstMs: burst.ms, missed });
} finally {
  await operator?.stop();
  records.stop();
  await transport.close();
  await plane.stop();
  await rm(directory, { recursive: true, force: true });
}

interface Measured {
  readonly startupMs: number;
  readonly idleMiB: number;
  readonly rssMiB: number;
  readonly cpuPercent: number;
  readonly requests: ReadonlyMap<string, number>;
  readonly latencies: readonly number[];
  readonly burstMs: number;
  readonly missed: number;
}

function report(measured: Measured): void {
  const { startupMs, idleMiB, rssMiB, cpuPercent, requests, latencies, burstMs, missed } = measured;
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  const latencyMs = { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  const perMinute = [...requests.values()].reduce((sum, n) => sum + n, 0);
  const verbs = [...requests].map(([verb, n]) => `${verb} ${n}`).join(", ");
  const bytesPerObject = Math.round(((rssMiB - idleMiB) * 1024 * 1024) / count);
  const rows = [
    ["time to first full verdict", `${startupMs} ms`],
    ["resident memory", `${round(rssMiB)} MiB (${round(idleMiB)} MiB without a policy)`],
    ["bytes per object", String(bytesPerObject)],
    ["API requests per minute", `${perMinute}${verbs === "" ? "" : ` (${verbs})`}`],
    ["CPU in steady state", `${round(cpuPercent)} % of one core`],
    [
      "hand edit answered -> record seen",
      `p50 ${latencyMs.p50} ms, p95 ${latencyMs.p95} ms, p99 ${latencyMs.p99} ms`,
    ],
    [`burst of ${burstEdits} edits, all recorded`, `${burstMs} ms`],
    ["edits without a record", String(missed)],
  ];
  say("");
  for (const [name = "", value = ""] of rows) say(`${name.padEnd(42)} ${value}`);
  const line = {
    n: count,
    startupMs,
    rssMiB: round(rssMiB),
    bytesPerObject,
    requestsPerMinute: perMinute,
    cpuPercent: round(cpuPercent),
    latencyMs,
    burstMs,
    missed,
  };
  say(JSON.stringify(line));
}

async function prepareRepository(objects: readonly BenchObject[]): Promise<string> {
  say("writing the Git repository, one file for each object");
  const repository = await createRepository(join(directory, "repository"));
  const files = objects.map(({ namespace, name, manifest }) => [
    `app/${namespace}/${name}.json`,
    JSON.stringify(manifest, null, 2),
  ]);
  await repository.commit(Object.fromEntries(files));
  return repository.url;
}

async function createObjects(objects: readonly BenchObject[]): Promise<void> {
  say("creating the objects on the API server");
  for (let i = 0; i < namespaceCount; i++) {
    await post("/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespaceOf(i) },
    });
  }
  let done = 0;
  await inParallel(objects, 16, async ({ collection, manifest }) => {
    await post(collection, manifest);
    done += 1;
    if (done % 2_000 === 0) say(`  ${done} created`);
  });
}

async function post(path: string, body: JsonObject): Promise<void> {
  const query = { fieldManager: "kubectl-client-side-apply" };
  const created = await transport.request({ method: "POST", path, query, body }, signal);
  if (created.type === "Failed") throw new Error(`${path}: ${created.failure.message}`);
}

function policy(url: string): JsonObject {
  return {
    apiVersion: "holdfast.dev/v1alpha1",
    kind: "GitRepoPolicy",
    metadata: { name: "bench", namespace: "holdfast-system" },
    spec: {
      source: { url, ref: { branch: "main" }, path: "app", interval: "1m" },
      // The identities that work on this control plane are ClusterRoles that no Git declares.
      detection: { sensitiveKinds: "DeclaredOnly" },
    },
  };
}

async function untilJudged(cluster: ControlPlane): Promise<void> {
  const startedAtMs = performance.now();
  const path = "/apis/holdfast.dev/v1alpha1/namespaces/holdfast-system/gitrepopolicies/bench";
  for (;;) {
    const { body } = await cluster.request({ path });
    const conditions = fieldAt(body, ["status", "conditions"]);
    const inSync = Array.isArray(conditions)
      ? conditions.find((one) => fieldAt(one, ["type"]) === "InSync")
      : undefined;
    if (fieldAt(inSync, ["status"]) === "True") return;
    if (performance.now() - startedAtMs > 300_000)
      throw new Error(`not in sync: ${JSON.stringify(conditions)}`);
    await pause(25);
  }
}

/** Every record is seen once; whoever waits for an object is told when its record came. */
function watchRecords(client: Transport) {
  const stop = new AbortController();
  const seen = new Map<string, number>();
  const waiting = new Map<string, () => void>();
  void runWatch(
    {
      transport: client,
      path: "/apis/holdfast.dev/v1alpha1/driftrecords",
      onEvent: (event) => {
        if (event.type !== "Applied") return;
        const name = fieldAt(event.object, ["spec", "object", "name"]);
        if (typeof name !== "string" || seen.has(name)) return;
        seen.set(name, performance.now());
        waiting.get(name)?.();
      },
      onBug: (error) => {
        throw error;
      },
    },
    stop.signal,
  );
  return {
    stop: () => stop.abort(),
    /** The time of the record, or undefined if none comes. */
    of: (name: string): Promise<number | undefined> =>
      new Promise((resolve) => {
        const known = seen.get(name);
        if (known !== undefined) return resolve(known);
        const timer = setTimeout(() => resolve(undefined), recordTimeoutMs);
        waiting.set(name, () => {
          clearTimeout(timer);
          resolve(seen.get(name));
        });
      }),
  };
}

async function edit({ collection, name, edit: body }: BenchObject): Promise<number> {
  const path = `${collection}/${name}`;
  const query = { fieldManager: "kubectl-edit" };
  const contentType = "application/json-patch+json";
  const answer = await transport.request({ method: "PATCH", path, query, contentType, body }, signal);
  if (answer.type === "Failed") throw new Error(`${path}: ${answer.failure.message}`);
  return performance.now();
}

/** From the edit's answer to its record, in ms; a record that is there before the answer took no time. */
async function editAndAwait(object: BenchObject): Promise<number | undefined> {
  const answeredAt = await edit(object);
  const recordedAt = await records.of(object.name);
  return recordedAt === undefined ? undefined : Math.max(0, recordedAt - answeredAt);
}

async function editAtOnce(
  objects: readonly BenchObject[],
): Promise<{ readonly ms: number; readonly missed: number }> {
  const beganAt = performance.now();
  await inParallel(objects, burstConnections, edit);
  const times = await Promise.all(objects.map(({ name }) => records.of(name)));
  const last = Math.max(...times.map((time) => time ?? 0));
  return { ms: Math.round(last - beganAt), missed: times.filter((time) => time === undefined).length };
}

/** Objects for single edits and for the burst, spread over all kinds, none in both. */
function split(objects: readonly BenchObject[]): readonly [readonly BenchObject[], readonly BenchObject[]] {
  const single = Math.min(singleEdits, Math.floor(objects.length / 4));
  const burst = Math.min(burstEdits, objects.length - single);
  return [objects.slice(0, single), objects.slice(single, single + burst)];
}

/** What the operator asked of the API server, by verb; a watch is written down when it ends. */
function requestsSince({ auditLog }: ControlPlane, from: Date): ReadonlyMap<string, number> {
  const byVerb = new Map<string, number>();
  for (const line of readFileSync(auditLog, "utf8").split("\n")) {
    if (line === "") continue;
    const { verb, requestReceivedTimestamp } = JSON.parse(line) as {
      verb: string;
      requestReceivedTimestamp: string;
    };
    if (new Date(requestReceivedTimestamp) >= from) byVerb.set(verb, (byVerb.get(verb) ?? 0) + 1);
  }
  return byVerb;
}

async function inParallel<T>(
  items: readonly T[],
  workers: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  const run = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, run));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
