/** What one watch has seen: the objects of one kind, in one namespace or in all of them. */
import type { LiveLook, LiveRead } from "../resource/live.ts";
import {
  type GroupVersionKind,
  type KubernetesObject,
  type ResourceKey,
  type ResourceRef,
  resourceKey,
} from "../resource/resource.ts";
import { type LiveSight, type Sight, sightOf } from "../resource/sight.ts";
import type { PackedObject, Packer } from "./packed-object.ts";

/** How far the watch is. */
export type ScopeState =
  | { readonly type: "Unsynced" }
  | { readonly type: "Synced"; readonly sinceMs: number }
  | { readonly type: "Forbidden"; readonly message: string }
  | { readonly type: "NotServed" };

export interface ScopeDeps {
  /** Whether somebody declares the object: bodies of others are never kept. */
  readonly wants: (key: ResourceKey) => boolean;
  readonly packer: Packer;
}

interface Entry extends Sight {
  readonly resourceVersion: string;
  /** Of which reading of the list: what an earlier one left behind is gone. */
  readonly round: number;
  readonly body?: PackedObject;
}

/** An object as it arrived. Without `body` it is known to be there, and must be read to be judged. */
export interface Arrival {
  readonly object: KubernetesObject;
  readonly body?: KubernetesObject;
  readonly atMs: number;
}

export class LiveScope {
  state: ScopeState = { type: "Unsynced" };
  readonly #entries = new Map<ResourceKey, Entry>();
  /** When declared objects were deleted; the others need no memory of it. */
  readonly #deletedAtMs = new Map<ResourceKey, number>();
  readonly #gvk: GroupVersionKind;
  readonly #deps: ScopeDeps;
  #round = 0;

  constructor(gvk: GroupVersionKind, deps: ScopeDeps) {
    this.#gvk = gvk;
    this.#deps = deps;
  }

  /** How many objects are known. */
  get size(): number {
    return this.#entries.size;
  }

  /** All objects are about to be applied once more. What is known stays in force until then. */
  restart(): void {
    this.#round += 1;
  }

  /** All were applied: what was not, is gone. Returns the keys of those. */
  synced(atMs: number): readonly ResourceKey[] {
    const gone: ResourceKey[] = [];
    for (const [key, entry] of this.#entries) {
      if (entry.round === this.#round) continue;
      gone.push(key);
      this.#remove(key, atMs);
    }
    if (this.state.type !== "Synced") this.state = { type: "Synced", sinceMs: atMs };
    return gone;
  }

  apply({ object, body, atMs }: Arrival): ResourceKey {
    const key = this.#keyOf(object);
    const { uid = "", resourceVersion = "" } = object.metadata;
    const known = this.#entries.get(key);
    this.#deletedAtMs.delete(key);
    if (known?.resourceVersion === resourceVersion && known.uid === uid) {
      // A list that is read anew brings what is known already: no news, and no body that was let go.
      this.#entries.set(key, { ...known, round: this.#round });
      return key;
    }
    const isKept = body !== undefined && this.#deps.wants(key);
    this.#entries.set(key, {
      ...sightOf(object, atMs, known),
      resourceVersion,
      round: this.#round,
      ...(isKept ? { body: this.#deps.packer.pack(body) } : {}),
    });
    return key;
  }

  delete(object: KubernetesObject, atMs: number): ResourceKey {
    const key = this.#keyOf(object);
    this.#remove(key, atMs);
    return key;
  }

  /** Forgets everything: the kind is gone, or may not be watched. Returns the keys of what was known. */
  clear(state: ScopeState): readonly ResourceKey[] {
    const keys = [...this.#entries.keys()];
    this.#entries.clear();
    this.#deletedAtMs.clear();
    this.state = state;
    return keys;
  }

  read(ref: ResourceRef): LiveRead {
    const entry = this.#entryOf(ref);
    if (entry?.body === undefined) return this.#withoutBody(ref, entry);
    return { type: "Present", body: this.#deps.packer.unpack(entry.body), arrivedAtMs: entry.arrivedAtMs };
  }

  look(ref: ResourceRef): LiveLook {
    const entry = this.#entryOf(ref);
    return entry?.body === undefined ? this.#withoutBody(ref, entry) : { type: "Present" };
  }

  /** What is known of an object without its body. */
  sight(ref: ResourceRef): LiveSight {
    const entry = this.#entryOf(ref);
    if (entry !== undefined) return { type: "Present", ...entry };
    const absence = this.#withoutBody(ref, entry);
    // There is no entry, hence nothing that could have been dropped.
    return absence.type === "Dropped" ? { type: "Unsynced" } : absence;
  }

  keys(): Iterable<ResourceKey> {
    return this.#entries.keys();
  }

  #entryOf(ref: ResourceRef): Entry | undefined {
    return this.state.type === "Synced" ? this.#entries.get(resourceKey(ref)) : undefined;
  }

  #withoutBody(ref: ResourceRef, entry: Entry | undefined): Exclude<LiveRead, { readonly type: "Present" }> {
    if (this.state.type !== "Synced") return this.state;
    if (entry !== undefined)
      return { type: "Dropped", uid: entry.uid, resourceVersion: entry.resourceVersion };
    return { type: "Absent", sinceMs: this.#deletedAtMs.get(resourceKey(ref)) ?? this.state.sinceMs };
  }

  /** Puts a body back that was read on demand, unless the watch has brought another version since. */
  restore(object: KubernetesObject): void {
    const key = this.#keyOf(object);
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.resourceVersion !== object.metadata.resourceVersion) return;
    this.#entries.set(key, { ...entry, body: this.#deps.packer.pack(object) });
  }

  release(ref: ResourceRef, resourceVersion: string): void {
    const key = resourceKey(ref);
    const entry = this.#entries.get(key);
    if (entry?.resourceVersion === resourceVersion) this.#drop(key, entry);
  }

  /** Lets go of what nobody declares any more. */
  sweep(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.body !== undefined && !this.#deps.wants(key)) this.#drop(key, entry);
    }
    for (const key of this.#deletedAtMs.keys()) {
      if (!this.#deps.wants(key)) this.#deletedAtMs.delete(key);
    }
  }

  #drop(key: ResourceKey, entry: Entry): void {
    const { body: _, ...rest } = entry;
    this.#entries.set(key, rest);
  }

  #remove(key: ResourceKey, atMs: number): void {
    this.#entries.delete(key);
    if (this.#deps.wants(key)) this.#deletedAtMs.set(key, atMs);
  }

  #keyOf({ metadata }: KubernetesObject): ResourceKey {
    return resourceKey({ ...this.#gvk, namespace: metadata.namespace ?? "", name: metadata.name ?? "" });
  }
}
