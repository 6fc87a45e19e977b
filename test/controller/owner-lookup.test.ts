/** Whose inventory counts: a deliverer's whom Git declares, or who stands where no policy, and no tenant, reaches. */
import { describe, expect, it } from "@jest/globals";
import type { Coverage } from "../../src/controller/coverage.ts";
import { DesiredStore } from "../../src/controller/desired-store.ts";
import { createOwnerLookup } from "../../src/controller/owner-lookup.ts";
import type { OwnerRead } from "../../src/controller/owner-read.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { Inventory } from "../../src/drift/inventories.ts";
import type { OwnerRef } from "../../src/drift/unexpected.ts";
import { type ResourceRef, resourceKey } from "../../src/resource/resource.ts";

const role = resourceKey({
  group: "rbac.authorization.k8s.io",
  kind: "Role",
  namespace: "shop",
  name: "web",
});
const apps: OwnerRef = {
  group: "kustomize.toolkit.fluxcd.io",
  version: "v1",
  kind: "Kustomization",
  namespace: "flux-system",
  name: "apps",
  lists: role,
};
const listing: OwnerRead = present({ lists: new Set([role]), others: "Unlisted" });
const { signal } = new AbortController();

function present(inventory: Inventory): OwnerRead {
  return { type: "Present", uid: "u1", owners: [], marks: [], inventory };
}

/** Policies reach `covered`. */
function lookup(read: OwnerRead, covered: readonly string[] = ["shop"]) {
  const policy = policyKey({ namespace: "shop", name: "main" });
  const coverage: Pick<Coverage, "versionOf" | "reporterOf" | "policiesIn"> = {
    versionOf: () => "v1beta1",
    reporterOf: ({ namespace, kind }) =>
      covered.includes(namespace) && kind === "HelmRelease" ? policy : undefined,
    policiesIn: (namespace) => (covered.includes(namespace) ? [policy] : []),
  };
  const reads: ResourceRef[] = [];
  const created = createOwnerLookup({
    desired: new DesiredStore(),
    now: () => 0,
    delivererNamespaces: ["argocd", "flux-system"],
    coverage: () => coverage as Coverage, // the rest of it is for who sets up watches
    // Watches know that everything is there.
    sight: () => ({ type: "Present", uid: "u1", owners: [], firstSeenAtMs: 0, arrivedAtMs: 0 }),
    scopeOf: ({ version }) => (version === "v1" || version === "v2" ? "Namespaced" : "NotServed"),
    readOwner: (ref) => {
      reads.push(ref);
      return Promise.resolve(read);
    },
  });
  return {
    reads,
    async look(owner: OwnerRef) {
      if (created.look(owner).type === "Unread") await created.read(owner, signal);
      return created.look(owner);
    },
  };
}

describe("the inventory of a deliverer", () => {
  it("is read, also where its kind is watched, in the version that has it", async () => {
    const { look, reads } = lookup(listing);
    expect(await look(apps)).toMatchObject({ type: "Found", listing: "Listed" });
    expect(reads).toEqual([apps]);
  });

  it.each([
    ["in a namespace of deliverers", "flux-system", ["shop"], true],
    ["in one that a policy reaches", "flux-system", ["shop", "flux-system"], false],
    ["in the policy's own", "shop", ["shop"], false],
  ] as const)("%s counts by its place or not", async (_, namespace, covered, atHome) => {
    const { look } = lookup(listing, covered);
    expect(await look({ ...apps, namespace })).toMatchObject({ atHome, declared: false, judged: false });
  });

  it("in another namespace is nothing, unless one policy reaches both: a tenant may have it", async () => {
    const staging = { ...apps, namespace: "shop-staging" };
    expect(await lookup(listing).look(staging)).toEqual({ type: "Absent" });
    expect(await lookup(listing, ["shop", "shop-staging"]).look(staging)).toMatchObject({
      type: "Found",
      atHome: false,
    });
  });

  it("is of a deliverer that is reported, where its kind is looked through", async () => {
    const { look } = lookup(listing);
    const release = { ...apps, kind: "HelmRelease", version: "v2", namespace: "shop" };
    expect(await look(release)).toMatchObject({ judged: true, atHome: false });
  });

  it.each(["Unlisted", "Delivering", "Unclear"] as const)(
    "says of what it does not list: %s",
    async (others) => {
      const { look } = lookup(present({ lists: new Set(), others }));
      expect(await look(apps)).toMatchObject({ type: "Found", listing: others });
    },
  );

  it("that may not be read leaves everything open", async () => {
    const { look } = lookup({ type: "Failed", reason: "Forbidden", message: "may not get it" });
    expect(await look(apps)).toMatchObject({ type: "Unreadable", reason: "Forbidden" });
  });

  it("is not there where the deliverer is not, or its kind is not served", async () => {
    expect(await lookup({ type: "Absent" }).look(apps)).toEqual({ type: "Absent" });
    expect(await lookup(listing).look({ ...apps, version: "v1alpha1" })).toEqual({ type: "Absent" });
  });
});
