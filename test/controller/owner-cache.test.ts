/** How long what was read of an owner is believed, and how much of it is kept. */
import { describe, expect, it } from "@jest/globals";
import { OwnerCache } from "../../src/controller/owner-cache.ts";
import type { OwnerRead } from "../../src/controller/owner-read.ts";
import { type ResourceKey, resourceKey } from "../../src/resource/resource.ts";

const group = "kustomize.toolkit.fluxcd.io";
const owner = (name: string) => ({
  group,
  version: "v1",
  kind: "Kustomization",
  namespace: "flux-system",
  name,
});
const pod = (name: string) => resourceKey({ group: "", kind: "Pod", namespace: "shop", name });
const listing = (...lists: readonly ResourceKey[]): OwnerRead => ({
  type: "Present",
  uid: "u1",
  owners: [],
  marks: [],
  inventory: { lists: new Set(lists), others: "Unlisted" },
});

describe("what was read of an owner", () => {
  it("is kept for ten minutes", () => {
    const cache = new OwnerCache();
    cache.set(owner("apps"), listing(), 0);
    expect(cache.get(owner("apps"), 599_999)).toEqual(listing());
    expect(cache.get(owner("apps"), 600_000)).toBeUndefined();
  });

  it("is read again after ten seconds for one with another uid, or that it does not list", () => {
    const cache = new OwnerCache();
    cache.set(owner("apps"), listing(pod("a")), 0);
    const other = { ...owner("apps"), uid: "u2" };
    const unlisted = { ...owner("apps"), lists: pod("b") };
    for (const ref of [other, unlisted]) {
      expect(cache.get(ref, 9_999)).toBeDefined();
      expect(cache.get(ref, 10_000)).toBeUndefined();
    }
    expect(cache.get({ ...owner("apps"), uid: "u1", lists: pod("a") }, 10_000)).toBeDefined();
  });

  it("goes, the oldest first, when there are too many entries of inventories", () => {
    const cache = new OwnerCache();
    const large = listing(...Array.from({ length: 20_000 }, (_, i) => pod(`a${i}`)));
    for (let i = 0; i < 6; i++) cache.set(owner(`k${i}`), large, i);
    // Replacing one makes no more of them.
    cache.set(owner("k5"), large, 6);
    const kept = Array.from({ length: 6 }, (_, i) => cache.get(owner(`k${i}`), 7) !== undefined);
    expect(kept).toEqual([false, true, true, true, true, true]);
  });

  it("goes, the oldest first, when there are too many owners", () => {
    const cache = new OwnerCache();
    for (let i = 0; i <= 5_000; i++) cache.set(owner(`k${i}`), { type: "Absent" }, 0);
    expect(cache.get(owner("k0"), 1)).toBeUndefined();
    expect(cache.get(owner("k1"), 1)).toBeDefined();
  });
});
