/** Where the rounds take place: two namespaces, the custom resources, and owners that exist. */
import type { DetectionMode } from "../../../src/diff/field-change.ts";
import { type JsonObject, type KubernetesObject, refOf } from "../../../src/resource/resource.ts";
import { omittedZeros } from "../../../src/schema/omitted-zeros.ts";
import { compileOpenApi, kindKey } from "../../../src/schema/open-api.ts";
import type { SchemaNode } from "../../../src/schema/schema-node.ts";
import { shippedKind } from "../../../src/schema/shipped.ts";
import { createDelivery } from "../delivery.ts";
import { type Client, said } from "./client.ts";
import type { RoundContext } from "./context.ts";
import { readPublished } from "./published.ts";
import { crds, skeletons } from "./subjects.ts";

export interface Arena extends RoundContext {
  /** Deletes what the rounds made; the namespaces go in the background. */
  close(): Promise<void>;
}

const customGroup = "/apis/fuzz.holdfast.dev/v1";
const pollMs = 100;
const mostPolls = 300;

/** `namespace` is a name that nobody has yet. @throws Error if the server does not take what every round needs. */
export async function openArena(client: Client, namespace: string, mode: DetectionMode): Promise<Arena> {
  const delivery = createDelivery(client.send);
  const limitsNamespace = `${namespace}-limits`;
  for (const name of [namespace, limitsNamespace]) {
    await make({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await present(`/api/v1/namespaces/${name}/serviceaccounts/default`);
  }
  for (const crd of crds) await make(crd);
  const known = new Set<string>();
  // Discovery knows a custom resource a moment before the documents do, and its objects are served after both.
  for (const crd of skeletons.filter(({ apiVersion }) => apiVersion.startsWith("fuzz."))) {
    if (!known.has(crd.kind)) await present(await collectionOf(crd));
    known.add(crd.kind);
  }
  const custom = await publishedSchemas();
  const owner = await make({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "owner", namespace } });
  const otherOwner = await make({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "owner", namespace: limitsNamespace },
  });
  const clusterOwner = await make({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: `${namespace}-owner` },
  });
  return {
    client,
    delivery,
    mode,
    namespace,
    limitsNamespace,
    published: await readPublished(client),
    schemaOf: (object) => {
      const schema = shippedKind(refOf(object))?.schema ?? custom.get(kindKey(refOf(object)));
      if (schema === undefined) throw new Error(`no schema for ${object.kind}`);
      return schema;
    },
    ownerOf: ({ metadata }) => {
      if (metadata.namespace === undefined) return ownerReference(clusterOwner);
      return ownerReference(metadata.namespace === namespace ? owner : otherOwner);
    },
    close: async () => {
      for (const object of [clusterOwner, ...crds]) await gone(await delivery.urlOf(object));
      for (const name of [namespace, limitsNamespace]) await gone(`/api/v1/namespaces/${name}`);
    },
  };

  async function make(object: KubernetesObject): Promise<KubernetesObject> {
    const url = await delivery.urlOf(object);
    const path = url.slice(0, url.lastIndexOf("/"));
    const { status, body } = await client.send({ method: "POST", path, body: object });
    if (status !== 201 && status !== 409) throw new Error(`${url}: ${said(body)}`);
    return body as KubernetesObject; // the API server answers with the object
  }

  async function collectionOf(object: KubernetesObject): Promise<string> {
    const url = await delivery.urlOf({ ...object, metadata: { ...object.metadata, namespace } });
    return url.slice(0, url.lastIndexOf("/"));
  }

  async function present(path: string): Promise<void> {
    await waitFor(path, async () => (await client.send({ path })).status === 200);
  }

  /** A document is made anew some time after its CRD. */
  async function publishedSchemas(): Promise<ReadonlyMap<string, SchemaNode>> {
    let compiled: ReadonlyMap<string, SchemaNode> = new Map();
    await waitFor(`/openapi/v3${customGroup}`, async () => {
      const { status, body } = await client.send({ path: `/openapi/v3${customGroup}` });
      if (status === 200) compiled = compileOpenApi(body, omittedZeros);
      return [...known].every((kind) => compiled.has(`${customGroup.slice("/apis/".length)}/${kind}`));
    });
    return compiled;
  }

  async function gone(url: string): Promise<void> {
    await client.send({ method: "DELETE", path: url });
  }
}

async function waitFor(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  for (let poll = 0; poll < mostPolls; poll++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(`waited in vain for ${what}`);
}

function ownerReference({ apiVersion, kind, metadata }: KubernetesObject): JsonObject {
  const { name = "", uid = "" } = metadata;
  return { apiVersion, kind, name, uid };
}
