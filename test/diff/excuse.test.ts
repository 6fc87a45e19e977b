/** The excuses of a policy, and how a finding is divided that is excused in part. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type ExcuseRules, type IgnoreRule, noRules, type TrustRule } from "../../src/diff/excuse-rules.ts";
import type { FieldChange } from "../../src/diff/field-change.ts";
import { isWithin } from "../../src/fieldpath/compare-paths.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import { parsePathPattern } from "../../src/fieldpath/path-pattern.ts";
import type { ObjectMatch } from "../../src/resource/object-match.ts";
import type { SchemaNode } from "../../src/schema/schema-node.ts";
import { arbitraryJson, arbitraryPath } from "../support/arbitrary-json.ts";
import { added, excused, modified, removed, type Situation, widget } from "./excuses/excuse-support.ts";

const widgets: readonly ObjectMatch[] = [{ group: "example.com", kinds: ["Widget"] }];

function ignoring(...paths: readonly string[]): ExcuseRules {
  const rule: IgnoreRule = {
    name: "scaled",
    match: widgets,
    paths: paths.map(parsePathPattern),
    reason: "scaled by hand",
  };
  return { ...noRules, ignore: [rule] };
}

function trusting(manager: string, ...paths: readonly string[]): ExcuseRules {
  const rule: TrustRule = { name: "injector", match: widgets, manager, paths: paths.map(parsePathPattern) };
  return { ...noRules, trust: [rule] };
}

/** The paths that stay, and those that are excused. */
function divided(changes: readonly FieldChange[], situation: Situation) {
  const result = excused(changes, situation);
  return {
    stays: result.changes.map(({ path }) => formatPath(path)),
    excused: result.excused.map(({ change }) => formatPath(change.path)),
  };
}

const text: SchemaNode = { type: "scalar", format: "plain" };
const field = (node: SchemaNode) => ({ node, omits: "nothing" as const });
const struct = (fields: { readonly [name: string]: SchemaNode }, atomic = false): SchemaNode => ({
  type: "struct",
  name: "",
  fields: new Map(Object.entries(fields).map(([name, node]) => [name, field(node)])),
  atomic,
  open: true,
});
const containers: SchemaNode = {
  type: "list",
  items: struct({ name: text, image: text, env: struct({}) }),
  listType: "map",
  keys: [{ name: "name", isOmittedIfEmpty: false }],
  ordered: false,
};
const schema = struct({
  spec: struct({
    containers,
    selector: struct({}, true),
    args: { ...containers, listType: "atomic", keys: [] },
  }),
});

describe("an ignore rule", () => {
  it.each([
    ["what was added", added("spec.replicas", 3)],
    ["what is gone", removed("spec.replicas", 3)],
    ["what differs", modified("spec.replicas", { desired: 3, live: 5 })],
    ["what lies below", modified("spec.replicas.a.b", { desired: 3, live: 5 })],
  ])("excuses %s, whoever wrote it", (_, change) => {
    expect(excused([change], { rules: ignoring("spec.replicas") })).toEqual({
      changes: [],
      excused: [{ change, reason: "IgnoreRule", rule: "scaled", message: "scaled by hand" }],
    });
  });

  it("excuses no other field, and no other object", () => {
    const changes = [added("spec.paused", true), modified("spec", { desired: 1, live: 2 })];
    expect(excused(changes, { rules: ignoring("spec.replicas") })).toEqual({ changes, excused: [] });
    const gadget = { ...widget, kind: "Gadget" };
    const change = added("spec.replicas", 3);
    expect(excused([change], { rules: ignoring("spec.replicas"), live: gadget }).changes).toEqual([change]);
  });

  it("does not reach into a value that counts whole", () => {
    const change = modified("spec.args", { desired: ["a"], live: ["b"] });
    expect(excused([change], { rules: ignoring("spec.args[0]"), schema }).changes).toEqual([change]);
    const whole = modified("spec", { desired: { a: 1, b: 2 }, live: { a: 3, b: 4 } });
    expect(excused([whole], { rules: ignoring("spec.a") }).changes).toEqual([whole]);
  });
});

describe("a trust rule", () => {
  const rules = trusting("injector-*", "spec.ca");
  const byInjector = [{ manager: "injector-1" }];

  it("excuses what its manager added or changed", () => {
    const changes = [added("spec.ca", "x"), modified("spec.ca", { desired: "y", live: "x" })];
    expect(excused(changes, { rules, owners: byInjector })).toMatchObject({
      changes: [],
      excused: [{ reason: "TrustRule", rule: "injector" }, { reason: "TrustRule" }],
    });
  });

  it.each([
    ["that somebody else wrote", [{ manager: "kubectl-edit" }]],
    ["that nobody owns", []],
    ["whose owner was forgotten", [{ manager: "ancient-changes" }]],
    ["that a manager wrote whose name only begins alike", [{ manager: "injector" }]],
  ])("excuses nothing %s", (_, owners) => {
    expect(excused([added("spec.ca", "x")], { rules, owners }).changes).toHaveLength(1);
  });

  it("excuses nothing that its manager wrote elsewhere", () => {
    expect(excused([added("spec.image", "x")], { rules, owners: byInjector }).changes).toHaveLength(1);
  });

  it("does not excuse that something is gone: nobody owns that", () => {
    const owners = [{ manager: "injector-1", owns: ["spec.ca"] }];
    expect(excused([removed("spec.ca", "x")], { rules, owners }).changes).toHaveLength(1);
  });

  it("excuses of a whole what its manager owns, and leaves what others put beside it", () => {
    const owners = [
      { manager: "injector-1", owns: ["spec.ca.bundle"] },
      { manager: "kubectl-edit", owns: ["spec.ca.extra"] },
    ];
    expect(divided([added("spec.ca", { bundle: "x", extra: "y" })], { rules, owners })).toEqual({
      stays: ["spec.ca.extra"],
      excused: ["spec.ca.bundle"],
    });
  });
});

