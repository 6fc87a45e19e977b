/** Drift episodes for tests of what is made of them. */
import type { Episode } from "../../src/controller/drift-store.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { Drifted } from "../../src/drift/verdict.ts";

/** ConfigMap shop/settings, changed by hand. */
export const modified: Drifted = {
  status: "Drifted",
  type: "Modified",
  against: "main@sha1:1",
  changes: [
    {
      type: "Modified",
      path: [
        { type: "field", name: "data" },
        { type: "field", name: "mode" },
      ],
      desired: "fast",
      live: "hacked",
      managers: [{ name: "kubectl-edit", operation: "Update" }],
    },
  ],
};

/** An open one of ConfigMap shop/settings, changed by hand. */
export function episode(change: Partial<Episode> & { readonly policyName?: string } = {}): Episode {
  const { policyName = "main", ...rest } = change;
  return {
    recordName: "main-configmap-settings-0",
    policy: policyKey({ namespace: "shop", name: policyName }),
    resource: { group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name: "settings" },
    uid: "uid-settings",
    type: "Modified",
    origin: { repository: "https://git.example.com/x.git", revision: "main@sha1:1", path: "a.yaml", line: 3 },
    revision: "main@sha1:1",
    firstSeenAt: new Date("2026-01-01T00:00:00Z"),
    lastSeenAt: new Date("2026-01-01T00:00:00Z"),
    verdict: modified,
    resourceVersion: "7",
    ...rest,
  };
}

export function resolved(
  open: Episode,
  at: Date,
  type: NonNullable<Episode["resolution"]>["type"] = "RolledBack",
): Episode {
  return { ...open, resolution: { type, at } };
}
