/** The live objects of a file, and which of them a declaration speaks of. */
import type { LiveState } from "../drift/input.ts";
import type { Manifest } from "../render/manifests.ts";
import {
  apiVersionOf,
  type ResourceKey,
  type ResourceRef,
  refOf,
  resourceKey,
} from "../resource/resource.ts";
import { absent, notObserved, present } from "./judge.ts";

/** What the file says of a declared object; `ref` is the declared one, with the namespace in which it was found. */
export interface Found {
  readonly live: LiveState;
  readonly ref: ResourceRef;
}

export interface LiveFile {
  find(ref: ResourceRef): Found;
}

export interface LiveFileOptions {
  readonly path: string;
  readonly isNamespaced: (ref: ResourceRef) => boolean;
  /** Whether a declaration states exactly this object: then no other declaration speaks of it. */
  readonly isDeclared: (key: ResourceKey) => boolean;
}

/**
 * Objects are matched by group, kind, namespace and name. `kubectl get` always prints a namespace, which a manifest
 * often leaves to whoever applies it: where it states none, the one object of its kind and name is meant.
 */
export function indexLive(
  manifests: readonly Manifest[],
  { path, isNamespaced, isDeclared }: LiveFileOptions,
): LiveFile {
  const byKey = groupBy(manifests, ({ object }) => resourceKey(scoped(refOf(object))));
  const byName = groupBy(byKey.keys(), (key) => withoutNamespace(refOfFirst(key)));

  return {
    find(ref) {
      const exact = byKey.get(resourceKey(ref));
      if (exact !== undefined) return { ref, live: choose(ref, exact) };
      if (ref.namespace !== "" || !isNamespaced(ref)) return { ref, live: absent };
      const keys = (byName.get(withoutNamespace(ref)) ?? []).filter((key) => !isDeclared(key));
      const [key] = keys;
      if (key === undefined) return { ref, live: absent };
      if (keys.length > 1) return { ref, live: ambiguous(keys) };
      const { namespace } = refOfFirst(key);
      const found = { ...ref, namespace };
      return { ref: found, live: choose(found, byKey.get(key) ?? []) };
    },
  };

  /** Objects of a cluster-scoped kind have no namespace, whatever the file says. */
  function scoped(ref: ResourceRef): ResourceRef {
    return isNamespaced(ref) ? ref : { ...ref, namespace: "" };
  }

  function refOfFirst(key: ResourceKey): ResourceRef {
    const [first] = byKey.get(key) ?? [];
    if (first === undefined) throw new Error(`no live object has the key ${key}`);
    return scoped(refOf(first.object));
  }

  function ambiguous(keys: readonly ResourceKey[]): LiveState {
    const namespaces = keys.map((key) => refOfFirst(key).namespace).sort();
    return notObserved(
      `${path} holds it in the namespaces ${namespaces.join(", ")}; state one in the manifest, or by --namespace`,
    );
  }

  /** The same object may be there in several versions, but not with several contents. */
  function choose(ref: ResourceRef, candidates: readonly Manifest[]): LiveState {
    const apiVersion = apiVersionOf(ref);
    const [first, ...others] = candidates.filter(({ object }) => object.apiVersion === apiVersion);
    if (first === undefined) {
      const given = candidates.map(({ object }) => object.apiVersion);
      return notObserved(`${path} holds it in ${given.join(", ")}; get it with: ${kubectlGet(ref)}`);
    }
    const text = JSON.stringify(first.object);
    const other = others.find(({ object }) => JSON.stringify(object) !== text);
    if (other === undefined) return present(first.object);
    return notObserved(
      `${path} holds it more than once and differently, at lines ${first.line} and ${other.line}`,
    );
  }
}

/** kubectl takes a kind with its version and group; without a version it prints the one that the server prefers. */
function kubectlGet({ group, version, kind, namespace, name }: ResourceRef): string {
  const type = [kind.toLowerCase(), version, ...(group === "" ? [] : [group])].join(".");
  return `kubectl get ${type} ${name}${namespace === "" ? "" : ` -n ${namespace}`} -o yaml`;
}

function withoutNamespace(ref: ResourceRef): ResourceKey {
  return resourceKey({ ...ref, namespace: "" });
}

function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
