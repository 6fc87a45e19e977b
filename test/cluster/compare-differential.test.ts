/** The comparison against the API server itself: what it does to declared objects is no drift, what a hand does is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { compare } from "../../src/diff/compare.ts";
import type { DetectionMode, FieldChange } from "../../src/diff/field-change.ts";
import { rollbackPatch } from "../../src/drift/patch.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import { type Json, type JsonObject, type KubernetesObject, refOf } from "../../src/resource/resource.ts";
import { compileCrd } from "../../src/schema/crd.ts";
import { omittedZeros } from "../../src/schema/omitted-zeros.ts";
import { compileOpenApi, kindKey } from "../../src/schema/open-api.ts";
import type { SchemaNode } from "../../src/schema/schema-node.ts";
import { shippedKind } from "../../src/schema/shipped.ts";
import { useApiServer } from "../support/api-server.ts";

const testdata = join(import.meta.dirname, "testdata");
const modes: readonly DetectionMode[] = ["Declared", "Exact"];
const api = useApiServer();

/** In an order in which each may be created. */
const files = ["policy-and-rbac.yaml", "config-and-network.yaml", "workloads.yaml", "custom.yaml"];
const declared = files.flatMap((file) => read(join("declared", file)) as readonly KubernetesObject[]);
const edits = read("edits.yaml")[0] as unknown as readonly {
  readonly name: string;
  readonly desired: KubernetesObject;
  readonly patch: readonly Json[];
}[];

describe.each(["created", "applied by the server", "applied by kubectl"] as const)(
  "an object that is %s",
  (how) => {
    let namespace = "";
    beforeAll(async () => {
      namespace = await api.namespace("declared");
    });

    it.each(declared.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))(
      "is in sync with its manifest: %s",
      async (_, manifest) => {
        const desired = await placed(manifest, namespace);
        const live = await deliver(desired, how);
        // Two variables of one name cannot be applied by the server, which says so.
        if (live === undefined)
          return expect(`${how} ${desired.metadata.name}`).toBe("applied by the server rs");
        for (const mode of modes) {
          const { changes, unknownFields } = await comparison(desired, live, mode);
          expect([mode, ...changes.map(described)]).toEqual([mode]);
          expect(unknownFields.map(formatPath)).toEqual([]);
        }
      },
    );
  },
);

describe("a custom resource", () => {
  const crds = declared.flatMap(compileCrd);
  const widgets = declared.filter((object) =>
    crds.some(({ gvk }) => kindKey(gvk) === kindKey(refOf(object))),
  );

  it("is in sync by the CRD itself too, as the server publishes no more than that says", async () => {
    const namespace = await api.namespace("crd");
    expect(widgets).toHaveLength(2);
    for (const widget of widgets) {
      const desired = await placed(widget, namespace);
      const live = await deliver(desired, "created");
      const schema = crds.find(({ gvk }) => kindKey(gvk) === kindKey(refOf(widget)))?.schema;
      if (live === undefined || schema === undefined) throw new Error("it was not created");
      for (const mode of modes) {
        const { changes, unknownFields } = compare({ desired, live, schema, mode });
        expect([changes, unknownFields]).toEqual([[], []]);
      }
    }
  });
});

describe("a hand edit", () => {
  let namespace = "";
  beforeAll(async () => {
    namespace = await api.namespace("edits");
  });

  const inBothModes = edits.flatMap((edit) => modes.map((mode) => [edit.name, mode, edit] as const));
  it.each(inBothModes)("is found and undone: %s (%s)", async (_, mode, edit) => {
    const desired = await placed(edit.desired, namespace);
    const url = await urlOf(desired);
    expect(await deliver(desired, "created")).toBeDefined();
    try {
      const edited = await send(`${url}?fieldManager=kubectl-edit`, edit.patch);
      expect((await comparison(desired, edited, mode)).changes).not.toEqual([]);
      const answer = await rollBack(desired, url, mode);
      expect((await comparison(desired, answer, mode)).changes.map(described)).toEqual([]);
    } finally {
      await api.request({ method: "DELETE", path: `${url}?gracePeriodSeconds=0` });
      await gone(url);
    }
  });
});

/** Controllers write status meanwhile, so that the version moves: judged again, as the operator does it. */
async function rollBack(
  desired: KubernetesObject,
  url: string,
  mode: DetectionMode,
): Promise<KubernetesObject> {
  for (let attempt = 0; ; attempt++) {
    const live = await get(url);
    const { changes } = await comparison(desired, live, mode);
    const body = rollbackPatch({ changes, desired, live });
    const path = `${url}?dryRun=All&fieldManager=holdfast`;
    const { status, body: answer } = await api.request({
      method: "PATCH",
      path,
      body,
      contentType: jsonPatch,
    });
    if (status === 200) return answer as KubernetesObject; // the API server answers with the object
    if (status !== 409 || attempt === 20) throw new Error(`${status}: ${JSON.stringify(answer)}`);
  }
}

