/** The ledger of an operator on a real API server: what it tells, that it is whole, and that a killed process loses nothing. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import type { Entry } from "../../src/ledger/entry.ts";
import { type ApiProxy, startApiProxy } from "../support/api-proxy.ts";
import { eventually, useApiServer } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy } from "../support/cluster-policy.ts";
import { holdfast } from "../support/holdfast-diff.ts";

const api = useApiServer();
const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast}
`;

let directory: string;
let proxy: ApiProxy;
let operator: Operator;
let policy: ClusterPolicy;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-ledger-cluster-test-"));
  proxy = await startApiProxy(await api.operator(), directory);
  await start();
  const namespace = await api.namespace("history");
  policy = await createClusterPolicy(api, { namespace, directory, files: { "app/settings.yaml": settings } });
  await policy.apply();
  await policy.deliver();
  await policy.condition("InSync", "True");
});

afterAll(async () => {
  await operator.stop();
  // Its log is of all its lives.
  expect(operator.log()).not.toContain("the ledger cannot be written");
  proxy.close();
  await rm(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  operator = await startOperator({
    kubeconfig: proxy.kubeconfig,
    directory,
    flags: ["--leader-elect=false"],
  });
}

const onLedger = (...args: readonly string[]) => holdfast([...args, "--data-dir", join(directory, "data")]);

/** What the ledger holds of this policy, the oldest first. */
async function entries(): Promise<readonly Entry[]> {
  const name = `${policy.namespace}/shop`;
  const { stdout } = await onLedger("history", "-o", "jsonl", "--policy", name);
  const lines = stdout.split("\n").slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { entry: Entry }).entry); // as `holdfast history` prints them
}

async function endsWith(...types: readonly string[]): Promise<readonly Entry[]> {
  return await eventually(`entries that end with ${types.join(", ")}`, async () => {
    const found = (await entries()).slice(-types.length);
    return found.map(({ type }) => type).join() === types.join() ? found : undefined;
  });
}

async function edit(mode: string): Promise<void> {
  await policy.edit("patch", "configmap", "settings", "--patch", JSON.stringify({ data: { mode } }));
}

async function verified(name: string) {
  const key = (await onLedger("export", "--public-key")).stdout.trim();
  const file = join(directory, name);
  await writeFile(file, (await onLedger("export")).stdout);
  return await holdfast(["verify", file, "--key", key]);
}

describe("the ledger", () => {
  it("tells of a hand edit and its rollback: what, where, against which commit, by which account, how it ended", async () => {
    await edit("hacked");
    const story = ["DriftDetected", "RollbackAttempted", "RollbackSucceeded", "DriftResolved"];
    const [detected, attempted, , resolved] = await endsWith(...story);
    expect(detected).toMatchObject({
      cluster: await api.kubectl(["get", "namespace", "kube-system", "--output=jsonpath={.metadata.uid}"]),
      policy: { name: "shop", uid: expect.any(String), generation: expect.any(Number) },
      object: { kind: "ConfigMap", namespace: policy.namespace, name: "settings", uid: expect.any(String) },
      drift: {
        type: "Modified",
        revision: expect.stringMatching(/^main@sha1:[0-9a-f]{40}$/),
        changes: [{ type: "Modified", path: "data.mode", managers: [expect.stringContaining("kubectl")] }],
      },
      origin: { path: "app/settings.yaml", line: 1 },
    });
    expect(attempted?.outcome?.as).toBe(`${policy.namespace}/holdfast-rollback`);
    expect(resolved?.outcome?.result).toBe("RolledBack");
    const { stdout } = await onLedger("history", "--object", "ConfigMap/settings");
    expect(stdout).toContain('Modified data.mode: Git "fast", live "hacked"');
  });

  it("is verified while the operator runs", async () => {
    expect(await verified("running.jsonl")).toMatchObject({ exitCode: 0 });
  });

  it("has the rollback that a killed operator had sent, and goes on behind it", async () => {
    const theWrite = new RegExp(`/namespaces/${policy.namespace}/configmaps/settings\\?`);
    const answer = proxy.hold("answer", "PATCH", theWrite);
    await edit("hacked again");
    await answer.caught;
    await operator.stop("SIGKILL");
    const last = await endsWith("DriftDetected", "RollbackAttempted");
    answer.release();
    await start();
    const after = await endsWith("RollbackAttempted", "RollbackSucceeded", "DriftResolved");
    expect(after[0]?.drift?.record).toBe(last[0]?.drift?.record);
    expect(await verified("killed.jsonl")).toMatchObject({ exitCode: 0 });
  });

  it("tells of a policy that was changed while no operator ran, before and after", async () => {
    await operator.stop();
    await policy.apply({ suspend: true });
    await start();
    const [changed] = await endsWith("PolicyChanged");
    expect(changed).toMatchObject({ severity: "High", policy: { generation: 2 } });
    const { stdout } = await onLedger("history", "--type", "PolicyChanged");
    expect(stdout).toMatch(/spec\.suspend: (false|\(nothing\)) -> true, written by kubectl/);
  });

  it("in which a row was altered by hand is found out, with the entry", async () => {
    const [first] = await entries();
    await operator.stop();
    const database = new DatabaseSync(join(directory, "data/ledger.sqlite"));
    const alter = database.prepare(
      "UPDATE entry SET text = replace(text, 'namespace', 'namespaze') WHERE sequence = ?",
    );
    alter.run(first?.sequence ?? -1);
    database.close();
    const { exitCode, stderr } = await verified("altered.jsonl");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`entry ${first?.sequence} was altered`);
  });
});
