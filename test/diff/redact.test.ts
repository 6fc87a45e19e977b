import { createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { compare } from "../../src/diff/compare.ts";
import { isRedactedPath, redactObject } from "../../src/diff/redact.ts";
import { parsePath } from "../../src/fieldpath/format-path.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";
import { arbitraryJson, arbitraryName } from "../support/arbitrary-json.ts";

const digest = (bytes: Uint8Array) =>
  `hmac-sha256:${createHmac("sha256", "key").update(bytes).digest("hex")}`;
const digestOf = (text: string) => digest(new TextEncoder().encode(text));
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function secret(body: JsonObject, annotations: { readonly [key: string]: string } = {}): KubernetesObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "token", annotations }, ...body };
}

describe("redaction", () => {
  it("replaces values by digests of the bytes that they stand for", () => {
    const redacted = redactObject(
      secret({ type: "Opaque", data: { a: "aGVsbG8=" }, stringData: { b: "hello" } }),
      digest,
    );
    expect(redacted).toMatchObject({ type: "Opaque", data: { a: digestOf("hello"), b: digestOf("hello") } });
    expect(redacted).not.toHaveProperty("stringData");
  });

  it("writes stringData over data, as the server does", () => {
    const redacted = redactObject(secret({ data: { a: "b2xk" }, stringData: { a: "new" } }), digest);
    expect(redacted["data"]).toEqual({ a: digestOf("new") });
  });

  it("digests the same bytes to the same text, however they are spelled", () => {
    const spellings = ["YWJjZGVm", "YWJj\nZGVm"].map(
      (a) => redactObject(secret({ data: { a } }), digest)["data"],
    );
    expect(spellings[0]).toEqual(spellings[1]);
  });

  it("leaves other kinds alone", () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a: "b" } };
    expect(redactObject(object, digest)).toBe(object);
    const custom = {
      apiVersion: "example.com/v1",
      kind: "Secret",
      metadata: { name: "c" },
      data: { a: "b" },
    };
    expect(redactObject(custom, digest)).toBe(custom);
  });

  it("redacts the copy in the last-applied annotation leaf by leaf", () => {
    const copy = JSON.stringify(secret({ data: { a: "aGVsbG8=" }, stringData: { b: "plain" } }));
    const redacted = redactObject(secret({}, { [lastApplied]: copy, other: "kept" }), digest);
    const annotations: Json = redacted.metadata.annotations ?? null;
    expect(annotations).toMatchObject({ other: "kept" });
    expect(JSON.parse(redacted.metadata.annotations?.[lastApplied] ?? "")).toMatchObject({
      kind: "Secret",
      data: { a: digestOf("hello"), b: digestOf("plain") },
    });
  });

  it.each([
    ["text that is no JSON", "password=hunter2"],
    [
      "another kind",
      JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: { a: "hunter2" } }),
    ],
    ["no object", '["hunter2"]'],
    ["no metadata", JSON.stringify({ apiVersion: "v1", kind: "Secret", data: { a: "hunter2" } })],
    ["JSON that is cut off", '{"apiVersion":"v1","kind":"Secret","metadata":{},"data":{"a":"hunter2"'],
  ])("makes one digest of an annotation that holds %s", (_, annotation) => {
    const text = redactObject(secret({}, { [lastApplied]: annotation }), digest).metadata.annotations?.[
      lastApplied
    ];
    expect(text).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
  });

  it("lets no value survive, whatever its shape and wherever it stands", () => {
    const marked = fc.oneof(
      fc.constantFrom<Json>(
        "hunter2",
        ["hunter2"],
        { deep: { er: "hunter2" } },
        btoa("hunter2"),
        `${btoa("hunter2")}!`,
      ),
      arbitraryJson(2),
    );
    const parts = fc.record(
      {
        data: fc.oneof(fc.dictionary(fc.string({ maxLength: 5 }), marked), marked),
        stringData: fc.oneof(fc.dictionary(fc.string({ maxLength: 5 }), marked), marked),
        stringdata: marked,
        Data: marked,
        ["__proto__"]: marked,
        annotation: fc.oneof(fc.constant("hunter2"), fc.constant('{"kind":"Secret","data":"hunter2"}')),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(parts, ({ annotation, ...body }) => {
        const nested = JSON.stringify(
          secret(body, annotation === undefined ? {} : { [lastApplied]: annotation }),
        );
        const text = JSON.stringify(redactObject(secret(body, { [lastApplied]: nested }), digest));
        expect(text).not.toContain("hunter2");
        expect(text).not.toContain(btoa("hunter2"));
      }),
    );
  });

  it("may be done twice as once: a digest never looks like what it was", () => {
    const once = redactObject(secret({ data: { a: "aGVsbG8=" } }), digest);
    expect(JSON.stringify(redactObject(once, digest))).not.toContain("hello");
  });

  it("changes no verdict: redacted sides compare in sync exactly if the plain ones do", () => {
    const schema = shippedKind({ group: "", version: "v1", kind: "Secret" })?.schema ?? { type: "any" };
    const plain = fc.constantFrom("", "a", "b", "✓");
    const encoded = fc.constantFrom("", "YQ==", "YR==", "Yg==", "Yg", "4pyT", "a", "not base64!");
    const map = (values: fc.Arbitrary<string>) =>
      fc.dictionary(arbitraryName(), fc.oneof(values, values, fc.constant(null)), { maxKeys: 3 });
    const sides = fc.tuple(
      fc.record({ data: map(encoded), stringData: map(plain) }, { requiredKeys: [] }),
      fc.record({ data: map(encoded) }, { requiredKeys: [] }),
    );
    const inSync = (desired: KubernetesObject, live: KubernetesObject) =>
      compare({ desired, live, schema, mode: "Declared" }).changes.length === 0;
    fc.assert(
      fc.property(sides, ([stated, found]) => {
        const [desired, live] = [secret(stated), secret(found)];
        expect(inSync(redactObject(desired, digest), redactObject(live, digest))).toBe(inSync(desired, live));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a redacted path", () => {
  const kind = { apiVersion: "v1", kind: "Secret" };
  it.each([
    ["data", true],
    ['data["a.b"]', true],
    ["stringData.a", true],
    ["misspelt.a", true],
    [`metadata.annotations["${lastApplied}"]`, true],
    ["metadata.annotations", true],
    [".", true],
    ["metadata.labels.app", false],
    ["metadata.annotations.other", false],
    ["type", false],
    ["immutable", false],
  ])("%s: %s", (path, expected) => {
    expect(isRedactedPath(kind, parsePath(path))).toBe(expected);
  });

  it("is in Secrets alone", () => {
    expect(isRedactedPath({ apiVersion: "v1", kind: "ConfigMap" }, parsePath("data.a"))).toBe(false);
  });
});
