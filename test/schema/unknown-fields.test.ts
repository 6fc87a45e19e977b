import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import type { JsonObject } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";
import { unknownFields } from "../../src/schema/unknown-fields.ts";
import { arbitraryObject } from "../support/arbitrary-json.ts";
import { arbitrarySchema } from "../support/arbitrary-schema.ts";

const schema = shippedKind({ group: "apps", version: "v1", kind: "Deployment" })?.schema ?? { type: "any" };
const unknownIn = (body: JsonObject) =>
  unknownFields(
    { ...body, apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } },
    schema,
  ).map(formatPath);

describe("unknown fields", () => {
  it("are named at the highest path, items by their keys", () => {
    const containers = [{ name: "app", imagePullPolice: { a: 1 }, args: ["x"] }];
    expect(unknownIn({ spec: { replica: 1, template: { spec: { containers } } }, sepc: {} })).toEqual([
      "spec.replica",
      'spec.template.spec.containers[name="app"].imagePullPolice',
      "sepc",
    ]);
  });

  it("are not what every object has, nor what is null, nor keys of free maps", () => {
    expect(
      unknownIn({
        status: { anything: 1 },
        nothing: null,
        spec: { selector: { matchLabels: { any: "x" } } },
      }),
    ).toEqual([]);
  });

  it("are odd names too", () => {
    expect(unknownIn(JSON.parse('{"spec": {"__proto__": 1, "constructor": 1}}'))).toEqual([
      "spec.__proto__",
      "spec.constructor",
    ]);
  });

  it("never stop anybody", () => {
    fc.assert(
      fc.property(arbitraryObject(), arbitrarySchema(), (object, schema) => {
        expect(Array.isArray(unknownFields(object, schema))).toBe(true);
      }),
    );
  });
});
