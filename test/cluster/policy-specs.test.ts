/** GitRepoPolicies on the real API server: what its CRD refuses, naming the field, and what it lets through. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import type { Json } from "../../src/resource/resource.ts";
import { useApiServer } from "../support/api-server.ts";
import { invalidSpecs, smallestSpec, validSpecs } from "../support/policy-specs.ts";

const api = useApiServer();
let namespace: string;

beforeAll(async () => {
  await api.operator();
  namespace = await api.namespace("specs");
});

const policyOf = (spec: Json | undefined) => ({
  apiVersion: "holdfast.dev/v1alpha1",
  kind: "GitRepoPolicy",
  metadata: { name: "shop", namespace },
  spec,
});

/** Without storing it. */
async function create(spec: Json | undefined) {
  const path = `/apis/holdfast.dev/v1alpha1/namespaces/${namespace}/gitrepopolicies?dryRun=All`;
  return await api.request({ path, method: "POST", body: policyOf(spec) });
}

describe("the API server refuses a policy", () => {
  it.each(invalidSpecs)("with %s", async (_, spec, field) => {
    const { status, body } = await create(spec);
    expect(body.message).toContain(`${field}: `);
    expect(status).toBe(422);
  });

  it("without a spec", async () => {
    const { body } = await create(undefined);
    expect(body.message).toContain("spec: Required value");
  });

  it("with a field that it does not know, as kubectl sends it, and names the field", async () => {
    const policy = policyOf({ ...smallestSpec, compliance: { mode: "Exact" } });
    const args = ["apply", "--dry-run=server", "--filename", "-"];
    const refused = await api.tryKubectl(args, { input: JSON.stringify(policy) });
    expect(refused.stderr).toContain('unknown field "spec.compliance"');
    expect(refused.exitCode).not.toBe(0);
  });
});

describe("the API server accepts a policy", () => {
  it.each(validSpecs)("with %s", async (_, spec) => {
    const { status, body } = await create(spec);
    expect([status, body.message]).toEqual([201, undefined]);
  });

  it("and fills in what it leaves out", async () => {
    const { body } = await create(smallestSpec);
    expect(body.spec).toEqual({
      source: {
        url: "https://git.example.com/platform/shop.git",
        ref: { branch: "main" },
        path: "",
        interval: "1m",
        render: { type: "Auto" },
      },
      detection: { mode: "Exact", unexpected: "Report", sensitiveKinds: "Watch", ignore: [], trust: [] },
      rollback: { mode: "Never" },
      suspend: false,
    });
  });

  it("and leaves out a field that it does not know, where the client asks for no strictness", async () => {
    const { body } = await create({ ...smallestSpec, compliance: { mode: "Exact" } });
    expect(fieldAt(body, ["spec", "source", "path"])).toBe("");
    expect(fieldAt(body, ["spec", "compliance"])).toBeUndefined();
  });
});
