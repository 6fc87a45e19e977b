/** Where the API server keeps an object: its discovery is asked once for each group and version. */
import type { ApiAnswer, ApiRequest } from "../../dev/control-plane/api-request.ts";
import type { KubernetesObject } from "../../src/resource/resource.ts";

export interface ObjectUrls {
  /** @throws Error if the kind is not served, after having waited for it. */
  urlOf(object: KubernetesObject): Promise<string>;
  /** Where objects of its kind are created, and listed. */
  collectionOf(object: KubernetesObject): Promise<string>;
  /** Where all objects of its kind are listed, whatever their namespaces. */
  everywhere(object: KubernetesObject): Promise<string>;
}

interface ServedResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const attempts = 150;
const pollMs = 100;

export function createObjectUrls(send: (request: ApiRequest) => Promise<ApiAnswer>): ObjectUrls {
  const served = new Map<string, Promise<ServedResource>>();
  return { urlOf, collectionOf, everywhere };

  async function urlOf(object: KubernetesObject): Promise<string> {
    return `${await collectionOf(object)}/${object.metadata.name}`;
  }

  async function collectionOf(object: KubernetesObject): Promise<string> {
    const { name, namespaced } = await resourceOf(object);
    const inNamespace = namespaced ? `/namespaces/${object.metadata.namespace}` : "";
    return `${groupPath(object)}${inNamespace}/${name}`;
  }

  async function everywhere(object: KubernetesObject): Promise<string> {
    return `${groupPath(object)}/${(await resourceOf(object)).name}`;
  }

  function resourceOf(object: KubernetesObject): Promise<ServedResource> {
    const key = `${object.apiVersion} ${object.kind}`;
    const resource = served.get(key) ?? discover(object);
    served.set(key, resource);
    return resource;
  }

  /** A CRD that was just created is served after a moment. */
  async function discover(object: KubernetesObject): Promise<ServedResource> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { body } = await send({ path: groupPath(object) });
      const { resources = [] } = body as { readonly resources?: readonly ServedResource[] }; // an APIResourceList
      const found = resources.find(({ kind, name }) => kind === object.kind && !name.includes("/"));
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    throw new Error(`${object.apiVersion} ${object.kind} is not served`);
  }
}

function groupPath({ apiVersion }: KubernetesObject): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
