/** What is live of the declared objects: many of one kind in one namespace by a list, the others one by one. */
import type { Declaration } from "../controller/desired-store.ts";
import type { LiveState } from "../drift/input.ts";
import type { ApiFailure } from "../kubernetes/api-failure.ts";
import { type ApiResource, resourcePath } from "../kubernetes/api-resource.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { readPages } from "../kubernetes/list.ts";
import type { Transport } from "../kubernetes/transport.ts";
import type { Writer } from "../kubernetes/write.ts";
import { refOf, resourceKey } from "../resource/resource.ts";
import { absent, needsLive, notObserved, present } from "./judge.ts";

export interface ClusterLiveDeps {
  readonly transport: Transport;
  readonly writer: Writer;
  readonly discovery: Discovery;
}

/** Told of each declaration once, as soon as its live object is known, so that no more of them are held than needed. */
export type OnLive = (declaration: Declaration, live: LiveState) => Promise<void>;

/** From here on one list costs less than that many requests, even where it brings others' objects too. */
const worthAList = 100;
const parallelReads = 16;

export async function readLive(
  declarations: Iterable<Declaration>,
  { deps, onLive }: { readonly deps: ClusterLiveDeps; readonly onLive: OnLive },
  signal: AbortSignal,
): Promise<void> {
  const { transport, writer, discovery } = deps;
  const single: Declaration[] = [];
  for (const { resource, namespace, declared } of collectionsOf(declarations, discovery)) {
    if (resource === undefined) for (const declaration of declared) await onLive(declaration, absent);
    else if (declared.length < worthAList) single.push(...declared);
    else single.push(...(await list(resource, namespace, declared)));
  }
  await inParallel(single, readOne);

  /** Answers those that are still to be read one by one, since who may get an object may not always list its kind. */
  async function list(
    resource: ApiResource,
    namespace: string,
    declared: readonly Declaration[],
  ): Promise<readonly Declaration[]> {
    const waiting = new Map(declared.map((declaration) => [declaration.key, declaration]));
    for await (const page of readPages({ transport, path: resourcePath(resource, namespace) }, signal)) {
      if (page.type === "Failed") return [...waiting.values()];
      for (const object of page.objects) {
        const key = resourceKey(refOf(object));
        const declaration = waiting.get(key);
        waiting.delete(key);
        if (declaration !== undefined) await onLive(declaration, present(object));
      }
    }
    for (const declaration of waiting.values()) await onLive(declaration, absent);
    return [];
  }

  async function readOne(declaration: Declaration): Promise<void> {
    const { namespace, name } = declaration.ref;
    const resource = discovery.find(declaration.ref);
    if (resource === undefined) return await onLive(declaration, absent);
    const read = await writer.read({ resource, namespace, name }, signal);
    await onLive(declaration, read.type === "Written" ? present(read.object) : unread(read.failure));
  }
}

function unread({ reason, message }: ApiFailure): LiveState {
  if (reason === "NotFound") return absent;
  return reason === "Forbidden" ? { type: "Unknown", reason, message } : notObserved(message);
}

interface CollectionPart {
  /** Undefined for those of which no live object could change the verdict. */
  readonly resource: ApiResource | undefined;
  readonly namespace: string;
  readonly declared: Declaration[];
}

function collectionsOf(declarations: Iterable<Declaration>, discovery: Discovery): Iterable<CollectionPart> {
  const parts = new Map<string, CollectionPart>();
  for (const declaration of declarations) {
    const { namespace } = declaration.ref;
    const resource = needsLive(declaration) ? discovery.find(declaration.ref) : undefined;
    const path = resource === undefined ? "" : resourcePath(resource, namespace);
    const part = parts.get(path) ?? { resource, namespace, declared: [] };
    part.declared.push(declaration);
    parts.set(path, part);
  }
  return parts.values();
}

/** So many at a time, the next one as soon as one is done. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const workers = Array.from({ length: parallelReads }, async () => {
    for (const item of rest) await work(item);
  });
  await Promise.all(workers);
}
