import { describe, expect, it } from "@jest/globals";
import { createDoubtNotes } from "../../src/controller/doubt-notes.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { DoubtfulChange } from "../../src/drift/verdict.ts";
import { parsePath } from "../../src/fieldpath/format-path.ts";

const shop = policyKey({ namespace: "shop", name: "main" });
const doubt = (path: string): DoubtfulChange => ({
  change: { type: "Added", path: parsePath(path), live: 5, managers: [] },
  reason: "Unowned",
});
const hourMs = 3_600_000;

describe("a doubt", () => {
  it("is said once for a kind and a field, on however many objects and list items", () => {
    const news = createDoubtNotes(() => 0);
    const first = doubt('spec.template.spec.containers[name="a"].newField');
    expect(news(shop, "Deployment", [first])).toEqual([first]);
    expect(news(shop, "Deployment", [doubt('spec.template.spec.containers[name="b"].newField')])).toEqual([]);
    expect(news(shop, "StatefulSet", [first])).toEqual([first]);
    expect(news(policyKey({ namespace: "other", name: "main" }), "Deployment", [first])).toEqual([first]);
  });

  it("is said again only after it was gone for an hour", () => {
    let nowMs = 0;
    const news = createDoubtNotes(() => nowMs);
    const one = doubt("spec.newField");
    expect(news(shop, "Deployment", [one])).toEqual([one]);
    nowMs += hourMs;
    expect(news(shop, "Deployment", [one])).toEqual([]);
    nowMs += hourMs + 1;
    expect(news(shop, "Deployment", [one])).toEqual([one]);
  });
});
