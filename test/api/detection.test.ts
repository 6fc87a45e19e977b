/** What a policy says of detection: parsed once, and faults named by field and character. */
import { describe, expect, it } from "@jest/globals";
import type { Detection } from "../../src/api/detection.ts";
import { type ParsedPolicy, parsePolicy } from "../../src/api/policy.ts";
import { parsePath } from "../../src/fieldpath/format-path.ts";
import { relate } from "../../src/fieldpath/path-pattern.ts";
import { matchesObject } from "../../src/resource/object-match.ts";
import type { Json, JsonObject } from "../../src/resource/resource.ts";

function parse(detection: Json): ParsedPolicy {
  const source = { url: "https://git.example.com/shop.git", ref: { branch: "main" } };
  return parsePolicy({
    apiVersion: "holdfast.dev/v1alpha1",
    kind: "GitRepoPolicy",
    metadata: { name: "shop", namespace: "payments" },
    spec: { source, detection },
  });
}

function detectionOf(spec: Json): Detection {
  const parsed = parse(spec);
  if (parsed.type === "Invalid") throw new Error(parsed.message);
  return parsed.policy.detection;
}

function fault(spec: Json): string {
  const parsed = parse(spec);
  return parsed.type === "Invalid" ? parsed.message : "it is valid";
}

const rule: JsonObject = {
  name: "scaled",
  match: [{ group: "apps", kinds: ["Deployment"], names: ["web-*"], namespaces: ["shop"] }],
  paths: ["spec.replicas", 'metadata.annotations["example.com/*"]'],
  reason: "scaled by hand",
};

describe("what a policy says of detection", () => {
  it("is what it says", () => {
    const tracking = { label: "app.kubernetes.io/instance", value: "shop" };
    const words = { mode: "Declared", unexpected: "Ignore", sensitiveKinds: "DeclaredOnly", tracking };
    expect(detectionOf(words)).toEqual({ ...words, ignore: [], trust: [] });
  });

  it("has rules that are ready for use", () => {
    const trusted = { name: "ca", match: [{ kinds: ["Widget"] }], manager: "injector-*", paths: ["spec.ca"] };
    const { ignore, trust } = detectionOf({ ignore: [rule], trust: [trusted] });
    expect(ignore).toMatchObject([{ name: "scaled", reason: "scaled by hand" }]);
    expect(trust).toMatchObject([{ name: "ca", manager: "injector-*", match: [{ kinds: ["Widget"] }] }]);
    const web = { group: "apps", kind: "Deployment", namespace: "shop", name: "web-1" };
    expect(ignore.map(({ match }) => matchesObject(match, web))).toEqual([true]);
    const [replicas, annotation] = ignore.flatMap(({ paths }) => paths);
    if (replicas === undefined || annotation === undefined) throw new Error("the rule has two paths");
    expect(relate(replicas, parsePath("spec.replicas"))).toBe("covers");
    expect(relate(annotation, parsePath('metadata.annotations["example.com/x"]'))).toBe("covers");
  });
});

describe("a fault in a path", () => {
  it.each([
    [
      "spec.*",
      'spec.detection.ignore[0].paths[1]: "*" alone is refused: write [*] for any item, or a glob in quotes such as ["example.com/*"], at character 4 of spec.*',
    ],
    ["spec..a", "spec.detection.ignore[0].paths[1]: expected a field name at character 5 of spec..a"],
    ["a[b=c]", 'spec.detection.ignore[0].paths[1]: "c" is not a JSON value'],
  ])("%s is told by field and character", (path, message) => {
    expect(fault({ ignore: [{ ...rule, paths: ["spec.replicas", path] }] })).toContain(message);
  });

  it("does not take longer the longer the path is", () => {
    const long = `spec${'["a"]'.repeat(190)}[`;
    expect(fault({ ignore: [{ ...rule, paths: [long, `a["${"\\\\".repeat(500)}`] }] })).toContain(
      "paths[1]: ",
    );
  });
});
