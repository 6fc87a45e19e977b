/** A policy is parsed once, at the edge: what the CRD let through may still be wrong, and files have no CRD. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { type Policy, parsePolicy } from "../../src/api/policy.ts";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { defaultDetection } from "../support/detection.ts";
import { invalidSpecs, smallestSpec, validSpecs } from "../support/policy-specs.ts";

const samples = join(import.meta.dirname, "../../config/samples");
const url = "https://git.example.com/platform/shop.git";

function policyOf(spec: Json): KubernetesObject {
  const metadata = { name: "shop", namespace: "payments", uid: "u-1", generation: 3 };
  return { apiVersion: "holdfast.dev/v1alpha1", kind: "GitRepoPolicy", metadata, spec };
}

function parsed(spec: Json): Policy {
  const result = parsePolicy(policyOf(spec));
  if (result.type === "Invalid") throw new Error(result.message);
  return result.policy;
}

function fault(spec: Json): string {
  const result = parsePolicy(policyOf(spec));
  return result.type === "Invalid" ? result.message : "it is valid";
}

const withSource = (fields: JsonObject): JsonObject => ({
  source: { url, ref: { branch: "main" }, ...fields },
});

describe("a policy that says the least", () => {
  it("follows its branch from the root, each minute, for its own namespace, and writes nothing", () => {
    expect(parsed(smallestSpec)).toEqual({
      namespace: "payments",
      name: "shop",
      uid: "u-1",
      generation: 3,
      source: { url, ref: { branch: "main" }, path: "", render: "Auto", intervalSeconds: 60 },
      targetNamespace: "payments",
      detection: defaultDetection,
      rollback: { mode: "Never" },
      suspend: false,
    });
  });
});

describe("a policy that says everything", () => {
  it("is what it says", () => {
    const secretRef = { name: "git" };
    const policy = parsed({
      ...withSource({ path: "app", render: { type: "Plain" }, interval: "5m", secretRef }),
      targetNamespace: "shop",
      rollback: { mode: "Always", serviceAccountName: "writer" },
      suspend: true,
    });
    expect(policy.source).toMatchObject({
      path: "app",
      render: "Plain",
      intervalSeconds: 300,
      secretName: "git",
    });
    expect(policy).toMatchObject({
      targetNamespace: "shop",
      rollback: { mode: "Always", serviceAccountName: "writer" },
      suspend: true,
    });
  });

  it.each([
    ["30s", 30],
    ["1h30m10s", 5_410],
    ["24h", 86_400],
  ])("reads an interval of %s", (interval, seconds) => {
    expect(parsed(withSource({ interval })).source.intervalSeconds).toBe(seconds);
  });

  it.each([
    [".", ""],
    ["./app/", "app"],
    ["deploy//production/./eu", "deploy/production/eu"],
    [".config/..data", ".config/..data"],
  ])("reads the path %s as %j", (path, normal) => {
    expect(parsed(withSource({ path })).source.path).toBe(normal);
  });

  it("says which one of ref's four it follows", () => {
    expect(parsed(withSource({ ref: { semver: ">=1 <2" } })).source.ref).toEqual({ semver: ">=1 <2" });
  });
});

describe("a policy is valid", () => {
  it.each(validSpecs)("with %s", (_, spec) => {
    expect(fault(spec)).toBe("it is valid");
  });

  it.each(readdirSync(samples).filter((file) => file.startsWith("policy")))("as the sample %s", (file) => {
    const yaml = parseKubernetesYaml(readFileSync(join(samples, file), "utf8"));
    const documents = yaml.type === "Parsed" ? yaml.documents.map(({ value }) => value) : [];
    const results = documents.map((document) => parsePolicy(document as KubernetesObject)); // it is one, or the test fails
    expect(results).toEqual([{ type: "Valid", policy: expect.objectContaining({ name: "shop" }) }]);
  });
});

describe("a policy is invalid, and the message names the field,", () => {
  it.each(invalidSpecs)("with %s", (_, spec, field) => {
    expect(fault(spec)).toContain(`${field}: `);
  });

  it("with nothing at all", () => {
    expect(parsePolicy(policyOf(null))).toEqual({ type: "Invalid", message: "spec: must be an object" });
  });

  it("with a misspelt field", () => {
    expect(fault(withSource({ brnach: "main" }))).toBe(
      "spec.source: has no field brnach; remove it or correct its spelling",
    );
  });
});

describe("the message about an invalid policy", () => {
  it("says every fault at once", () => {
    const wrong = { ...withSource({ path: "../x", interval: "1s" }), rollback: { mode: "Always" } };
    expect(
      fault(wrong)
        .split("; ")
        .map((one) => one.split(": ")[0]),
    ).toEqual([
      "spec.source.path",
      "spec.source.interval",
      "spec.rollback.serviceAccountName",
      "name the account that may write",
    ]);
  });

  it("stops after five faults", () => {
    const wrong = Object.fromEntries(
      ["url", "ref", "path", "render", "interval", "secretRef"].map((f) => [f, 1]),
    );
    expect(fault({ source: wrong }).match(/spec\./g)).toHaveLength(5);
  });

  it("says what to do, and shows no password", () => {
    const message = fault(withSource({ url: "https://user:hunter2@git.example.com/x" }));
    expect(message).toBe(
      "spec.source.url: must not hold credentials; put them into a Secret named in secretRef",
    );
  });
});
