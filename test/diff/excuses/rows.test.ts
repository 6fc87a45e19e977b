/** Every shipped excuse both ways: what it excuses, and that it excuses nothing else. */
import { describe, expect, it } from "@jest/globals";
import type { ExcuseRow } from "../../../src/diff/excuse-row.ts";
import { serverRows } from "../../../src/diff/excuses/server.ts";
import { rowsByTheme } from "../../../src/diff/excuses/shipped.ts";
import type { FieldChange } from "../../../src/diff/field-change.ts";
import type { FieldPath, PathElement } from "../../../src/fieldpath/field-path.ts";
import { type PatternStep, parsePathPattern } from "../../../src/fieldpath/path-pattern.ts";
import type { Json, JsonObject, KubernetesObject } from "../../../src/resource/resource.ts";
import { added, excused, type Owner } from "./excuse-support.ts";
import { examples } from "./row-examples.ts";

const all = [...rowsByTheme.values()].flat();
// What the API server adds is told in another room, and tried on the API server.
const rows = all.filter((row) => !serverRows.includes(row));
const named = rows.map((row) => [row.name, row] as const);
const owned = named.filter(([, { managers }]) => managers !== undefined);
const checked = named.filter(([, { check }]) => check !== undefined);
const stranger: Owner = { manager: "kubectl-edit" };

describe("the shipped excuses", () => {
  it("have names of their own, and say why and where it is written", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all.filter(({ name }) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
    expect(all.filter(({ why, source }) => !/^.{10,}\.$/.test(why) || source.length < 10)).toEqual([]);
  });

  it("ask who owns a field, or what it holds", () => {
    const trusting = rows.filter((row) => row.managers === undefined && row.check === undefined);
    // The server's own: nobody else can make it say something.
    expect(trusting.filter(({ reason }) => reason !== "SystemMetadata")).toEqual([]);
  });

  it("let nobody own a field but where its value is checked", () => {
    expect(rows.filter(({ unowned, check }) => unowned === true && check === undefined)).toEqual([]);
  });

  it("are about one kind, but for the marks that deliverers put on every object", () => {
    const wide = rows.filter(({ group }) => group === undefined);
    expect(wide.filter(({ reason }) => reason !== "DelivererMark")).toEqual([]);
  });

  it("are all shown here with examples, where they check a value", () => {
    expect(checked.map(([name]) => name).sort()).toEqual(Object.keys(examples).sort());
  });
});

describe("an excuse", () => {
  it.each(named)("%s excuses what its controller writes", (_, row) => {
    const { changes, excused } = judge(row, {});
    expect(changes).toEqual([]);
    expect(excused).toMatchObject([{ reason: row.reason, rule: row.name, message: row.why }]);
  });

  it.each(owned)("%s excuses nothing that somebody else wrote there", (_, row) => {
    expect(judge(row, { owners: [stranger] }).changes).toHaveLength(1);
  });

  it.each(owned)("%s excuses it though somebody else has said the same", (_, row) => {
    expect(judge(row, { owners: [stranger, managerOf(row)] }).changes).toEqual([]);
  });

  it.each(owned.filter(([, row]) => row.operation !== undefined))(
    "%s excuses nothing that was written by the other operation",
    (_, row) => {
      const operation = row.operation === "Apply" ? "Update" : "Apply";
      expect(judge(row, { owners: [{ ...managerOf(row), operation }] }).changes).toHaveLength(1);
    },
  );

  it.each(owned)("%s is right about a field of which the owner is not known any more", (_, row) => {
    const left = row.unowned === true ? 0 : 1;
    expect(judge(row, { owners: [] }).changes).toHaveLength(left);
    expect(judge(row, { owners: [{ manager: "ancient-changes" }] }).changes).toHaveLength(left);
  });

  it.each(named)("%s excuses no other field of the object", (_, row) => {
    const path = pathOf(row);
    const elsewhere = [...path.slice(0, -1), otherElement(path.at(-1))];
    expect(judge(row, { path: elsewhere }).changes).toHaveLength(1);
  });

  it.each(named.filter(([, { group }]) => group !== undefined))("%s excuses no other kind", (_, row) => {
    expect(judge(row, { live: { ...liveOf(row), apiVersion: "example.com/v1" } }).changes).toHaveLength(1);
    if (row.kinds !== undefined)
      expect(judge(row, { live: { ...liveOf(row), kind: "Other" } }).changes).toHaveLength(1);
  });

  it.each(
    checked.flatMap(([name, row]) =>
      (examples[name]?.wrong ?? []).map((value) => [name, value, row] as const),
    ),
  )("%s excuses no %j", (_name, value, row) => {
    expect(judge(row, { value }).changes).toHaveLength(1);
  });

  it.each(
    checked.flatMap(([name, row]) =>
      (examples[name]?.wrongBeside ?? []).map((live) => [name, live, row] as const),
    ),
  )("%s excuses nothing on %j", (_name, live, row) => {
    expect(judge(row, { live: { ...liveOf(row), ...live } }).changes).toHaveLength(1);
  });

  it.each(named)("%s does not excuse that something else stands where Git states a value", (_, row) => {
    const change = judgement(row, {});
    if (change.type !== "Added") throw new Error("an example is an addition");
    const { path, live } = change;
    const replaced: FieldChange = { type: "Modified", path, live, desired: "what Git says", managers: [] };
    const overwritten = row.placeholders === "anything";
    expect(excused([replaced], situation(row, {})).changes).toEqual(overwritten ? [] : [replaced]);
    for (const desired of row.placeholders ?? [])
      expect(excused([{ ...replaced, desired }], situation(row, {})).changes).toEqual([]);
  });

  it.each(named)("%s does not excuse that it is gone", (_, row) => {
    const gone: FieldChange = { type: "Removed", path: pathOf(row), desired: "x" };
    expect(excused([gone], situation(row, {})).changes).toEqual([gone]);
  });
});

