/** Live objects that nothing desired speaks of, as one look can judge them: the operator's rule, without its memory. */
import type { Policy } from "../api/policy.ts";
import { type Coverage, createCoverage } from "../controller/coverage.ts";
import { type Declaration, DesiredStore } from "../controller/desired-store.ts";
import { createOwnerLookup } from "../controller/owner-lookup.ts";
import type { OwnerRead } from "../controller/owner-read.ts";
import type { KindScope } from "../controller/place.ts";
import { policyKey } from "../controller/policy-key.ts";
import { assess } from "../drift/assess.ts";
import type { LiveState } from "../drift/input.ts";
import { undeclaredInput } from "../drift/undeclared-input.ts";
import { accountFor, terminatingMs } from "../drift/unexpected.ts";
import {
  type GroupVersionKind,
  type KubernetesObject,
  parseResourceKey,
  type ResourceKey,
  type ResourceRef,
  resourceKey,
} from "../resource/resource.ts";
import { bodyOfSight, type LiveSight, type Sight, sightOf } from "../resource/sight.ts";
import type { DiffResult } from "./diff-report.ts";

export interface UndeclaredDeps {
  readonly policy: Policy;
  readonly declarations: Iterable<Declaration>;
  /** Policies in this namespace look at cluster-scoped objects too. */
  readonly operatorNamespace: string;
  /** Where deliverers keep their own objects. */
  readonly delivererNamespaces: readonly string[];
  readonly nowMs: number;
  scopeOf(gvk: GroupVersionKind): KindScope;
  /** What can be said of an owner that was not seen, or of a deliverer. */
  readOwner(ref: ResourceRef, signal: AbortSignal): Promise<OwnerRead>;
}

export interface Undeclared {
  /** Where to look. */
  readonly targets: Coverage["targets"];
  /** What was looked through, object by object; only what is needed of each is kept. */
  saw(object: KubernetesObject, ref: ResourceRef): void;
  /** A place was looked through to its end, so that what was not seen there is not there. */
  sawAll(gvk: GroupVersionKind, namespace: string): void;
  /** Those that nobody accounts for, by kind, namespace and name. */
  judge(signal: AbortSignal): Promise<readonly DiffResult[]>;
}

export function createUndeclared(deps: UndeclaredDeps): Undeclared {
  const { policy, nowMs, operatorNamespace, scopeOf } = deps;
  const key = policyKey(policy);
  const desired = new DesiredStore();
  desired.replace(key, {
    revision: "",
    declarations: new Map([...deps.declarations].map((declaration) => [declaration.key, declaration])),
  });
  const { uid, generation } = policy;
  const policies = new Map([[key, { type: "Valid" as const, uid, generation, policy }]]);
  const coverage = createCoverage({ policies, desired, operatorNamespace, scopeOf });
  const seen = new Map<ResourceKey, Sight>();
  const complete = new Set<string>();
  const lookup = createOwnerLookup({
    desired,
    now: () => nowMs,
    coverage: () => coverage,
    sight,
    scopeOf,
    delivererNamespaces: deps.delivererNamespaces,
    readOwner: deps.readOwner,
  });

  return {
    targets: coverage.targets,
    saw(object, ref) {
      seen.set(resourceKey(ref), sightOf(object, Date.parse(object.metadata.deletionTimestamp ?? "") || 0));
    },
    sawAll: (gvk, namespace) => void complete.add(placeName(gvk, namespace)),
    async judge(signal) {
      const results: DiffResult[] = [];
      for (const one of [...seen.keys()].sort()) {
        const result = await judgeOne(one, signal);
        if (result !== undefined) results.push(result);
      }
      return results;
    },
  };

  function sight(ref: ResourceRef): LiveSight | undefined {
    const found = seen.get(resourceKey(ref));
    if (found !== undefined) return { type: "Present", ...found };
    return complete.has(placeName(ref, ref.namespace)) ? { type: "Absent", sinceMs: 0 } : undefined;
  }

  async function judgeOne(one: ResourceKey, signal: AbortSignal): Promise<DiffResult | undefined> {
    const place = parseResourceKey(one);
    const version = coverage.versionOf(place);
    const found = seen.get(one);
    if (version === undefined || found === undefined || desired.isDeclared(one)) return undefined;
    if (coverage.reporterOf(place) === undefined || coverage.isGenerated(place)) return undefined;
    const { terminatingSinceMs } = found;
    if (terminatingSinceMs !== undefined && nowMs - terminatingSinceMs < terminatingMs) return undefined;
    const ref = { ...place, version };
    const live = await liveOf(ref, found, signal);
    return live === undefined ? undefined : { resource: ref, verdict: verdictOn(ref, live) };
  }

  /** Undefined if somebody accounts for the object. */
  async function liveOf(ref: ResourceRef, found: Sight, signal: AbortSignal): Promise<LiveState | undefined> {
    for (;;) {
      const account = accountFor({ ref, ...found }, lookup);
      switch (account.type) {
        case "LeftAlone":
        case "Owned":
        // There is no watch here that could be behind.
        case "Wait":
          return undefined;
        case "Unknown":
          return { type: "Unknown", reason: account.reason, message: account.message };
        case "Unaccounted":
          return { type: "Present", body: bodyOfSight(ref, found), arrivedAtMs: 0 };
        case "Read":
          await lookup.read(account.owner, signal);
      }
    }
  }
}

function verdictOn(resource: ResourceRef, live: LiveState): DiffResult["verdict"] {
  return assess(undeclaredInput({ resource, revision: "", live, source: { headReadAtMs: 0 }, nowMs: 0 }));
}

function placeName({ group, kind }: Pick<GroupVersionKind, "group" | "kind">, namespace: string): string {
  return `${group}/${kind}/${namespace}`;
}
