/** What a grown cluster has beside Git, grouped by who wrote it, on which kind, and at which fields. */
import type { FieldChange } from "../diff/field-change.ts";
import { isOwnedBy } from "../diff/owned-by.ts";
import { nodeAt } from "../diff/parts.ts";
import { pathsOverlap } from "../fieldpath/compare-paths.ts";
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import { formatElement } from "../fieldpath/format-path.ts";
import { createOwnership } from "../fieldpath/managed-fields.ts";
import type { ResourceRef } from "../resource/resource.ts";
import { declaredPaths } from "../schema/declared-paths.ts";
import type { DiffResult } from "./diff-report.ts";

export interface SuggestGroup {
  readonly kind: string;
  readonly group: string;
  /** Who wrote it, for people. */
  readonly by: string;
  /** The controller that owns all of it, and could be trusted with it. */
  readonly controller?: string;
  /** By pattern, how many findings it stands for. */
  readonly paths: ReadonlyMap<string, number>;
  /** The names of the objects. */
  readonly names: ReadonlySet<string>;
  readonly count: number;
}

/** The largest first. Results must still have what they were judged by. */
export function suggestGroups(results: readonly DiffResult[]): readonly SuggestGroup[] {
  const groups = new Map<string, MutableGroup>();
  for (const result of results) {
    const { resource, verdict } = result;
    const changes = findingsOf(verdict);
    if (changes.length === 0) continue;
    const trusted = trustedOn(result, changes);
    for (const change of changes) {
      const controller = trusted(change);
      const by = controller ?? writersOf(change);
      const id = JSON.stringify([by, controller, resource.group, resource.kind]);
      const group = groups.get(id) ?? newGroup(resource, by, controller);
      groups.set(id, group);
      const pattern = patternOf(change.path);
      group.paths.set(pattern, (group.paths.get(pattern) ?? 0) + 1);
      group.names.add(resource.name);
      group.count += 1;
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || compareTexts(nameOf(a), nameOf(b)));
}

/** What is drift, and what may be: both stay until somebody says something of them. */
function findingsOf(verdict: DiffResult["verdict"]): readonly FieldChange[] {
  const definite = verdict.status === "Drifted" ? verdict.changes : [];
  return [...definite, ...(verdict.doubtful ?? []).map(({ change }) => change)];
}

interface MutableGroup extends SuggestGroup {
  readonly paths: Map<string, number>;
  readonly names: Set<string>;
  count: number;
}

function newGroup({ kind, group }: ResourceRef, by: string, controller: string | undefined): MutableGroup {
  const trusted = controller === undefined ? {} : { controller };
  return { kind, group, by, ...trusted, paths: new Map(), names: new Set(), count: 0 };
}

function nameOf({ kind, group, by }: SuggestGroup): string {
  return `${kind} ${group} ${by}`;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function writersOf(change: FieldChange): string {
  // Who took a field away is not written anywhere.
  const names = change.type === "Removed" ? [] : [...new Set(change.managers.map(({ name }) => name))];
  return names.length === 0 ? "nobody that is known" : names.sort().join(" and ");
}

/** Programs behind which people sit, and names that the server itself gives to what it knows no better. */
const people =
  /^(kubectl|k9s|lens|openlens|headlamp|mozilla|curl|node-fetch|python-requests|openapi-generator|unknown|before-first-apply|ancient-changes)|dashboard/i;
/** What these write comes from somebody's manifest: it belongs into Git, or is in another Git. */
const deliverers = /^(argocd|helm|flux|kustomize|terraform|pulumi|ansible|fleet|holdfast)/i;
const controllers =
  /controller|operator|manager|inject|scaler|scheduler|provisioner|webhook|agent|driver|reloader|istio|cilium|calico|linkerd|karpenter|keda|flagger|velero|vault/i;

/** Which controller owns a finding on this object down to its last field, if one does that is likely to be one. */
function trustedOn({ input }: DiffResult, changes: readonly FieldChange[]) {
  if (input?.desired.type !== "Stated" || input.live.type !== "Present") return () => undefined;
  const { schema } = input;
  const { body: live } = input.live;
  const ownersOf = createOwnership(live.metadata["managedFields"], live.apiVersion);
  const isQuiet = (path: FieldPath) => !changes.some((change) => pathsOverlap(change.path, path));
  const delivered = declaredPaths(input.desired.body, schema).filter(isQuiet).flatMap(ownersOf);
  const isDeliverer = new Set(delivered.map(({ manager }) => manager));
  return (change: FieldChange): string | undefined => {
    if (change.type === "Removed") return undefined;
    const part = { path: change.path, value: change.live, node: nodeAt(schema, change.path) };
    const owns = (name: string) =>
      isOwnedBy(part, { isTrusted: ({ manager }) => manager === name, mayBeNobody: false }, { ownersOf });
    const names = [...new Set(change.managers.map(({ name }) => name))];
    const [name] = names;
    if (name === undefined || names.length > 1 || isDeliverer.has(name)) return undefined;
    const isController = controllers.test(name) && !people.test(name) && !deliverers.test(name);
    return isController && owns(name) ? name : undefined;
  };
}

/** Any item on the way; the last element stays, since it is what was found, and a star would stand for all beside it. */
function patternOf(path: FieldPath): string {
  const end = path.at(-1);
  // Nothing that a rule could say names such an item.
  const stated = end !== undefined && path.length > 1 && !isPlain(end) ? path.slice(0, -1) : path;
  return stated
    .map((element, i) =>
      element.type === "field" || i === stated.length - 1 ? formatElement(element, i === 0) : "[*]",
    )
    .join("");
}

function isPlain(element: PathElement): boolean {
  if (element.type === "value") return typeof element.value !== "object";
  return element.type !== "key" || Object.values(element.fields).every((value) => typeof value !== "object");
}
