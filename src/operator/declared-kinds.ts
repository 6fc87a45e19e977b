/** The kinds that are declared, or looked at for what is not, over all policies: what must be watched, and who is told when a watch breaks. */
import type { DesiredStore } from "../controller/desired-store.ts";
import type { PolicyKey } from "../controller/policy-key.ts";
import type { WatchTarget } from "../kubernetes/reflectors.ts";
import { apiVersionOf, type GroupVersionKind, type ResourceKey } from "../resource/resource.ts";

/** One target for each kind and version; what is refused for another reason than its kind is not watched. */
export function watchTargets(
  desired: DesiredStore,
  covered: readonly WatchTarget[] = [],
): readonly WatchTarget[] {
  const targets = new Map<string, { gvk: GroupVersionKind; namespaces: Set<string> }>();
  for (const { gvk, namespaces } of covered)
    targets.set(nameOf(gvk), { gvk, namespaces: new Set(namespaces) });
  for (const [, { declarations }] of desired.policies()) {
    for (const { ref, refused } of declarations.values()) {
      if (refused !== undefined && refused.reason !== "KindNotServed") continue;
      const { group, version, kind } = ref;
      const id = nameOf(ref);
      let target = targets.get(id);
      if (target === undefined)
        targets.set(id, (target = { gvk: { group, version, kind }, namespaces: new Set() }));
      target.namespaces.add(ref.namespace);
    }
  }
  return [...targets.values()];
}

/** The kinds that one policy declares, each once. */
export function kindsOf(desired: DesiredStore, policy: PolicyKey): Iterable<GroupVersionKind> {
  const kinds = new Map<string, GroupVersionKind>();
  for (const { ref } of desired.get(policy)?.declarations.values() ?? []) kinds.set(nameOf(ref), ref);
  return kinds.values();
}

/** The declared objects of one kind. */
export function* keysOfKind(desired: DesiredStore, gvk: GroupVersionKind): Iterable<ResourceKey> {
  const name = nameOf(gvk);
  for (const [, { declarations }] of desired.policies())
    for (const [key, { ref }] of declarations) if (nameOf(ref) === name) yield key;
}

/** The declared objects of one group and version. */
export function* keysOfVersion(
  desired: DesiredStore,
  { group, version }: Pick<GroupVersionKind, "group" | "version">,
): Iterable<ResourceKey> {
  for (const [, { declarations }] of desired.policies())
    for (const [key, { ref }] of declarations) if (ref.group === group && ref.version === version) yield key;
}

function nameOf(gvk: GroupVersionKind): string {
  return `${apiVersionOf(gvk)}/${gvk.kind}`;
}
