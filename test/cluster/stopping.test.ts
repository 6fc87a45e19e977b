/** The operator ends in the middle of a rollback, in an orderly way or not: what then stands in the cluster and in the record. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import type { Json } from "../../src/resource/resource.ts";
import { type ApiProxy, startApiProxy } from "../support/api-proxy.ts";
import { useApiServer } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy } from "../support/cluster-policy.ts";

const api = useApiServer();
const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast}
`;

let directory: string;
let proxy: ApiProxy;
let operator: Operator | undefined;
let policy: ClusterPolicy;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-stopping-test-"));
  proxy = await startApiProxy(await api.operator(), directory);
});

beforeEach(async () => {
  await start();
  const namespace = await api.namespace("stopping");
  policy = await createClusterPolicy(api, {
    namespace,
    directory,
    files: { "app/settings.yaml": settings },
  });
  await policy.apply();
  await policy.deliver();
  await policy.condition("InSync", "True");
});

afterEach(async () => {
  await operator?.stop();
});

afterAll(async () => {
  proxy.close();
  await rm(directory, { recursive: true, force: true });
});

/** Without a Lease: a killed operator's would have to run out each time. */
async function start(): Promise<void> {
  operator = await startOperator({
    kubeconfig: proxy.kubeconfig,
    directory,
    flags: ["--leader-elect=false"],
  });
}

const theWrite = () => new RegExp(`/namespaces/${policy.namespace}/configmaps/settings\\?`);
const theRecord = () => new RegExp(`/namespaces/${policy.namespace}/driftrecords\\?`);

async function edit(): Promise<void> {
  await policy.edit("patch", "configmap", "settings", "--patch", '{"data":{"mode":"hacked"}}');
}

async function mode(): Promise<string> {
  return await policy.kubectl("get", "configmap", "settings", "-o", "jsonpath={.data.mode}");
}

async function onlyRecord(): Promise<Json | undefined> {
  const records = await policy.records();
  expect(records).toHaveLength(1);
  return records[0];
}

async function restartCompletes(): Promise<void> {
  await start();
  const record = await policy.resolved("settings");
  expect(fieldAt(record, ["status", "resolution"])).toBe("RolledBack");
  await policy.condition("InSync", "True");
  expect(await mode()).toBe("fast");
  await onlyRecord();
}

describe("an operator that is told to stop in the middle of a rollback", () => {
  it("finishes the write, says that it was made, and leaves the rest to its next life", async () => {
    const answer = proxy.hold("answer", "PATCH", theWrite());
    await edit();
    await answer.caught;
    const stopped = operator?.stop();
    // The API server has done it; the operator is still to be told.
    expect(await mode()).toBe("fast");
    answer.release();
    expect(await stopped).toBe(0);
    const record = await onlyRecord();
    expect(fieldAt(record, ["status", "rollback", "result"])).toBe("Written");
    expect(fieldAt(record, ["status", "resolution"])).toBeUndefined();
    await restartCompletes();
  });

  it("gives a write up that the API server does not take, and claims nothing", async () => {
    const request = proxy.hold("request", "PATCH", theWrite());
    await edit();
    await request.caught;
    expect(await operator?.stop()).toBe(0);
    // The process may be gone before the proxy reads that its connection is.
    await request.abandoned;
    request.release();
    const record = await onlyRecord();
    expect(fieldAt(record, ["status", "rollback"])).toBeUndefined();
    expect(await mode()).toBe("hacked");
    await restartCompletes();
  });
});

describe("an operator that is killed", () => {
  it("between the write and the word of it in the record still knows afterwards that it was its own", async () => {
    const answer = proxy.hold("answer", "PATCH", theWrite());
    await edit();
    await answer.caught;
    await operator?.stop("SIGKILL");
    answer.release();
    expect(fieldAt(await onlyRecord(), ["status", "rollback"])).toBeUndefined();
    await restartCompletes();
  });

  it("before its record could be made has not rolled back what nobody would ever know of", async () => {
    const record = proxy.hold("request", "POST", theRecord());
    const write = proxy.hold("request", "PATCH", theWrite());
    await edit();
    await record.caught;
    // Long enough for a write that does not wait for the record.
    const pause = new Promise((resolve) => setTimeout(resolve, 500, "no write"));
    expect(await Promise.race([write.caught.then(() => "a write"), pause])).toBe("no write");
    await operator?.stop("SIGKILL");
    await record.abandoned;
    record.release();
    write.release();
    expect(await policy.records()).toEqual([]);
    expect(await mode()).toBe("hacked");
    await restartCompletes();
  });
});
