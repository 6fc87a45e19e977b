/** The live objects that a policy's repository does not speak of: lists of what the policy looks through. */

import { policyResource } from "../api/names.ts";
import type { Policy } from "../api/policy.ts";
import { defaultDelivererNamespaces, defaultNamespace } from "../config.ts";
import { kindNameOf } from "../drift/makers.ts";
import { resourcePath } from "../kubernetes/api-resource.ts";
import { readPages } from "../kubernetes/list.ts";
import { kindScopeIn } from "../operator/kind-scope.ts";
import { createOwnerReader } from "../operator/owner-reader.ts";
import { type GroupVersionKind, refOf } from "../resource/resource.ts";
import type { ClusterLiveDeps } from "./cluster-live.ts";
import type { Declared } from "./declared.ts";
import type { DiffResult } from "./diff-report.ts";
import { createUndeclared, type Undeclared } from "./undeclared.ts";

export interface FoundUndeclared {
  readonly results: readonly DiffResult[];
  /** What could not be looked through, and who else may account for what was found; a line for the user. */
  readonly notice?: string;
}

export async function findUndeclared(
  policy: Policy,
  { declared, deps }: { readonly declared: Declared; readonly deps: ClusterLiveDeps },
  signal: AbortSignal,
): Promise<FoundUndeclared> {
  const { discovery, transport } = deps;
  const undeclared = createUndeclared({
    policy,
    declarations: declared.values(),
    operatorNamespace: defaultNamespace,
    delivererNamespaces: defaultDelivererNamespaces,
    nowMs: Date.now(),
    scopeOf: kindScopeIn(discovery),
    readOwner: createOwnerReader(deps),
  });
  const unlisted = new Set<string>();
  for (const { gvk, namespaces } of undeclared.targets) {
    for (const namespace of namespaces) {
      const failure = await list(undeclared, { gvk, namespace });
      if (failure !== undefined) unlisted.add(kindNameOf(gvk));
    }
  }
  const results = await undeclared.judge(signal);
  const others = results.length === 0 ? [] : await otherPolicies();
  const notices = [
    ...(unlisted.size === 0
      ? []
      : [`what is unexpected is not seen of ${[...unlisted].sort().join(", ")}, which may not be listed`]),
    ...(others.length === 0 ? [] : [`what is Unexpected may be declared by ${others.join(", ")}`]),
  ];
  return { results, ...(notices.length === 0 ? {} : { notice: notices.join("; ") }) };

  async function list(
    into: Undeclared,
    { gvk, namespace }: { readonly gvk: GroupVersionKind; readonly namespace: string },
  ): Promise<string | undefined> {
    const resource = discovery.find(gvk);
    if (resource?.verbs.includes("list") !== true) return undefined;
    for await (const page of readPages({ transport, path: resourcePath(resource, namespace) }, signal)) {
      if (page.type === "Failed") return page.failure.message;
      for (const object of page.objects) into.saw(object, { ...refOf(object), ...gvk });
    }
    into.sawAll(gvk, namespace);
    return undefined;
  }

  /** Policies that reach the same namespaces; none where they may not be listed. */
  async function otherPolicies(): Promise<readonly string[]> {
    const places = new Set(results.map(({ resource }) => resource.namespace));
    const found: string[] = [];
    for await (const page of readPages({ transport, path: resourcePath(policyResource, "") }, signal)) {
      if (page.type === "Failed") return [];
      for (const { metadata } of page.objects) {
        const { namespace = "", name = "" } = metadata;
        const isSame = namespace === policy.namespace && name === policy.name;
        if (!isSame && (places.has(namespace) || namespace === defaultNamespace))
          found.push(`policy ${namespace}/${name}`);
      }
    }
    return found.sort();
  }
}
