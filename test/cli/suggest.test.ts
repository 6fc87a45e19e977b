/** `holdfast diff --suggest`: rules that a policy takes as they are, and that leave nothing of what they were made from. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Detection } from "../../src/api/detection.ts";
import { type ParsedPolicy, parsePolicy } from "../../src/api/policy.ts";
import { diffFiles } from "../../src/cli/diff-files.ts";
import type { DiffResult } from "../../src/cli/diff-report.ts";
import { judge, present } from "../../src/cli/judge.ts";
import { suggestRules } from "../../src/cli/suggest.ts";
import { packBody } from "../../src/controller/desired-store.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import { type ExcuseRules, noRules } from "../../src/diff/excuse-rules.ts";
import { encodeFieldsV1 } from "../../src/fieldpath/fields-v1.ts";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import {
  type Json,
  type JsonObject,
  type KubernetesObject,
  refOf,
  resourceKey,
} from "../../src/resource/resource.ts";
import type { SchemaNode } from "../../src/schema/schema-node.ts";
import { arbitraryObject, objectOf } from "../support/arbitrary-json.ts";
import { arbitraryJsonOf, arbitrarySchema } from "../support/arbitrary-schema.ts";
import { useFolder } from "../support/holdfast-diff.ts";

const folder = useFolder();

/** What is live of a ConfigMap beside what Git says: by manager, annotations and data. */
type Edits = Readonly<
  Record<string, { readonly annotations?: readonly string[]; readonly data?: readonly string[] }>
>;

const stated = (name: string): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "shop" },
  data: { mode: "fast", colour: "blue" },
});

/** Applied by a deliverer, then edited. */
function edited(name: string, edits: Edits): JsonObject {
  const all = Object.values(edits);
  const filled = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, "x"]));
  return {
    ...stated(name),
    metadata: {
      name,
      namespace: "shop",
      uid: name,
      annotations: filled(all.flatMap(({ annotations = [] }) => annotations)),
      managedFields: [
        entry("deliverer", { data: ["mode", "colour"] }),
        ...Object.entries(edits).map(([manager, owned]) => entry(manager, owned)),
      ],
    },
    data: { ...filled(all.flatMap(({ data = [] }) => data)), mode: "fast", colour: "blue" },
  };
}

function entry(manager: string, { annotations = [], data = [] }: Edits[string]): JsonObject {
  const set = (names: readonly string[]) => ({
    isMember: false,
    children: names.map((name) => ({
      element: { type: "field" as const, name },
      set: { isMember: true, children: [] },
    })),
  });
  const fieldsV1 = {
    "f:metadata": { "f:annotations": encodeFieldsV1(set(annotations)) },
    "f:data": encodeFieldsV1(set(data)),
  };
  return { manager, operation: "Update", apiVersion: "v1", fieldsV1 };
}

async function compared(live: readonly JsonObject[], detection?: Detection): Promise<readonly DiffResult[]> {
  const names = live.map((object) => (object["metadata"] as { readonly name: string }).name); // made above
  const list = (items: readonly Json[]) => JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const pair = {
    desired: await folder.write("desired.json", list([...new Set(names)].map(stated))),
    live: await folder.write("live.json", list(live)),
  };
  const rules = detection === undefined ? {} : { detection };
  const outcome = await diffFiles(pair, { output: "table", suggest: true, ...rules });
  if (outcome.type === "Failed") throw new Error(outcome.message);
  return outcome.results;
}

const suggested = async (live: readonly JsonObject[]) => suggestRules(await compared(live));