describe("what the API server adds", () => {
  const on = (live: KubernetesObject, path: string, value: Json) => excused([added(path, value)], { live });
  const namespace: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  const label = 'metadata.labels["kubernetes.io/metadata.name"]';

  it("is excused where it says what the server would say", () => {
    expect(on(namespace, label, "shop").excused).toMatchObject([
      { reason: "SystemMetadata", rule: "server-namespace-labels-kubernetes-io-metadata-name" },
    ]);
  });

  it("is drift with another value, and on another kind", () => {
    expect(on(namespace, label, "payments").changes).toHaveLength(1);
    expect(on({ ...namespace, kind: "Service" }, label, "shop").changes).toHaveLength(1);
  });
});

interface Variation {
  readonly path?: FieldPath;
  readonly value?: Json;
  readonly live?: KubernetesObject;
  readonly owners?: readonly Owner[];
}

function judge(row: ExcuseRow, variation: Variation) {
  return excused([judgement(row, variation)], situation(row, variation));
}

function judgement(
  row: ExcuseRow,
  { path = pathOf(row), value = examples[row.name]?.value ?? "x" }: Variation,
) {
  return added(path, value);
}

function situation(row: ExcuseRow, { live = liveOf(row), owners }: Variation) {
  const desired = { ...live, ...examples[row.name]?.desired } as KubernetesObject; // it keeps the three fields
  return { live, desired, owners: owners ?? (row.managers === undefined ? [stranger] : [managerOf(row)]) };
}

function managerOf({ managers, operation }: ExcuseRow): Owner {
  const manager = managers?.[0]?.replaceAll("*", "some") ?? "nobody";
  return { manager, ...(operation === undefined ? {} : { operation }) };
}

function liveOf({ name, group = "example.com", kinds }: ExcuseRow): KubernetesObject {
  const kind = kinds?.[0] ?? "Widget";
  const { metadata, ...rest }: JsonObject = examples[name]?.live ?? {};
  const identity = { name: "w", namespace: "shop", uid: "u-1" };
  return {
    ...rest,
    apiVersion: group === "" ? "v1" : `${group}/v1`,
    kind,
    metadata: { ...identity, ...(metadata as JsonObject | undefined) }, // examples state metadata as an object
  };
}

/** A path that the row covers. */
function pathOf({ path }: ExcuseRow): FieldPath {
  return parsePathPattern(path).steps.map(elementOf);
}

function elementOf(step: PatternStep): PathElement {
  switch (step.type) {
    case "field":
      return { type: "field", name: step.name.replaceAll("*", "some") };
    case "key":
      return {
        type: "key",
        fields: Object.fromEntries(step.fields.map(([name, value]) => [name, concrete(value)])),
      };
    case "value":
      return { type: "value", value: concrete(step.value) };
    case "index":
      return step;
    case "anyItem":
      return { type: "key", fields: { name: "some" } };
  }
}

function concrete(value: Json): Json {
  return typeof value === "string" ? value.replaceAll("*", "some") : value;
}

function otherElement(element: PathElement | undefined): PathElement {
  return element?.type === "field" ? { type: "field", name: "other" } : { type: "value", value: "other" };
}
