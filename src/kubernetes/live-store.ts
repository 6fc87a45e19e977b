/** What the watches have seen, over all kinds. Written by the reflectors alone. */
import type { LiveLook, LiveRead } from "../resource/live.ts";
import {
  apiVersionOf,
  type GroupVersionKind,
  type KubernetesObject,
  type ResourceKey,
  type ResourceRef,
} from "../resource/resource.ts";
import type { LiveSight } from "../resource/sight.ts";
import { LiveScope, type ScopeDeps } from "./live-scope.ts";
import { createPacker } from "./packed-object.ts";

/** Stands for every namespace, and for cluster-scoped kinds; no namespace has this name. */
export const allNamespaces = "";

export class LiveStore {
  /** By kind and version, then by namespace. */
  readonly #kinds = new Map<string, Map<string, LiveScope>>();
  readonly #deps: ScopeDeps;

  /** `wants`: whether somebody declares the object; bodies of others are never kept. */
  constructor(wants: (key: ResourceKey) => boolean) {
    this.#deps = { wants, packer: createPacker() };
  }

  /** How many objects are known. */
  get size(): number {
    let size = 0;
    for (const scope of this.#scopes()) size += scope.size;
    return size;
  }

  /** A new, empty scope, in the place of one that may have been there. */
  open(gvk: GroupVersionKind, namespace: string): LiveScope {
    const kind = kindName(gvk);
    const scopes = this.#kinds.get(kind) ?? new Map<string, LiveScope>();
    this.#kinds.set(kind, scopes);
    const scope = new LiveScope(gvk, this.#deps);
    scopes.set(namespace, scope);
    return scope;
  }

  close(gvk: GroupVersionKind, namespace: string): void {
    const scopes = this.#kinds.get(kindName(gvk));
    scopes?.delete(namespace);
    if (scopes?.size === 0) this.#kinds.delete(kindName(gvk));
  }

  /** `Unsynced` for what is not watched. */
  read(ref: ResourceRef): LiveRead {
    return this.#scopeOf(ref)?.read(ref) ?? { type: "Unsynced" };
  }

  /** As `read`, without the body. */
  look(ref: ResourceRef): LiveLook {
    return this.#scopeOf(ref)?.look(ref) ?? { type: "Unsynced" };
  }

  /** What is kept of objects that nobody declares, too. */
  sight(ref: ResourceRef): LiveSight {
    return this.#scopeOf(ref)?.sight(ref) ?? { type: "Unsynced" };
  }

  /** Every object that is known. */
  *keys(): Iterable<ResourceKey> {
    for (const scope of this.#scopes()) yield* scope.keys();
  }

  restore(ref: ResourceRef, object: KubernetesObject): void {
    this.#scopeOf(ref)?.restore(object);
  }

  /** The body is not needed any more, unless the object has moved on since this version. */
  release(ref: ResourceRef, resourceVersion: string): void {
    this.#scopeOf(ref)?.release(ref, resourceVersion);
  }

  /** Lets go of what nobody declares any more; to be called when less is declared. */
  sweep(): void {
    for (const scope of this.#scopes()) scope.sweep();
  }

  *#scopes(): Iterable<LiveScope> {
    for (const scopes of this.#kinds.values()) yield* scopes.values();
  }

  /** While one watch over all namespaces takes over from several of one each, whichever can tell is asked. */
  #scopeOf(ref: ResourceRef): LiveScope | undefined {
    const scopes = this.#kinds.get(kindName(ref));
    const wide = scopes?.get(allNamespaces);
    if (wide?.state.type === "Synced") return wide;
    return scopes?.get(ref.namespace) ?? wide;
  }
}

function kindName(gvk: GroupVersionKind): string {
  return `${apiVersionOf(gvk)}/${gvk.kind}`;
}
