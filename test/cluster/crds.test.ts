/** Our CRDs on the real API server: they install, explain themselves, and show what people look for first. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import type { Condition } from "../../src/api/condition.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/resource/resource.ts";
import { useApiServer } from "../support/api-server.ts";
import { smallestSpec } from "../support/policy-specs.ts";

const api = useApiServer();
const crds = join(import.meta.dirname, "../../crds");
let namespace: string;

beforeAll(async () => {
  await api.kubectl(["apply", "--server-side", "--kustomize", crds]);
  namespace = await api.namespace("crds");
});

const kubectl = (...args: readonly string[]) => api.kubectl([...args, "--namespace", namespace]);

describe.each([
  ["gitrepopolicies", "grp"],
  ["driftrecords", "drift"],
])("the CRD of %s", (plural, shortName) => {
  const name = `crd/${plural}.holdfast.dev`;

  it("is established, its names are taken, and nothing about its schema is wrong", async () => {
    await api.kubectl(["wait", name, "--for=condition=Established", "--timeout=60s"]);
    const crd = JSON.parse(await api.kubectl(["get", name, "--output=json"])) as Json; // kubectl answers JSON
    const conditions = fieldAt(crd, ["status", "conditions"]) as readonly Condition[]; // by the kind's schema
    expect(conditions.map(({ type, status }) => `${type} ${status}`).toSorted()).toEqual([
      "Established True",
      "NamesAccepted True",
    ]);
  });

  it("answers to its short name and to the category holdfast", async () => {
    await api.kubectl(["wait", name, "--for=condition=Established", "--timeout=60s"]);
    const args = ["api-resources", "--api-group=holdfast.dev", "--categories=holdfast", "--no-headers"];
    expect(await api.kubectl(args)).toMatch(new RegExp(`^${plural} +${shortName} `, "m"));
  });

  it("explains each of its fields to kubectl explain", async () => {
    for (const path of await objectsOf(plural)) {
      const explained = await api.kubectl(["explain", path]);
      expect([path, explained]).not.toEqual([path, expect.stringContaining("<no description>")]);
      expect([path, explained]).toEqual([path, expect.stringMatching(/DESCRIPTION:\n +\S/)]);
    }
  });
});

describe("kubectl explain", () => {
  it("lists the fields of a policy's source, and what they may be", async () => {
    const explained = await api.kubectl(["explain", "grp.spec.source", "--recursive"]);
    const fields = [...explained.matchAll(/^ +(\w+)\t/gm)].map(([, field = ""]) => field);
    expect(fields.toSorted()).toEqual([
      "branch",
      "commit",
      "interval",
      "name",
      "path",
      "ref",
      "render",
      "secretRef",
      "semver",
      "tag",
      "type",
      "url",
    ]);
    expect(explained).toMatch(/url\t<string> -required-/);
    expect(explained).toMatch(/type\t<string>\n +enum: Auto, Plain, Kustomize/);
  });
});

describe("a policy in the cluster", () => {
  const status = {
    conditions: ["Ready", "InSync"].map((type) => ({
      type,
      status: type === "Ready" ? "True" : "Unknown",
      reason: "Watching",
      message: "",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    })),
    source: { revision: "main@sha1:0123" },
    objects: {
      total: 9,
      inSync: 0,
      drifted: 3,
      missing: 0,
      unexpected: 0,
      pending: 0,
      unknown: 6,
      doubtful: 0,
      excused: 0,
    },
  };

  async function apply(name: string, spec: JsonObject = smallestSpec): Promise<void> {
    const apiVersion = "holdfast.dev/v1alpha1";
    const policy = { apiVersion, kind: "GitRepoPolicy", metadata: { name, namespace }, spec };
    await api.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(policy) });
  }
  async function patchStatus(name: string, patch: JsonObject): Promise<JsonObject> {
    const path = `/apis/holdfast.dev/v1alpha1/namespaces/${namespace}/gitrepopolicies/${name}/status`;
    const contentType = "application/merge-patch+json";
    return (await api.request({ path, method: "PATCH", body: patch, contentType })).body;
  }

  it("shows in one line whether it is judged, in sync, and what drifts", async () => {
    await apply("columns", { ...smallestSpec, rollback: { mode: "Always", serviceAccountName: "writer" } });
    await patchStatus("columns", { status });
    const [head, line] = (await kubectl("get", "grp", "columns")).split("\n");
    expect(head?.split(/ {2,}/)).toEqual([
      "NAME",
      "READY",
      "IN SYNC",
      "DRIFTED",
      "UNKNOWN",
      "MODE",
      "REVISION",
      "AGE",
    ]);
    expect(line?.split(/ {2,}/).slice(0, -1)).toEqual([
      "columns",
      "True",
      "Unknown",
      "3",
      "6",
      "Always",
      "main@sha1:0123",
    ]);
    expect(await kubectl("get", "holdfast", "--output=name")).toContain("gitrepopolicy.holdfast.dev/columns");
  });

  it("can be waited for", async () => {
    await apply("waited");
    await patchStatus("waited", { status });
    await kubectl("wait", "grp/waited", "--for=condition=Ready", "--timeout=30s");
  });

  it("keeps its spec when its status is written, and its status when its spec is", async () => {
    await apply("parts");
    const answer = await patchStatus("parts", { status, spec: { suspend: true } });
    expect(fieldAt(answer, ["spec", "suspend"])).toBe(false);
    await apply("parts", { ...smallestSpec, suspend: true });
    const policy = JSON.parse(await kubectl("get", "grp", "parts", "--output=json")) as Json; // kubectl answers JSON
    expect(policy).toMatchObject({ metadata: { generation: 2 }, spec: { suspend: true }, status });
  });
});

/** The paths of a kind's fields that have fields, as kubectl explain takes them. */
async function objectsOf(plural: string): Promise<readonly string[]> {
  const crd = JSON.parse(await api.kubectl(["get", `crd/${plural}.holdfast.dev`, "--output=json"])) as Json; // it is JSON
  const [version] = fieldAt(crd, ["spec", "versions"]) as readonly Json[]; // by the kind's schema
  const schema = fieldAt(version, ["schema", "openAPIV3Schema", "properties"]);
  return ["spec", "status"].flatMap((part) => nested(fieldAt(schema, [part]), `${plural}.${part}`));
}

function nested(schema: Json | undefined, path: string): readonly string[] {
  const properties = fieldAt(schema, ["properties"]) ?? fieldAt(schema, ["items", "properties"]);
  if (!isJsonObject(properties)) return [];
  return [path, ...Object.entries(properties).flatMap(([name, field]) => nested(field, `${path}.${name}`))];
}