describe("a tracking label", () => {
  const tracking = { label: "app.kubernetes.io/instance", value: "shop" };
  const path = 'metadata.labels["app.kubernetes.io/instance"]';
  const rules = { ...noRules, tracking };

  it("excuses the label with the deliverer's value", () => {
    expect(excused([added(path, "shop")], { rules }).excused).toMatchObject([
      { reason: "DelivererMark", rule: "tracking" },
    ]);
  });

  it("excuses no other value, no annotation, no replaced one, and nothing where no policy says so", () => {
    for (const change of [
      added(path, "payments"),
      added(path.replace("labels", "annotations"), "shop"),
      modified(path, { desired: "web", live: "shop" }),
    ])
      expect(excused([change], { rules }).changes).toEqual([change]);
    expect(excused([added(path, "shop")]).changes).toHaveLength(1);
  });
});

describe("a finding that is excused in part", () => {
  it("is divided into the highest paths that nothing excuses", () => {
    const change = added("spec", { a: { x: 1, y: { z: 2 } }, b: 3, c: { d: 4 } });
    expect(divided([change], { rules: ignoring("spec.a.y", "spec.c") })).toEqual({
      stays: ["spec.a.x", "spec.b"],
      excused: ["spec.a.y", "spec.c"],
    });
  });

  it("stays one where no part of it is excused", () => {
    const change = added("spec", { a: 1, b: { c: 2 } });
    expect(excused([change], { rules: ignoring("spec.other", "spec.b.other") }).changes).toEqual([change]);
  });

  it("is divided when it is gone as well", () => {
    expect(divided([removed("spec", { a: 1, b: 2 })], { rules: ignoring("spec.b") })).toEqual({
      stays: ["spec.a"],
      excused: ["spec.b"],
    });
  });

  it("keeps the values of its parts", () => {
    expect(excused([added("spec", { a: 1, b: 2 })], { rules: ignoring("spec.b") }).changes).toEqual([
      added("spec.a", 1),
    ]);
  });

  it("is divided by items, where items have paths", () => {
    const change = added("spec.containers", [{ name: "app" }, { name: "proxy" }]);
    const rules = ignoring('spec.containers[name="proxy"]');
    expect(divided([change], { rules, schema })).toEqual({
      stays: ['spec.containers[name="app"]'],
      excused: ['spec.containers[name="proxy"]'],
    });
  });

  it("stays a whole item, for what is left of it would be none", () => {
    const change = added('spec.containers[name="app"]', { name: "app", image: "x", env: {} });
    expect(divided([change], { rules: ignoring("spec.containers[*].image"), schema })).toEqual({
      stays: ['spec.containers[name="app"]'],
      excused: [],
    });
  });

  it("is what others added to an item that a trusted manager made", () => {
    const change = added('spec.containers[name="proxy"]', { name: "proxy", image: "x" });
    const owners = [
      { manager: "mesh", owns: ['spec.containers[name="proxy"].name'] },
      { manager: "kubectl-edit", owns: ['spec.containers[name="proxy"].image'] },
    ];
    expect(divided([change], { rules: trusting("mesh", "spec.containers"), owners, schema })).toEqual({
      stays: ['spec.containers[name="proxy"].image'],
      excused: ['spec.containers[name="proxy"].name'],
    });
  });

  it("is not divided where a value counts whole, or items cannot be told apart", () => {
    const atomic = added("spec.selector", { app: "a", tier: "b" });
    const twice = added("spec.containers", [{ name: "app", image: "x" }, { name: "app" }]);
    const rules = ignoring("spec.selector.app", 'spec.containers[name="app"]');
    expect(excused([atomic, twice], { rules, schema }).changes).toEqual([atomic, twice]);
  });
});

describe("whatever the findings and the rules", () => {
  const patterns = fc
    .array(
      arbitraryPath()
        .filter((path) => path.every(({ type }) => type !== "key"))
        .map((path) => formatPath(path.slice(0, 2))),
      { maxLength: 4 },
    )
    .map((paths) => ignoring("a.b", "a.c", "b", 'spec["a.b/*"]', ...paths));
  const names = fc.constantFrom("a", "b", "c", "spec", "a.b/c");
  const changes = fc.array(
    fc
      .tuple(
        fc.array(names, { minLength: 1, maxLength: 2 }),
        arbitraryJson(),
        fc.constantFrom("Added", "Removed"),
      )
      .map(([names, value, type]): FieldChange => {
        const path = names.map((name) => ({ type: "field", name }) as const);
        return type === "Added"
          ? { type: "Added", path, live: value, managers: [] }
          : { type: "Removed", path, desired: value };
      }),
    { maxLength: 3 },
  );

  it("an ignore rule adds no finding, and loses none that it does not cover", () => {
    fc.assert(
      fc.property(changes, patterns, (changes, rules) => {
        const before = excused(changes).changes;
        const after = excused(changes, { rules });
        for (const change of after.changes) {
          const origin = before.find(({ path, type }) => type === change.type && isWithin(change.path, path));
          expect(origin).toBeDefined();
        }
        const all = [...after.changes, ...after.excused.map(({ change }) => change)];
        for (const change of before) expect(all.some(({ path }) => isWithin(path, change.path))).toBe(true);
      }),
    );
  });

  it("nothing fails, and without rules and owners nothing is excused at paths of no mark", () => {
    fc.assert(
      fc.property(changes, (changes) => {
        expect(excused(changes)).toEqual({ changes, excused: [] });
      }),
    );
  });
});
