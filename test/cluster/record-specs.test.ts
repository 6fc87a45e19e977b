/** DriftRecords on the real API server: what they hold, that they are not edited, and that they stay small. */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { recordLimits } from "../../src/api/drift-record.ts";
import { labelsOf, recordOf, statusOf } from "../../src/controller/record-body.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { useApiServer } from "../support/api-server.ts";
import { longestEpisode } from "../support/longest-episode.ts";

const api = useApiServer();
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
let namespace: string;
/** Holdfast writes its records itself: with its own account, and its own rights. */
let kubeconfig: string;

beforeAll(async () => {
  kubeconfig = await api.operator();
  namespace = await api.namespace("records");
});

const path = (name: string) => `/apis/holdfast.dev/v1alpha1/namespaces/${namespace}/driftrecords${name}`;
const patch = (name: string, body: JsonObject) =>
  api.request(
    {
      path: `${path(`/${name}`)}?fieldManager=holdfast`,
      method: "PATCH",
      body,
      contentType: "application/merge-patch+json",
    },
    { kubeconfig },
  );

function record(name: string, spec: JsonObject = {}): KubernetesObject {
  return {
    apiVersion: "holdfast.dev/v1alpha1",
    kind: "DriftRecord",
    metadata: { name, namespace },
    spec: {
      policyName: "shop",
      object: { group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "web" },
      type: "Modified",
      revision: "main@sha1:0123",
      firstSeenTime: "2026-01-01T00:00:00Z",
      ...spec,
    },
  };
}

async function create(body: KubernetesObject, dryRun = false) {
  const query = `?fieldManager=holdfast${dryRun ? "&dryRun=All" : ""}`;
  return await api.request({ path: path(query), method: "POST", body }, { kubeconfig });
}

describe("a record's spec", () => {
  it("cannot be changed", async () => {
    await create(record("fixed"));
    const { status, body } = await patch("fixed", { spec: { type: "Missing" } });
    expect(body.message).toContain("spec: a DriftRecord is not edited");
    expect(status).toBe(422);
  });

  it("cannot be given an origin later, nor lose its object", async () => {
    await create(record("kept"));
    const origin = { repository: "https://h/x", path: "app.yaml" };
    expect((await patch("kept", { spec: { origin } })).status).toBe(422);
    expect((await patch("kept", { spec: { object: null } })).status).toBe(422);
  });

  it.each([
    ["a type that no drift has", { type: "Odd" }, "spec.type"],
    ["a time that is none", { firstSeenTime: "yesterday" }, "spec.firstSeenTime"],
    ["no policy", { policyName: "" }, "spec.policyName"],
    ["a revision of 513 characters", { revision: "x".repeat(513) }, "spec.revision"],
    ["a line before the first", { origin: { repository: "r", path: "p", line: 0 } }, "spec.origin.line"],
  ] satisfies readonly (readonly [string, JsonObject, string])[])(
    "with %s is refused",
    async (_, spec, field) => {
      const { status, body } = await create(record("wrong", spec), true);
      expect(body.message).toContain(`${field}: `);
      expect(status).toBe(422);
    },
  );
});

describe("a record's status", () => {
  it("is written, and written again", async () => {
    await create(record("told"));
    const changes = [{ path: "spec.replicas", type: "Modified", desired: "1", live: "3" }];
    expect((await patch("told/status", { status: { changes, changesTotal: 1 } })).status).toBe(200);
    const resolution = { resolution: "RolledBack", resolvedTime: "2026-01-01T00:00:01Z" };
    const { body } = await patch("told/status", { status: resolution });
    expect(body.status).toEqual({ changes, changesTotal: 1, ...resolution });
    const line = await api.kubectl(["get", "drift", "told", "--namespace", namespace, "--no-headers"]);
    expect(line).toMatch(/^told +shop +Deployment +web +Modified +spec.replicas +RolledBack /);
  });

  it.each([
    [
      "51 changes",
      { changes: Array.from({ length: 51 }, () => ({ path: "a", type: "Added" })) },
      "status.changes",
    ],
    ["a value of 513 characters", { changes: [{ path: "a", type: "Added", live: "x".repeat(513) }] }, "live"],
    ["an end that no drift has", { resolution: "Forgotten" }, "status.resolution"],
  ] satisfies readonly (readonly [string, JsonObject, string])[])(
    "with %s is refused",
    async (_, status, field) => {
      await create(record("bounded"));
      const refused = await patch("bounded/status", { status });
      expect(refused.body.message).toContain(field);
      expect(refused.status).toBe(422);
    },
  );
});

describe("the longest record that Holdfast writes", () => {
  it("is taken by the API server, and has 8 KiB with all that it adds", async () => {
    const { resolution, ...open } = longestEpisode(namespace);
    const name = open.recordName;
    expect(await create(recordOf(open))).toMatchObject({ status: 201 });
    expect(await patch(`${name}/status`, { status: statusOf(open, sha256) })).toMatchObject({ status: 200 });
    const ended = resolution === undefined ? open : { ...open, resolution };
    await patch(`${name}/status`, { status: statusOf(ended, sha256) });
    await patch(name, { metadata: { labels: { ...labelsOf(ended) } } });
    const { body } = await api.request({ path: path(`/${name}`) });
    expect(fieldAt(body, ["status", "resolution"])).toBe("RevertedByDeliverer");
    expect(managersOf(body).length).toBeGreaterThan(1);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(recordLimits.bytes);
  });
});

function managersOf(body: JsonObject): readonly Json[] {
  const managers = fieldAt(body, ["metadata", "managedFields"]);
  return Array.isArray(managers) ? managers : [];
}
