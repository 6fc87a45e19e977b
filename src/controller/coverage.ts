/** Where objects that Git does not declare are looked for: which kinds, in which namespaces, and by which policy. */
import type { Policy } from "../api/policy.ts";
import { type KindName, kindNameOf } from "../drift/makers.ts";
import { type SensitiveKind, sensitiveKinds } from "../drift/sensitive-kinds.ts";
import type { GroupVersionKind, ResourceRef } from "../resource/resource.ts";
import type { DesiredSet, DesiredStore } from "./desired-store.ts";
import { isGeneratedName } from "./generated-name.ts";
import type { KindScope } from "./place.ts";
import type { PolicyKey } from "./policy-key.ts";
import type { PolicyStore } from "./policy-store.ts";

export interface CoverageDeps {
  readonly policies: PolicyStore;
  readonly desired: DesiredStore;
  /** Policies in this namespace reach every other, and cluster-scoped objects. */
  readonly operatorNamespace: string;
  scopeOf(gvk: GroupVersionKind): KindScope;
}

type Place = Omit<ResourceRef, "version" | "name">;

export interface Coverage {
  /** Each covered kind once, in one version, with the namespaces to look in; none for a cluster-scoped kind. */
  readonly targets: readonly { readonly gvk: GroupVersionKind; readonly namespaces: ReadonlySet<string> }[];
  /** The version in which a covered kind is looked at. */
  versionOf(kind: Pick<GroupVersionKind, "group" | "kind">): string | undefined;
  /**
   * The one policy that reports what is unexpected there: of those that want to, one that declares the kind there, else
   * one of that namespace, else the first by name. So an object is reported once, whatever the order of events.
   */
  reporterOf(place: Place): PolicyKey | undefined;
  /** The policies whose next revision may bring an object there. */
  policiesIn(namespace: string): readonly PolicyKey[];
  /** Where the policy is the one to report. */
  placesOf(policy: PolicyKey): readonly { readonly gvk: GroupVersionKind; readonly namespace: string }[];
  /** Whether the object may be one of those for which Git states `generateName`. */
  isGenerated(ref: Omit<ResourceRef, "version">): boolean;
  /** Two coverages with the same text are the same. */
  readonly text: string;
}

/** What one policy looks after. Namespaces include "" if it may look at what is cluster-scoped. */
interface PolicyReach {
  readonly key: PolicyKey;
  readonly policy: Policy;
  readonly namespaces: ReadonlySet<string>;
  readonly kinds: ReadonlyMap<KindName, GroupVersionKind>;
  /** `namespace kind`, of what it declares. */
  readonly declares: ReadonlySet<string>;
  readonly generated: readonly Omit<ResourceRef, "version">[];
}

export function createCoverage(deps: CoverageDeps): Coverage {
  const reaches = [...deps.desired.policies()]
    .flatMap(([key, set]) => {
      const entry = deps.policies.get(key);
      return entry?.type === "Valid" ? [reachOf(key, entry.policy, { set, deps })] : [];
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const reporting = reaches.filter(({ policy }) => policy.detection.unexpected === "Report");
  const kinds = new Map<KindName, { gvk: GroupVersionKind; namespaces: Set<string> }>();
  const reporters = new Map<string, { reach: PolicyReach; gvk: GroupVersionKind; namespace: string }>();
  for (const reach of reporting) {
    for (const [name, gvk] of reach.kinds) {
      const kind = kinds.get(name) ?? { gvk, namespaces: new Set() };
      kinds.set(name, kind);
      for (const namespace of namespacesFor(reach, deps.scopeOf(gvk))) {
        kind.namespaces.add(namespace);
        const place = `${namespace} ${name}`;
        const best = better(reporters.get(place)?.reach, reach, { namespace, place });
        reporters.set(place, { reach: best, gvk: kind.gvk, namespace });
      }
    }
  }
  const placeOf = (place: Place) => `${place.namespace} ${kindNameOf(place)}`;
  const generated = reaches.flatMap((reach) => reach.generated);

  return {
    targets: [...kinds.values()].filter(({ namespaces }) => namespaces.size > 0),
    versionOf: (kind) => kinds.get(kindNameOf(kind))?.gvk.version,
    reporterOf: (place) => reporters.get(placeOf(place))?.reach.key,
    placesOf: (policy) => [...reporters.values()].filter(({ reach }) => reach.key === policy),
    policiesIn: (namespace) =>
      reaches.filter((reach) => reach.namespaces.has(namespace)).map(({ key }) => key),
    isGenerated: (ref) =>
      generated.some((stated) => placeOf(stated) === placeOf(ref) && isGeneratedName(ref.name, stated.name)),
    text: JSON.stringify([
      [...reporters].map(([place, { reach }]) => `${place} ${reach.key}`),
      [...kinds.values()].map(({ gvk }) => gvk.version),
      generated.map((ref) => `${placeOf(ref)} ${ref.name}`),
    ]),
  };
}

function reachOf(
  key: PolicyKey,
  policy: Policy,
  { set, deps }: { readonly set: DesiredSet; readonly deps: CoverageDeps },
): PolicyReach {
  const namespaces = new Set<string>();
  const kinds = new Map<KindName, GroupVersionKind>();
  const declares = new Set<string>();
  const generated: Omit<ResourceRef, "version">[] = [];
  for (const { ref, refused, unfinished } of set.declarations.values()) {
    if (refused !== undefined && refused.reason !== "DeclaredTwice") continue;
    const { group, version, kind, namespace } = ref;
    const name = kindNameOf(ref);
    if (!kinds.has(name)) kinds.set(name, { group, version, kind });
    declares.add(`${namespace} ${name}`);
    if (namespace !== "") namespaces.add(namespace);
    if (unfinished?.reason === "NoName") generated.push(ref);
  }
  const isEverywhere = policy.namespace === deps.operatorNamespace;
  if (isEverywhere) namespaces.add("");
  // Where manifests would go that state no namespace; Holdfast's own is meant only by what is declared in it.
  const target = policy.targetNamespace;
  if (isEverywhere ? target !== deps.operatorNamespace : target === policy.namespace) namespaces.add(target);
  if (policy.detection.sensitiveKinds === "Watch") {
    for (const sensitive of sensitiveKinds) {
      const gvk = servedVersion(sensitive, deps);
      if (gvk !== undefined && !kinds.has(kindNameOf(gvk))) kinds.set(kindNameOf(gvk), gvk);
    }
  }
  return { key, policy, namespaces, kinds, declares, generated };
}

function servedVersion(
  { group, kind, versions }: SensitiveKind,
  { scopeOf }: CoverageDeps,
): GroupVersionKind | undefined {
  const version = versions.find((one) => scopeOf({ group, version: one, kind }) !== "NotServed");
  return version === undefined ? undefined : { group, version, kind };
}

function namespacesFor({ namespaces }: PolicyReach, scope: KindScope): readonly string[] {
  switch (scope) {
    case "NotServed":
      return [];
    case "Cluster":
      return namespaces.has("") ? [""] : [];
    case "Namespaced":
      return [...namespaces].filter((namespace) => namespace !== "");
  }
}

/** `reaches` come in the order of their names, so that of two equal ones the first stays. */
function better(
  now: PolicyReach | undefined,
  next: PolicyReach,
  { namespace, place }: { readonly namespace: string; readonly place: string },
): PolicyReach {
  if (now === undefined) return next;
  const rank = ({ declares, policy }: PolicyReach) =>
    (declares.has(place) ? 2 : 0) + (policy.namespace === namespace ? 1 : 0);
  return rank(next) > rank(now) ? next : now;
}