/** A policy with what is suggested, the rules that are commented out included. */
function policyOf(suggestion: string, { withIgnore = true } = {}): ParsedPolicy {
  const block = suggestion.slice(suggestion.search(/^(# )?spec:$/m));
  const text = withIgnore ? block.replaceAll(/^( *)# /gm, "$1") : block;
  const yaml = parseKubernetesYaml(text);
  if (yaml.type === "Invalid") throw new Error(`${yaml.message}\n${text}`);
  const [document] = yaml.documents;
  const { spec } = (document?.value ?? {}) as { readonly spec?: JsonObject }; // what was written
  return parsePolicy({
    apiVersion: "holdfast.dev/v1alpha1",
    kind: "GitRepoPolicy",
    metadata: { name: "shop", namespace: "shop" },
    spec: { source: { url: "https://git.example.com/shop.git", ref: { branch: "main" } }, ...spec },
  });
}

function detectionOf(parsed: ParsedPolicy): Detection {
  if (parsed.type === "Invalid") throw new Error(parsed.message);
  return parsed.policy.detection;
}

describe("a suggestion", () => {
  const grown = [
    edited("a", {
      "corp-operator": {
        annotations: ["corp.example/a", "corp.example/b", "corp.example/c"],
        data: ["token"],
      },
      "kubectl-edit": { data: ["hand", "__proto__", 'odd "key"', "*"] },
    }),
    edited("b", { "corp-operator": { data: ["token"] }, alice: { annotations: ["note"] } }),
    edited("c", { deliverer: { data: ["extra"] }, "": { annotations: ["nobody"] } }),
  ];

  it("is taken by a policy, and leaves nothing of what it was made from", async () => {
    const results = await compared(grown);
    expect(results.map(({ verdict }) => verdict.status)).toEqual(["Drifted", "Drifted", "Drifted"]);
    const detection = detectionOf(policyOf(suggestRules(results)));
    const left = (await compared(grown, detection)).map(({ verdict }) => verdict);
    expect(left.map(({ status }) => status)).toEqual(["InSync", "InSync", "InSync"]);
  });

  it("trusts a controller at what it owns; what is not commented out says nothing of others", async () => {
    const text = await suggested(grown);
    const { trust, ignore } = detectionOf(policyOf(text, { withIgnore: false }));
    expect(ignore).toEqual([]);
    expect(trust.map(({ manager, paths }) => [manager, paths.map((path) => path.text)])).toEqual([
      ["corp-operator", ["data.token", 'metadata.annotations["corp.example/*"]']],
    ]);
  });

  it("names the objects where they are few, so that it looks away from no other", async () => {
    const { ignore } = detectionOf(policyOf(await suggested(grown)));
    const byHand = ignore.find(({ name }) => name.startsWith("kubectl-edit"));
    expect(byHand?.match).toEqual([{ group: "", kinds: ["ConfigMap"], names: ["a"] }]);
  });

  it("counts what it groups, the largest group first", async () => {
    const lines = (await suggested(grown)).split("\n").filter((line) => line.startsWith("#   "));
    expect(lines.slice(0, 2)).toEqual([
      '#   5 on 2 ConfigMap, by corp-operator: data.token (2), metadata.annotations["corp.example/a"] (1), metadata.annotations["corp.example/b"] (1), and 1 more',
      expect.stringMatching(/^# {3}4 on 1 ConfigMap, by kubectl-edit: /),
    ]);
  });

  it("is not needed where nothing differs", async () => {
    expect(await suggested([edited("a", {})])).toBe(
      "# nothing to suggest: no field of a declared object differs\n",
    );
  });

  it("is split where one rule cannot hold it, and says what a policy cannot hold", async () => {
    const keys = Array.from({ length: 70 }, (_, i) => `key-${i}`);
    const many = [edited("a", { "kubectl-edit": { data: keys } })];
    const { ignore } = detectionOf(policyOf(await suggested(many)));
    expect(ignore.map(({ paths }) => paths.length)).toEqual([32, 32, 6]);
    const most = Array.from({ length: 70 * 32 }, (_, i) => `key-${i}`);
    const text = await suggested([edited("a", { "kubectl-edit": { data: most } })]);
    expect(text).toContain("# 6 more rules are left out: a policy holds 64 of each sort.");
    expect(detectionOf(policyOf(text)).ignore).toHaveLength(64);
  });

  it("keeps a hostile manager's name on its line", async () => {
    const text = await suggested([edited("a", { "x-controller\u001b[2J\u202e": { data: ["x"] } })]);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(policyOf(text).type).toBe("Valid");
  });
});

describe("nobody is trusted", () => {
  const trusted = async (live: JsonObject) => detectionOf(policyOf(await suggested([live]))).trust;

  it.each([
    ["kubectl-edit"],
    ["kubectl-client-side-apply"],
    ["k9s"],
    ["alice"],
    ["my-script"],
    ["Mozilla"],
    ["ancient-changes"],
    ["argocd-controller"],
    ["helm"],
    ["kustomize-controller"],
  ])("who is called %s", async (manager) => {
    expect(await trusted(edited("a", { [manager]: { data: ["x"] } }))).toEqual([]);
  });

  it("who delivers the object itself, whatever it is called", async () => {
    const live = edited("a", { "release-controller": { data: ["mode", "extra"] } });
    expect(await trusted(live)).toEqual([]);
    expect(await trusted(edited("a", { "release-controller": { data: ["extra"] } }))).toHaveLength(1);
  });

  it("where two own one field", async () => {
    const live = edited("a", { "a-controller": { data: ["x"] }, "b-controller": { data: ["x"] } });
    expect(await trusted(live)).toEqual([]);
  });

  it("where a controller took something away: nobody knows that it did", async () => {
    const live = edited("a", { "a-controller": { data: ["x"] } });
    const { mode: _, ...data } = live["data"] as JsonObject; // made above
    const { trust, ignore } = detectionOf(policyOf(await suggested([{ ...live, data }])));
    expect(trust.flatMap(({ paths }) => paths.map(({ text }) => text))).toEqual(["data.x"]);
    expect(ignore.flatMap(({ paths }) => paths.map(({ text }) => text))).toEqual(["data.mode"]);
  });
});

describe("a list item", () => {
  const pod = (containers: readonly Json[], managedFields: readonly Json[] = []) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop", managedFields },
    spec: { containers },
  });
  const app = { name: "app", image: "registry.example.com/web:1.0" };

  async function rulesFor(found: readonly Json[], managedFields: readonly Json[] = []) {
    const pair = {
      desired: await folder.write("pod.json", JSON.stringify(pod([app]))),
      live: await folder.write("live-pod.json", JSON.stringify(pod(found, managedFields))),
    };
    const outcome = await diffFiles(pair, { output: "table", suggest: true });
    if (outcome.type === "Failed") throw new Error(outcome.message);
    const { trust, ignore } = detectionOf(policyOf(suggestRules(outcome.results)));
    return [...trust, ...ignore].map((rule) => [
      "manager" in rule ? rule.manager : "ignore",
      rule.paths.map(({ text }) => text),
    ]);
  }

  it("that was added is named: a star would look away from every item beside it", async () => {
    expect(await rulesFor([app, { name: "proxy", image: "i" }])).toEqual([
      ["ignore", ['spec.containers[name="proxy"]']],
    ]);
  });

  it("on the way to what differs is any item", async () => {
    expect(await rulesFor([{ ...app, image: "i" }])).toEqual([["ignore", ["spec.containers[*].image"]]]);
  });

  it("is trusted to a controller only if it owns all of it", async () => {
    const proxy = 'k:{"name":"proxy"}';
    const owned = (fields: JsonObject) => [
      {
        manager: "mesh-injector",
        operation: "Update",
        apiVersion: "v1",
        fieldsV1: { "f:spec": { "f:containers": { [proxy]: { ".": {}, ...fields } } } },
      },
    ];
    const found = [app, { name: "proxy", image: "i" }];
    const path = ['spec.containers[name="proxy"]'];
    expect(await rulesFor(found, owned({ "f:name": {}, "f:image": {} }))).toEqual([["mesh-injector", path]]);
    expect(await rulesFor(found, owned({ "f:name": {} }))).toEqual([["ignore", path]]);
  });
});

describe("a finding that is doubtful", () => {
  it("is suggested too, since it stays as long as nobody says something of it", async () => {
    const live = edited("settings", {});
    const unowned = { ...live, data: { mode: "fast", colour: "blue", size: "x" } };
    const pair = {
      desired: await folder.write("doubt.json", JSON.stringify(stated("settings"))),
      live: await folder.write("live-doubt.json", JSON.stringify(unowned)),
    };
    const outcome = await diffFiles(pair, { output: "table", suggest: true });
    if (outcome.type === "Failed") throw new Error(outcome.message);
    expect(outcome.results[0]?.verdict).toMatchObject({ status: "Unknown", reason: "Doubtful" });
    const { ignore } = detectionOf(policyOf(suggestRules(outcome.results)));
    expect(ignore.map(({ paths }) => paths.map(({ text }) => text))).toEqual([["data.size"]]);
  });
});

describe("whatever differs", () => {
  /** A schema with two objects that more or less follow it, the live one with owners of some of its fields. */
  const cases = arbitrarySchema().chain((schema) => {
    const side = arbitraryObject(objectOf(arbitraryJsonOf(schema)));
    const owned = fc.dictionary(fc.constantFrom("f:a", "f:b", "f:spec", "f:metadata"), fc.constant({}));
    const manager = fc.constantFrom("a-controller", "kubectl-edit");
    return fc.record({ schema: fc.constant(schema), stated: side, found: side, owned, manager });
  });

  it("the rules are valid, and leave nothing of it", () => {
    let differing = 0;
    fc.assert(
      fc.property(cases, ({ schema, stated, found, owned, manager }) => {
        const managedFields = [
          { manager, operation: "Update", apiVersion: found.apiVersion, fieldsV1: owned },
        ];
        const live = { ...found, metadata: { ...found.metadata, managedFields } };
        const before = judgedAs(schema, stated, { live, rules: noRules });
        if (before.verdict.status !== "Drifted") return;
        differing += 1;
        const suggestion = suggestRules([before]);
        if (suggestion.includes("more rules are left out")) return;
        const after = judgedAs(schema, stated, { live, rules: detectionOf(policyOf(suggestion)) });
        expect([after.verdict.status, suggestion]).toEqual(["InSync", suggestion]);
      }),
      { numRuns: 300 },
    );
    expect(differing).toBeGreaterThan(100);
  });

  function judgedAs(
    node: SchemaNode,
    stated: KubernetesObject,
    { live, rules }: { readonly live: KubernetesObject; readonly rules: ExcuseRules },
  ): DiffResult {
    const ref = refOf(stated);
    const field = { node, omits: "nothing" } as const;
    const fields = new Map(["a", "b", "c", "name", "value", "spec"].map((name) => [name, field]));
    const declaration = {
      policy: policyKey({ namespace: "shop", name: "shop" }),
      key: resourceKey(ref),
      ref,
      origin: { repository: "", revision: "", path: "all.yaml", line: 1 },
      bytes: packBody(stated),
    };
    return judge(
      declaration,
      { live: present(live), schema: { type: "struct", name: "", fields, atomic: false, open: true } },
      { rules: { ...rules, mode: "Exact" }, scalers: [] },
    );
  }
});
