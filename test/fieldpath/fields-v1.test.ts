import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  decodeElement,
  decodeFieldsV1,
  encodeElement,
  encodeFieldsV1,
  touches,
} from "../../src/fieldpath/fields-v1.ts";
import { parsePath } from "../../src/fieldpath/format-path.ts";
import type { Json } from "../../src/resource/resource.ts";
import { arbitraryJson, arbitraryPath } from "../support/arbitrary-json.ts";

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
  const set = decodeFieldsV1(fromTheServer);
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
    expect(touches(set, parsePath(path))).toBe(expected);
  });

  it("are none below a map of which another manager has taken the last key over", () => {
    expect(
      touches(decodeFieldsV1({ "f:metadata": { "f:labels": {} } }), parsePath("metadata.labels.app")),
    ).toBe(false);
  });
});
