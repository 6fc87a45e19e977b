/** Policies that cannot be followed, each for another reason, beside one that can: it never notices. */
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import type { JsonObject } from "../../src/resource/resource.ts";
import { eventually, useApiServer } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy, listAt } from "../support/cluster-policy.ts";

const api = useApiServer();
/** More policies whose remotes hang than Git commands may run at once. */
const maxFetches = 2;
const hanging = ["hanging-1", "hanging-2", "hanging-3"];
/** Longer than the good policy's edits may take to be undone. */
const gitTimeoutSeconds = 6;

const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast}
`;
/** Ten levels of ten: unfolded it would have ten thousand million scalars. */
const aliasBomb = [
  "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
  ...Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(", ")}]`,
  ),
].join("\n");

let directory: string;
let operator: Operator | undefined;
let silent: Server;
const connections = new Set<Socket>();
let bad: string;
let good: ClusterPolicy;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-bad-input-test-"));
  // Takes every connection and never says a word.
  silent = createServer((connection) => connections.add(connection.on("error", () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  operator = await startOperator({
    kubeconfig: await api.operator(),
    directory,
    flags: [
      "--allow-private-addresses=true",
      `--git-timeout=${gitTimeoutSeconds}s`,
      `--max-fetches=${maxFetches}`,
    ],
  });
  bad = await api.namespace("bad");
  good = await createClusterPolicy(api, {
    namespace: await api.namespace("good"),
    directory,
    files: { "app/settings.yaml": settings },
  });
  await good.apply();
  await good.deliver();
  await good.condition("InSync", "True");
});

afterAll(async () => {
  // A remote that hangs keeps the operator from nothing, least of all from its end.
  const startedAt = performance.now();
  expect(await operator?.stop()).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  silent.close();
  for (const connection of connections) connection.destroy();
  await rm(directory, { recursive: true, force: true });
});

/** A policy in the namespace of the bad ones; what it follows is read by a ref that exists. */
async function applyBad(name: string, source: JsonObject, spec: JsonObject = {}): Promise<void> {
  const policy = {
    apiVersion: "holdfast.dev/v1alpha1",
    kind: "GitRepoPolicy",
    metadata: { name, namespace: bad },
    spec: { source: { ref: { branch: "main" }, interval: "5s", ...source }, ...spec },
  };
  await api.kubectl(["apply", "-f", "-"], { input: JSON.stringify(policy) });
}

/** Resolves to the message of the policy's `Ready` condition once it is not True for this reason. */
async function refused(name: string, reason: string): Promise<string> {
  return await eventually(`${name} refused as ${reason}`, async () => {
    const policy = JSON.parse(await api.kubectl(["get", "grp", name, "-n", bad, "-o", "json"]));
    const ready = listAt(policy, ["status", "conditions"]).find((one) => fieldAt(one, ["type"]) === "Ready");
    const message = fieldAt(ready, ["message"]);
    return fieldAt(ready, ["reason"]) === reason && typeof message === "string" ? message : undefined;
  });
}

async function follows(name: string, file: string, text: string): Promise<void> {
  const repository = await createClusterPolicy(api, {
    namespace: bad,
    directory,
    name,
    files: { [file]: text },
  });
  await applyBad(name, { url: repository.repository.url });
}

/** From the hand edit's answer to the object being back. */
async function undoneWithinMs(value: string): Promise<number> {
  await good.edit("patch", "configmap", "settings", "--patch", `{"data":{"mode":"${value}"}}`);
  const editedAt = performance.now();
  await eventually("the edit undone", async () => {
    const path = `/api/v1/namespaces/${good.namespace}/configmaps/settings`;
    const { body } = await api.request({ path });
    return fieldAt(body, ["data", "mode"]) === "fast" ? true : undefined;
  });
  return performance.now() - editedAt;
}

describe("a policy that cannot be followed", () => {
  it("says so in its own condition: a file that is no YAML, by its line", async () => {
    await follows("unparsable", "app/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [}\n");
    expect(await refused("unparsable", "ParseFailed")).toMatch(/app\/web\.yaml:3/);
  });

  it("says so in its own condition: an alias bomb", async () => {
    await follows("bomb", "bomb.yaml", aliasBomb);
    expect(await refused("bomb", "ParseFailed")).toMatch(/bomb\.yaml.*alias/);
  });

  it("says so in its own condition: a remote that refuses every connection", async () => {
    // Nothing listens on port 1.
    await applyBad("refusing", { url: "https://127.0.0.1:1/shop.git" });
    expect(await refused("refusing", "Unreachable")).toMatch(/127\.0\.0\.1/);
  });

  it("and hangs, as many more do as Git commands may run at once, keeps no other waiting", async () => {
    // A listening TCP server has an address with a port.
    const { port } = silent.address() as AddressInfo;
    for (const name of hanging) await applyBad(name, { url: `https://127.0.0.1:${port}/${name}.git` });
    await eventually("as many remotes to hang as may", () =>
      Promise.resolve(connections.size >= maxFetches ? true : undefined),
    );
    expect(await undoneWithinMs("hacked")).toBeLessThan(5_000);
    for (const name of hanging)
      expect(await refused(name, "Unreachable")).toBe(
        `the remote gave no answer within ${gitTimeoutSeconds} s`,
      );
    // They are tried again every five seconds, and hang each time.
    const before = connections.size;
    await eventually("the remotes to hang again", () =>
      Promise.resolve(connections.size >= before + maxFetches ? true : undefined),
    );
    expect(await undoneWithinMs("hacked again")).toBeLessThan(5_000);
  });

  it("leaves every edit beside it recorded once, and undone", async () => {
    await good.condition("InSync", "True");
    const before = (await good.records()).length;
    expect(await undoneWithinMs("hacked once more")).toBeLessThan(5_000);
    await eventually("one more record, resolved", async () => {
      const records = await good.records();
      const open = records.filter((record) => fieldAt(record, ["status", "resolution"]) !== "RolledBack");
      return records.length === before + 1 && open.length === 0 ? true : undefined;
    });
    const { status } = await fetch(`${operator?.url}/readyz`);
    expect(status).toBe(200);
  });
});
