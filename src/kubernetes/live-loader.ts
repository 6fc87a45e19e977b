/** Reading bodies again that were let go: one GET, or a list where many of one kind are wanted at once. */
import PQueue from "p-queue";
import { createTurns } from "../async/turns.ts";
import {
  apiVersionOf,
  formatRef,
  isJsonObject,
  type Json,
  type KubernetesObject,
  type ResourceRef,
  refOf,
  resourceKey,
} from "../resource/resource.ts";
import { resourcePath } from "./api-resource.ts";
import type { Discovery } from "./discovery.ts";
import { readPages } from "./list.ts";
import type { LiveStore } from "./live-store.ts";
import type { Transport } from "./transport.ts";

export interface LoaderDeps {
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly store: LiveStore;
  /** Applied at the door, before anything is stored. */
  readonly redact: (object: KubernetesObject) => KubernetesObject;
}

export interface LiveLoader {
  /**
   * Puts the body into the store, if the watch knows the object in the version that is read; else the watch is about
   * to bring another one, or its end.
   * @throws Error if the object cannot be read; worth another try.
   */
  load(ref: ResourceRef, signal: AbortSignal): Promise<void>;
  /** The same for many, of which those that are not `Dropped` are left alone. */
  loadMany(refs: readonly ResourceRef[], signal: AbortSignal): Promise<void>;
}

/** From this many objects of one kind and namespace a list costs less than a GET for each. */
const listFrom = 50;
const mostRequestsAtOnce = 8;
/** Parsing a page takes some milliseconds, so several at once would hold the event loop. */
const mostListsAtOnce = 1;

export function createLiveLoader({ transport, discovery, store, redact }: LoaderDeps): LiveLoader {
  const requests = new PQueue({ concurrency: mostRequestsAtOnce });
  const lists = new PQueue({ concurrency: mostListsAtOnce });

  return { load: (ref, signal) => requests.add(() => readOne(ref, signal)), loadMany };

  async function loadMany(refs: readonly ResourceRef[], signal: AbortSignal): Promise<void> {
    const collections = new Map<string, ResourceRef[]>();
    const turn = createTurns();
    for (const ref of refs) {
      await turn();
      if (store.look(ref).type !== "Dropped") continue;
      const name = `${apiVersionOf(ref)}/${ref.kind}/${ref.namespace}`;
      const group = collections.get(name) ?? [];
      group.push(ref);
      collections.set(name, group);
    }
    const groups = [...collections.values()];
    const isMany = (group: readonly ResourceRef[]) => group.length >= listFrom;
    const many = groups.filter(isMany);
    const few = groups.filter((group) => !isMany(group)).flat();
    await Promise.all([
      lists.addAll(many.map((group) => () => readCollection(group, signal))),
      requests.addAll(few.map((ref) => () => readOne(ref, signal))),
    ]);
  }

  async function readOne(ref: ResourceRef, signal: AbortSignal): Promise<void> {
    const resource = discovery.find(ref);
    if (resource === undefined) return;
    const path = resourcePath(resource, ref.namespace, ref.name);
    const response = await transport.request({ method: "GET", path }, signal);
    if (response.type === "Ok") {
      if (!isObject(response.json)) throw new Error(`reading ${formatRef(ref)}: the answer is no object`);
      store.restore(ref, redact(response.json));
      return;
    }
    // Gone meanwhile: the watch says so in a moment.
    if (response.failure.reason === "NotFound") return;
    throw new Error(`reading ${formatRef(ref)}: ${response.failure.message}`);
  }

  async function readCollection(refs: readonly ResourceRef[], signal: AbortSignal): Promise<void> {
    const [first] = refs;
    const resource = first === undefined ? undefined : discovery.find(first);
    if (first === undefined || resource === undefined) return;
    const wanted = new Map(refs.map((ref) => [resourceKey(ref), ref]));
    const turn = createTurns();
    for await (const page of readPages(
      { transport, path: resourcePath(resource, first.namespace) },
      signal,
    )) {
      if (page.type === "Failed") throw new Error(`listing ${resource.plural}: ${page.failure.message}`);
      for (const object of page.objects) {
        await turn();
        const ref = wanted.get(resourceKey({ ...refOf(object), group: first.group, kind: first.kind }));
        if (ref !== undefined) store.restore(ref, redact(object));
      }
    }
  }
}

function isObject(json: Json): json is KubernetesObject {
  return isJsonObject(json) && typeof json["kind"] === "string" && isJsonObject(json["metadata"]);
}
