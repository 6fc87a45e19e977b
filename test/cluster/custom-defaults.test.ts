/** The defaults of custom resources, as the CRD and the published schema state them: the real API server puts in the same. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { compare } from "../../src/diff/compare.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { compileCrd } from "../../src/schema/crd.ts";
import { compileOpenApi, kindKey } from "../../src/schema/open-api.ts";
import type { SchemaNode } from "../../src/schema/schema-node.ts";
import { eventually, useApiServer } from "../support/api-server.ts";
import { differences } from "../support/defaults/differences.ts";
import { predict } from "../support/defaults/predict.ts";
import { objectsIn } from "../support/defaults/replayed-objects.ts";

const api = useApiServer();
const gvk = { group: "try.holdfast.dev", version: "v1", kind: "Gadget" };
const [crd, ...specs] = objectsIn(join(import.meta.dirname, "testdata/custom-defaults.yaml"));
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
let gadgets = "";

beforeAll(async () => {
  const namespace = await api.namespace("custom");
  gadgets = `/apis/try.holdfast.dev/v1/namespaces/${namespace}/gadgets`;
  await api.request({ method: "POST", path: definitions, body: crd });
  await eventually("the custom resource to be served", async () =>
    (await api.request({ path: gadgets })).status === 200 ? true : undefined,
  );
});

afterAll(async () => {
  await api.request({ method: "DELETE", path: `${definitions}/gadgets.try.holdfast.dev` });
});

describe.each(["the CRD itself", "what the server publishes"])("by %s", (source) => {
  let schema: SchemaNode;
  beforeAll(async () => {
    schema = source === "the CRD itself" ? fromCrd() : await published();
  });

  it.each(specs.map((spec) => [JSON.stringify(spec), spec] as const))(
    "a custom resource gets what its schema says: %s",
    async (_, spec) => {
      const { desired, live } = await dryRun(spec);
      const roots = { desired, live };
      const predicted = predict({ spec }, schema, { roots, onField: () => {} });
      expect(differences(predicted, { spec: live["spec"] ?? null }, schema)).toEqual([]);
      expect(found(desired, live, schema)).toEqual([]);
    },
  );

  it("a value that somebody set where Git says null is found, be it the default", async () => {
    const { desired, live } = await dryRun({ nullable: null });
    const edited = { ...live, spec: { ...(live["spec"] as JsonObject), nullable: "x" } }; // as the server answers
    expect(found(desired, edited, schema)).toEqual(["Added spec.nullable"]);
  });
});

function found(desired: KubernetesObject, live: KubernetesObject, schema: SchemaNode): readonly string[] {
  const { changes } = compare({ desired, live, schema, mode: "Exact" });
  return changes.map(({ type, path }) => `${type} ${formatPath(path)}`);
}

async function dryRun(spec: JsonObject) {
  const desired = { apiVersion: "try.holdfast.dev/v1", kind: "Gadget", metadata: { name: "gadget" }, spec };
  const path = `${gadgets}?dryRun=All&fieldValidation=Strict`;
  const { status, body } = await api.request({ method: "POST", path, body: desired });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { desired, live: body as KubernetesObject }; // the API server answers with the object
}

function fromCrd(): SchemaNode {
  const compiled = crd === undefined ? undefined : compileCrd(crd)[0]?.schema;
  if (compiled === undefined) throw new Error("the CRD has no version");
  return compiled;
}

async function published(): Promise<SchemaNode> {
  return eventually("the schema to be published", async () => {
    const { body } = await api.request({ path: "/openapi/v3/apis/try.holdfast.dev/v1" });
    return compileOpenApi(body, { omits: () => false }).get(kindKey(gvk));
  });
}
