/** A cluster to which manifests were delivered in every way that there is, and which nobody has touched since. */
import type { ClusterAccess } from "../../dev/control-plane/access.ts";
import {
  formatRef,
  type KubernetesObject,
  type ResourceKey,
  refOf,
  resourceKey,
} from "../../src/resource/resource.ts";
import { eventually } from "./api-server.ts";
import { canBeReplaced, createDelivery, type DeliveryWay, deliveryWays, withMarks } from "./delivery.ts";
import { createObjectUrls } from "./object-urls.ts";
import type { QuietManifests } from "./quiet-manifests.ts";

export interface QuietCluster {
  /** How each was delivered. */
  readonly ways: ReadonlyMap<ResourceKey, DeliveryWay>;
  /** The versions that the deliveries left. */
  readonly deliveredVersions: ReadonlyMap<ResourceKey, string>;
  /** What deliverers do every few minutes: the same again, by those that do so. */
  deliverAgain(): Promise<void>;
  /** What is live of the manifests, by one list for each kind. */
  readLive(): Promise<ReadonlyMap<ResourceKey, KubernetesObject>>;
  /** What would be live with a label more; nothing is written. */
  readLabelled(object: KubernetesObject, label: string): Promise<KubernetesObject>;
}

/** @throws Error with all that the API server refused. */
export async function deliverManifests(
  { request, kubectl }: ClusterAccess,
  { objects, namespaces }: QuietManifests,
): Promise<QuietCluster> {
  const delivery = createDelivery(request);
  const urls = createObjectUrls(request);
  const ways = new Map(spreadWays(objects));
  const deliveredVersions = new Map<ResourceKey, string>();
  const refused: string[] = [];
  let areNamespacesReady = false;
  for (const object of objects) {
    if (object.kind !== "Namespace" && !areNamespacesReady) {
      await defaultAccounts();
      areNamespacesReady = true;
    }
    const key = resourceKey(refOf(object));
    const way = ways.get(key) ?? "Create";
    const { status, body } = await delivery.tryDeliver(way, object);
    if (status >= 300)
      refused.push(`${way} of ${formatRef(refOf(object))}: ${JSON.stringify(body["message"])}`);
    deliveredVersions.set(key, (body as KubernetesObject).metadata.resourceVersion ?? ""); // the live object
  }
  if (refused.length > 0) throw new Error(refused.join("\n"));
  return { ways, deliveredVersions, deliverAgain, readLive, readLabelled };

  /** Pods are refused before. */
  async function defaultAccounts(): Promise<void> {
    for (const namespace of Object.values(namespaces)) {
      await eventually(`the default ServiceAccount of ${namespace}`, async () => {
        const answer = await request({ path: `/api/v1/namespaces/${namespace}/serviceaccounts/default` });
        return answer.status === 200 ? answer : undefined;
      });
    }
  }

  async function deliverAgain(): Promise<void> {
    const byKubectl: Partial<Record<DeliveryWay, KubernetesObject[]>> = { ApplyClientSide: [], ArgoCD: [] };
    for (const object of objects) {
      const way = ways.get(resourceKey(refOf(object))) ?? "Create";
      byKubectl[way]?.push(withMarks(way, object));
      const answer = await delivery.tryAgain(way, object);
      // Whoever does not force gives way to a controller.
      if (answer !== undefined && answer.status >= 300 && answer.status !== 409)
        throw new Error(
          `${way} again of ${formatRef(refOf(object))}: ${JSON.stringify(answer.body["message"])}`,
        );
    }
    const apply = (items: readonly KubernetesObject[] = [], manager: string) =>
      kubectl(["apply", "--filename=-", `--field-manager=${manager}`], {
        input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
      });
    await apply(byKubectl.ApplyClientSide, "kubectl-client-side-apply");
    await apply(byKubectl.ArgoCD, "argocd-controller");
  }

  async function readLive(): Promise<ReadonlyMap<ResourceKey, KubernetesObject>> {
    // A kind may be served, and stated, in two versions.
    const wanted = new Map(objects.map((object) => [resourceKey(refOf(object)), object.apiVersion]));
    const live = new Map<ResourceKey, KubernetesObject>();
    const kinds = new Map(objects.map((object) => [`${object.apiVersion} ${object.kind}`, object]));
    for (const example of kinds.values()) {
      const { body } = await request({ path: await urls.everywhere(example) });
      const { apiVersion, kind } = example;
      const { items = [] } = body as { readonly items?: readonly KubernetesObject[] }; // a list of the kind
      for (const item of items) {
        // In a list, only the list itself says what the items are.
        const object = { ...item, apiVersion, kind };
        const key = resourceKey(refOf(object));
        if (wanted.get(key) === apiVersion) live.set(key, object);
      }
    }
    return live;
  }

  async function readLabelled(object: KubernetesObject, label: string): Promise<KubernetesObject> {
    const { status, body } = await request({
      path: `${await urls.urlOf(object)}?dryRun=All&fieldManager=kubectl-label`,
      method: "PATCH",
      body: { metadata: { labels: { [label]: "added" } } },
      contentType: "application/merge-patch+json",
    });
    if (status !== 200) throw new Error(`${object.kind} ${object.metadata.name}: ${JSON.stringify(body)}`);
    return body as KubernetesObject; // the API server answers with the object
  }
}

/**
 * Namespaces go with what they hold, CRDs with their objects; the API server does it in the background. Whatever of it
 * was delivered.
 */
export async function removeManifests(
  { request }: ClusterAccess,
  { objects }: QuietManifests,
): Promise<void> {
  const urls = createObjectUrls(request);
  // Of custom resources the CRD may be gone by now: they come after it.
  const own = objects.filter(
    ({ apiVersion, metadata: { namespace = "" } }) =>
      namespace === "" && !apiVersion.includes(".example.com/"),
  );
  for (const object of own) await request({ path: await urls.urlOf(object), method: "DELETE" });
}

/** In turn, kind by kind, so that no kind is always delivered in one way. */
function* spreadWays(
  objects: readonly KubernetesObject[],
): Iterable<readonly [key: ResourceKey, way: DeliveryWay]> {
  const turns = new Map<string, number>();
  for (const object of objects) {
    const turn = turns.get(object.kind) ?? turns.size;
    turns.set(object.kind, turn + 1);
    const possible = deliveryWays.filter((way) => way !== "Replace" || canBeReplaced(object));
    yield [resourceKey(refOf(object)), possible[turn % possible.length] ?? "Create"];
  }
}
