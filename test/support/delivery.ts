/** The ways in which manifests reach a cluster, request for request as the tools send them. */
import type { ApiAnswer, ApiRequest } from "../../dev/control-plane/api-request.ts";
import { type JsonObject, type KubernetesObject, refOf } from "../../src/resource/resource.ts";
import { lastAppliedKey, lastAppliedOf } from "./last-applied.ts";
import { createObjectUrls } from "./object-urls.ts";

/** `kubectl apply`, `apply --server-side`, `create`, `replace`, server-side apply by a CI job, Argo CD, and Flux. */
export const deliveryWays = [
  "ApplyClientSide",
  "ApplyServerSide",
  "Create",
  "Replace",
  "ApplyByCi",
  "ArgoCD",
  "Flux",
] as const;

export type DeliveryWay = (typeof deliveryWays)[number];

export type Send = (request: ApiRequest) => Promise<ApiAnswer>;

export interface Delivery {
  /**
   * Delivers what is not there yet, and resolves to the answer of the API server: the live object, or its refusal.
   * With `Replace`, something else stands there first.
   */
  tryDeliver(way: DeliveryWay, object: KubernetesObject): Promise<ApiAnswer>;
  /** One after the other; the live objects in the same order. @throws Error with the first refusal. */
  deliver(way: DeliveryWay, objects: readonly KubernetesObject[]): Promise<readonly KubernetesObject[]>;
  /** The same once more, as deliverers send it every few minutes; undefined where kubectl has to see what to change. */
  tryAgain(way: DeliveryWay, object: KubernetesObject): Promise<ApiAnswer | undefined>;
  /** Where it is, or will be. */
  urlOf(object: KubernetesObject): Promise<string>;
}

/** The Argo CD Application and the Flux Kustomization that say they deliver. */
export const delivererNames = { application: "shop", kustomization: "apps", fluxNamespace: "flux-system" };

const json = "application/json";
const applyPatch = "application/apply-patch+yaml";
/** As kubectl asks, unless told otherwise: a field that the schema does not know is refused. */
const strict = "fieldValidation=Strict";

/** Objects state their namespace, where their kind has one. */
export function createDelivery(send: Send): Delivery {
  const { urlOf, collectionOf } = createObjectUrls(send);

  return {
    tryDeliver,
    tryAgain,
    urlOf,
    async deliver(way, objects) {
      const live: KubernetesObject[] = [];
      for (const object of objects) {
        const { status, body } = await tryDeliver(way, object);
        if (status >= 300) throw new Error(`${way} of ${object.kind} ${object.metadata.name}: ${said(body)}`);
        live.push(body as KubernetesObject); // the API server answers with the object
      }
      return live;
    },
  };

  async function tryDeliver(way: DeliveryWay, object: KubernetesObject): Promise<ApiAnswer> {
    const marked = withMarks(way, object);
    switch (way) {
      case "ApplyClientSide":
        return create(withLastApplied(marked), "kubectl-client-side-apply");
      case "ArgoCD":
        return create(withLastApplied(marked), "argocd-controller");
      case "Create":
        return create(marked, "kubectl-create");
      case "Replace":
        return replace(marked);
      case "ApplyServerSide":
        return apply(marked, `fieldManager=kubectl&force=false&${strict}`);
      case "ApplyByCi":
        return apply(marked, "fieldManager=release-pipeline&force=true");
      case "Flux":
        return apply(marked, "fieldManager=kustomize-controller&force=true");
    }
  }

  async function tryAgain(way: DeliveryWay, object: KubernetesObject): Promise<ApiAnswer | undefined> {
    const isRepeated = way === "ApplyServerSide" || way === "ApplyByCi" || way === "Flux";
    return isRepeated ? await tryDeliver(way, object) : undefined;
  }

  async function create(object: KubernetesObject, manager: string): Promise<ApiAnswer> {
    const path = `${await collectionOf(object)}?fieldManager=${manager}&${strict}`;
    return send({ path, method: "POST", body: object, contentType: json });
  }

  async function apply(object: KubernetesObject, query: string): Promise<ApiAnswer> {
    return send({
      path: `${await urlOf(object)}?${query}`,
      method: "PATCH",
      body: object,
      contentType: applyPatch,
    });
  }

  /** kubectl replace reads the version that it writes over; it is another one where a controller was quicker. */
  async function replace(object: KubernetesObject): Promise<ApiAnswer> {
    const url = await urlOf(object);
    const made = await create(withAnnotation(object, "example.com/revision", "previous"), "kubectl-create");
    if (made.status >= 300) return made;
    let { body: live } = made;
    for (;;) {
      const { resourceVersion = null } = (live as KubernetesObject).metadata; // the API server answers with the object
      const body = { ...object, metadata: { ...object.metadata, resourceVersion } };
      const path = `${url}?fieldManager=kubectl-replace&${strict}`;
      const answer = await send({ path, method: "PUT", body, contentType: json });
      if (answer.status !== 409) return answer;
      live = (await send({ path: url })).body;
    }
  }
}

/** Kinds of which nearly every field is immutable, those that the server put in too: kubectl replace needs `--force`. */
export function canBeReplaced({ kind }: KubernetesObject): boolean {
  return kind !== "Job" && kind !== "Pod";
}

/** What a deliverer adds to what Git says, so that it knows the object again. */
export function withMarks(way: DeliveryWay, object: KubernetesObject): KubernetesObject {
  const { application, kustomization, fluxNamespace } = delivererNames;
  if (way === "ArgoCD") {
    const { group, kind, namespace, name } = refOf(object);
    // For what has no namespace, Argo CD writes that of the Application's destination.
    const id = `${application}:${group}/${kind}:${namespace === "" ? "default" : namespace}/${name}`;
    return withAnnotation(object, "argocd.argoproj.io/tracking-id", id);
  }
  if (way !== "Flux") return object;
  const labels = {
    ...object.metadata.labels,
    "kustomize.toolkit.fluxcd.io/name": kustomization,
    "kustomize.toolkit.fluxcd.io/namespace": fluxNamespace,
  };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function withLastApplied(object: KubernetesObject): KubernetesObject {
  return withAnnotation(object, lastAppliedKey, lastAppliedOf(object));
}

function withAnnotation(object: KubernetesObject, key: string, value: string): KubernetesObject {
  const annotations = { ...object.metadata.annotations, [key]: value };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The API server's own words. */
function said({ message, ...rest }: JsonObject): string {
  return typeof message === "string" ? message : JSON.stringify(rest);
}