const jsonPatch = "application/json-patch+json";

async function send(path: string, body: readonly Json[]): Promise<KubernetesObject> {
  const { status, body: answer } = await api.request({ method: "PATCH", path, body, contentType: jsonPatch });
  if (status !== 200) throw new Error(`the edit was refused: ${JSON.stringify(answer)}`);
  return answer as KubernetesObject; // the API server answers with the object
}

/** Undefined where server-side apply refuses the object. */
async function deliver(
  desired: KubernetesObject,
  how: "created" | "applied by the server" | "applied by kubectl",
): Promise<KubernetesObject | undefined> {
  const url = await urlOf(desired);
  const collection = url.slice(0, url.lastIndexOf("/"));
  if (how === "applied by kubectl") {
    await api.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(desired) });
    return get(url);
  }
  const { status, body } =
    how === "created"
      ? await api.request({ method: "POST", path: collection, body: desired })
      : await api.request({
          method: "PATCH",
          path: `${url}?fieldManager=kustomize-controller&force=true`,
          body: desired,
          contentType: "application/apply-patch+yaml",
        });
  if (status === 409 && how === "created") return get(url);
  if (status === 500 && how === "applied by the server") return undefined;
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return get(url);
}

async function comparison(desired: KubernetesObject, live: KubernetesObject, mode: DetectionMode) {
  return compare({ desired, live, schema: await schemaOf(desired), mode });
}

/** The one that this server publishes; a built-in kind's is the shipped one as well, where the release is the same. */
async function schemaOf(object: KubernetesObject): Promise<SchemaNode> {
  const shipped = shippedKind(refOf(object))?.schema;
  if (shipped !== undefined) return shipped;
  const { group, version } = refOf(object);
  const document = await api.kubectl(["get", "--raw", `/openapi/v3/apis/${group}/${version}`]);
  const schema = compileOpenApi(JSON.parse(document), omittedZeros).get(kindKey(refOf(object)));
  if (schema === undefined) throw new Error(`no schema for ${object.kind}`);
  return schema;
}

async function get(path: string): Promise<KubernetesObject> {
  const { status, body } = await api.request({ path });
  if (status !== 200) throw new Error(`GET ${path}: ${status}`);
  return body as KubernetesObject; // the API server answers with the object
}

async function gone(path: string): Promise<void> {
  for (;;) {
    if ((await api.request({ path })).status === 404) return;
    // Nothing here is worth waiting for a controller to take its finalizer away.
    const body = [{ op: "replace", path: "/metadata/finalizers", value: [] }];
    await api.request({ method: "PATCH", path, body, contentType: jsonPatch });
  }
}

async function placed(object: KubernetesObject, namespace: string): Promise<KubernetesObject> {
  const { namespaced } = await resourceOf(object);
  return namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
}

async function urlOf(object: KubernetesObject): Promise<string> {
  const { name, namespaced } = await resourceOf(object);
  const inNamespace = namespaced ? `/namespaces/${object.metadata.namespace}` : "";
  return `${groupPath(object)}${inNamespace}/${name}/${object.metadata.name}`;
}

interface ServedResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const served = new Map<string, ServedResource>();

async function resourceOf(object: KubernetesObject): Promise<ServedResource> {
  const key = `${object.apiVersion} ${object.kind}`;
  const resource = served.get(key) ?? (await discover(object));
  served.set(key, resource);
  return resource;
}

async function discover(object: KubernetesObject): Promise<ServedResource> {
  // A CRD that was just created is served after a moment.
  for (let attempt = 0; attempt < 100; attempt++) {
    const { body } = await api.request({ path: groupPath(object) });
    const { resources = [] } = body as { readonly resources?: readonly ServedResource[] };
    const found = resources.find(({ kind, name }) => kind === object.kind && !name.includes("/"));
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${object.apiVersion} ${object.kind} is not served`);
}

function groupPath({ apiVersion }: KubernetesObject): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function described(change: FieldChange): JsonObject {
  const { type, path } = change;
  return {
    type,
    path: formatPath(path),
    ...("desired" in change ? { desired: change.desired } : {}),
    ...("live" in change ? { live: change.live } : {}),
  };
}

function read(file: string): readonly Json[] {
  const parsed = parseKubernetesYaml(readFileSync(join(testdata, file), "utf8"));
  if (parsed.type === "Invalid") throw new Error(`${file}: ${parsed.message}`);
  return parsed.documents.map(({ value }) => value);
}
