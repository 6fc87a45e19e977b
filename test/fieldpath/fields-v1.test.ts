import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { sameElement } from "../../src/fieldpath/compare-paths.ts";
import type { FieldPath } from "../../src/fieldpath/field-path.ts";
import {
  decodeElement,
  decodeFieldsV1,
  encodeElement,
  encodeFieldsV1,
  type FieldSet,
  touches,
} from "../../src/fieldpath/fields-v1.ts";
import { parsePath } from "../../src/fieldpath/format-path.ts";
import type { Json } from "../../src/resource/resource.ts";
import { arbitraryJson, arbitraryPath } from "../support/arbitrary-json.ts";
import { cpuMs } from "../support/cpu-time.ts";

/** As Kubernetes 1.36 wrote it for a Deployment that was applied by kubectl --server-side. */
const fromTheServer = {
  "f:metadata": { "f:labels": { "f:app": {} }, "f:finalizers": { ".": {}, 'v:"x/y"': {} } },
  "f:spec": {
    "f:selector": {},
    "f:template": {
      "f:spec": {
        "f:containers": {
          'k:{"name":"app"}': {
            ".": {},
            "f:args": {},
            "f:name": {},
            "f:ports": {
              'k:{"containerPort":53,"protocol":"UDP"}': { ".": {}, "f:containerPort": {}, "f:protocol": {} },
            },
          },
        },
      },
    },
  },
};

describe("fieldsV1", () => {
  it("is written as it was read", () => {
    expect(encodeFieldsV1(decodeFieldsV1(fromTheServer))).toEqual(fromTheServer);
  });

  it("has elements that are written as they were read", () => {
    fc.assert(
      fc.property(arbitraryPath(), (path) => {
        for (const element of path) expect(decodeElement(encodeElement(element))).toEqual(element);
      }),
    );
  });

  it("writes the fields of a key in the order of their names, as the server does", () => {
    expect(encodeElement({ type: "key", fields: { protocol: "TCP", containerPort: 80 } })).toBe(
      'k:{"containerPort":80,"protocol":"TCP"}',
    );
    expect(encodeElement({ type: "index", index: 3 })).toBe("i:3");
  });

  it("leaves out what it does not understand", () => {
    const odd: Json = {
      "f:a": {},
      "q:b": {},
      "k:{": {},
      "v:": {},
      "i:x": {},
      f: {},
      "f:c": "text",
      "f:d": [1],
    };
    expect(encodeFieldsV1(decodeFieldsV1(odd))).toEqual({ "f:a": {}, "f:c": {}, "f:d": {} });
    for (const nothing of [null, "text", 7, [], undefined]) {
      expect(decodeFieldsV1(nothing)).toEqual({ isMember: false, children: [] });
    }
  });

  it("never fails, however deep or odd", () => {
    let deep: Json = {};
    for (let i = 0; i < 20_000; i++) deep = { "f:x": deep };
    expect(() => decodeFieldsV1(deep)).not.toThrow();
    fc.assert(
      fc.property(arbitraryJson(), (json) => {
        const set = decodeFieldsV1(json);
        expect(decodeFieldsV1(encodeFieldsV1(set))).toEqual(set);
      }),
    );
  });
});

describe("the paths that a set touches", () => {
  it.each([
    ["metadata.labels.app", true],
    ["metadata.labels", true],
    ["spec.template", true],
    ['spec.template.spec.containers[name="app"].ports[protocol="UDP",containerPort=53]', true],
    ['metadata.finalizers[="x/y"]', true],
    ['spec.template.spec.containers[name="app"].args', true],
    ['spec.template.spec.containers[name="app"].args[1]', true],
    ["metadata.labels.other", false],
    ["spec.replicas", false],
    ['spec.template.spec.containers[name="other"]', false],
    ['spec.template.spec.containers[name="app"].ports[containerPort=53,protocol="TCP"]', false],
  ])("%s: %s", (path, expected) => {
    expect(touches(fromTheServer, parsePath(path))).toBe(expected);
  });

  it("are none below a map of which another manager has taken the last key over", () => {
    expect(touches({ "f:metadata": { "f:labels": {} } }, parsePath("metadata.labels.app"))).toBe(false);
  });

  it("are those that the decoded set holds", () => {
    const index = { type: "index", index: 0 } as const;
    fc.assert(
      fc.property(arbitraryFields(), arbitraryPath(), (fields, other) => {
        const set = decodeFieldsV1(fields);
        const known = pathsIn(set);
        for (const path of [...known, ...known.map((path) => [...path, index]), other])
          expect([path, touches(fields, path)]).toEqual([path, holds(set, path)]);
      }),
    );
  });

  it("are found though Go spells some characters in another way", () => {
    const fields = { "f:spec": { 'v:"a\\u003cb"': {}, 'k:{"name":"\\u0026"}': { ".": {} } } };
    expect(touches(fields, parsePath('spec[="a<b"]'))).toBe(true);
    expect(touches(fields, parsePath('spec[name="&"]'))).toBe(true);
    expect(touches(fields, parsePath('spec[name="<"]'))).toBe(false);
  });

  it("are found without a look at the others", () => {
    const many = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, i) => [`k:{"name":"${i}"}`, { ".": {} }]),
    );
    const fields = { "f:spec": { "f:items": many } };
    const path = parsePath('spec.items[name="99999"]');
    const startedAt = cpuMs();
    for (let i = 0; i < 1_000; i++) expect(touches(fields, path)).toBe(true);
    // Decoding them once takes longer than all thousand questions.
    expect(cpuMs() - startedAt).toBeLessThan(2_000);
  });
});

/** Fields as a server would write them, about the names that arbitrary paths use. */
function arbitraryFields(): fc.Arbitrary<Json> {
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc
      .array(
        fc.tuple(
          fc.oneof(
            arbitraryPath().map((path) => path.map(encodeElement).at(-1) ?? "."),
            fc.constantFrom(".", "f:a", "f:b", "f:name", "odd"),
          ),
          fc.oneof({ depthSize: "small" }, fc.constant<Json>({}), tie("tree")),
        ),
        { maxLength: 4 },
      )
      .map((entries): Json => Object.fromEntries(entries)),
  }));
  return tree;
}

function pathsIn({ children }: FieldSet): readonly FieldPath[] {
  return [[], ...children.flatMap(({ element, set }) => pathsIn(set).map((path) => [element, ...path]))];
}

/** What `touches` answers, told on the decoded set. */
function holds(set: FieldSet, path: FieldPath): boolean {
  const [element, ...rest] = path;
  if (element === undefined) return set.isMember || set.children.length > 0;
  const child = set.children.find((candidate) => sameElement(candidate.element, element));
  return child === undefined ? set.isMember && element.type === "index" : holds(child.set, rest);
}
