/** Scalers that nobody declares, as `holdfast diff` finds them: in the cluster, or in the file that stands for it. */
import { createCoverage } from "../controller/coverage.ts";
import { type Declaration, DesiredStore } from "../controller/desired-store.ts";
import { createOwnerLookup, type OwnerDeps } from "../controller/owner-lookup.ts";
import { policyKey } from "../controller/policy-key.ts";
import { liveScaler } from "../drift/controlled.ts";
import { kindScopeIn } from "../operator/kind-scope.ts";
import { createOwnerReader } from "../operator/owner-reader.ts";
import { createScalerReader } from "../operator/scaler-reader.ts";
import { type KubernetesObject, refOf, resourceKey } from "../resource/resource.ts";
import { sightOf } from "../resource/sight.ts";
import type { ClusterLiveDeps } from "./cluster-live.ts";
import type { LiveScalers } from "./judgement.ts";
import type { OfflineSchemas } from "./offline-schemas.ts";

export function scalersInCluster(declared: Iterable<Declaration>, deps: ClusterLiveDeps): LiveScalers {
  const { discovery, transport } = deps;
  return liveScalers(declared, {
    scopeOf: kindScopeIn(discovery),
    sight: () => undefined,
    readOwner: createOwnerReader(deps),
    readScalers: createScalerReader({ discovery, transport, unlisted: () => undefined }),
  });
}

/** `declared`: with the namespaces in which the objects were found. */
export function scalersInFile(
  declared: Iterable<Declaration>,
  { objects, schemas }: { readonly objects: readonly KubernetesObject[]; readonly schemas: OfflineSchemas },
): LiveScalers {
  // Of a kind that no schema tells anything about, objects are where they say.
  const isCluster = (gvk: Parameters<OfflineSchemas["scopeOf"]>[0]) => schemas.scopeOf(gvk) === "Cluster";
  const sights = new Map(
    objects.map((object) => {
      const ref = refOf(object);
      return [resourceKey(isCluster(ref) ? { ...ref, namespace: "" } : ref), sightOf(object, 0)];
    }),
  );
  const scalers = objects.flatMap((object) => liveScaler(object) ?? []);
  return liveScalers(declared, {
    scopeOf: (gvk) => (isCluster(gvk) ? "Cluster" : "Namespaced"),
    sight(ref) {
      const found = sights.get(resourceKey(ref));
      return found === undefined ? { type: "Absent", sinceMs: 0 } : { type: "Present", ...found };
    },
    readOwner: () => Promise.resolve({ type: "Absent" }),
    readScalers: (namespace) => Promise.resolve(scalers.filter(({ ref }) => ref.namespace === namespace)),
  });
}

function liveScalers(
  declared: Iterable<Declaration>,
  {
    readScalers,
    ...deps
  }: Pick<LiveScalers, "readScalers"> & Pick<OwnerDeps, "scopeOf" | "sight" | "readOwner">,
): LiveScalers {
  const desired = new DesiredStore();
  const declarations = new Map([...declared].map((declaration) => [declaration.key, declaration]));
  desired.replace(policyKey({ namespace: "", name: "command-line" }), { revision: "", declarations });
  // Nothing is looked through here: every owner is looked for by itself.
  const coverage = createCoverage({ ...deps, policies: new Map(), desired, operatorNamespace: "" });
  const owners = createOwnerLookup({
    ...deps,
    desired,
    now: () => 0,
    coverage: () => coverage,
    // Who controls a scaler is asked, and not who delivered it.
    delivererNamespaces: [],
  });
  return { desired, owners, readScalers };
}
