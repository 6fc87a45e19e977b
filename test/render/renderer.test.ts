/** What files render to, and what is said of files that do not. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { cpuMs } from "../support/cpu-time.ts";
import { render } from "./render-support.ts";

const configMap = (name: string, data = "a: b") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  ${data}\n`;

async function namesAndLines(files: Record<string, string>, path = "") {
  const result = await render(files, { path });
  if (result.type === "Failed") throw new Error(result.fault.message);
  return result.value.objects.map(
    ({ ref, origin }) => `${ref.kind} ${ref.name} ${origin.path}:${origin.line}`,
  );
}

async function faultOf(files: Record<string, string>, ...rest: [object?, object?]) {
  const result = await render(files, ...rest);
  return result.type === "Failed" ? `${result.fault.reason}: ${result.fault.message}` : "no fault";
}

async function unfinishedOf(text: string) {
  const result = await render({ "a.yaml": text });
  if (result.type === "Failed") throw new Error(result.fault.message);
  const [object] = result.value.objects;
  return object?.unfinished === undefined
    ? "finished"
    : `${object.unfinished.reason}: ${object.unfinished.detail}`;
}

describe("plain manifests", () => {
  it("are every YAML and JSON document below the path, each with its file and line", async () => {
    const files = {
      "app/two.yaml": `# settings\n\n${configMap("a")}---\n# nothing here\n---\n${configMap("b")}`,
      "app/sub/three.json": JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "c" } }),
      "other/four.yml": configMap("d"),
      "app/notes.txt": "not: a manifest",
      "app/.github/workflow.yaml": "on: push",
    };
    expect(await namesAndLines(files, "app")).toEqual([
      "Secret c app/sub/three.json:1",
      "ConfigMap a app/two.yaml:3",
      "ConfigMap b app/two.yaml:12",
    ]);
  });

  it("may stand in lists, also in lists of one kind", async () => {
    const item = { metadata: { name: "x" }, apiVersion: "v1", kind: "ConfigMap" };
    const text = JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: [item, { ...item, metadata: { name: "y" } }],
    });
    expect(await namesAndLines({ "a.json": text })).toEqual(["ConfigMap x a.json:1", "ConfigMap y a.json:1"]);
  });
});

describe("a revision is refused as a whole, with file and line,", () => {
  it.each([
    ["for YAML that does not parse", "kind: ConfigMap\n  bad: [", "ParseFailed: a.yaml:2:"],
    ["for a tab in the indentation", "kind: A\n\tb: 1", "ParseFailed: a.yaml:2:"],
    ["for a key that stands twice", "a: 1\na: 2", "ParseFailed: a.yaml:2:"],
    [
      "for an integer beyond 2^53",
      "a: 1\nb: 9007199254740993",
      "ParseFailed: a.yaml:2: a number that cannot be held exactly",
    ],
    [
      "for a number beyond all bounds",
      "a: 1e400",
      "ParseFailed: a.yaml:1: a number that cannot be held exactly",
    ],
    ["for infinity", "a: .inf", "ParseFailed: a.yaml:1: .inf has no place in JSON"],
    [
      "for a document that is no object",
      "- a\n- b",
      "InvalidManifest: a.yaml:1: a document must be a mapping",
    ],
    ["for a document without kind", "\napiVersion: v1", "InvalidManifest: a.yaml:2: kind is missing"],
    [
      "for a name that is a number",
      "apiVersion: v1\nkind: A\nmetadata: {name: 1}",
      "InvalidManifest: a.yaml:1: metadata.name must be text",
    ],
    [
      "for a label that is no text",
      "apiVersion: v1\nkind: A\nmetadata: {name: a, labels: {x: yes}}",
      'metadata.labels["x"] must be text; quote it',
    ],
    [
      "for an object without a name",
      "apiVersion: v1\nkind: A\nmetadata: {}",
      "InvalidManifest: a.yaml:1: metadata.name is missing",
    ],
  ])("%s", async (_, text, fault) => {
    expect(await faultOf({ "good.yaml": configMap("good"), "a.yaml": text })).toContain(fault);
  });

  it("for an alias bomb, before it unfolds", async () => {
    const lines = Array.from(
      { length: 10 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]`,
    );
    const startedAt = cpuMs();
    expect(await faultOf({ "a.yaml": ["l0: &l0 [x, x]", ...lines].join("\n") })).toContain(
      "ParseFailed: a.yaml: its aliases unfold to more than",
    );
    expect(cpuMs() - startedAt).toBeLessThan(1_000);
  });

  it("for nesting without end", async () => {
    expect(await faultOf({ "a.yaml": `a: ${"[".repeat(5_000)}${"]".repeat(5_000)}` })).toMatch(
      /ParseFailed: a.yaml/,
    );
  });

  it("where there is nothing to render", async () => {
    expect(await faultOf({ "notes.txt": "x" })).toBe(
      "EmptyRender: the repository holds no objects; check spec.source.path",
    );
    expect(await faultOf({ "a.yaml": "---\n# nothing\n" })).toContain("EmptyRender");
  });

  it("where it holds more objects than one policy may", async () => {
    const files = { "a.yaml": Array.from({ length: 3 }, (_, i) => configMap(`c${i}`)).join("---\n") };
    expect(await faultOf(files, {}, { maxObjects: 2 })).toContain("TooLarge: 3 objects");
  });
});

describe("a manifest is not finished", () => {
  it.each([
    ["SOPS", `${configMap("a")}sops: {mac: x, version: 3.9.0}`, "NotRendered: sops"],
    [
      "SOPS values",
      configMap("a", '"x": "ENC[AES256_GCM,data:abc]"'),
      "NotRendered: data.x holds SOPS ciphertext",
    ],
    [
      "a vault plugin's placeholder",
      configMap("a", '"x": "<path:secret/data#key>"'),
      "NotRendered: data.x holds a placeholder",
    ],
    [
      "a template",
      configMap("a", '"x": "{{ .Values.x }}"'),
      "NotRendered: data.x holds a template expression",
    ],
    [
      "Flux's substitution",
      configMap("a", '"x": "https://${DOMAIN}/"'),
      "NotRendered: data.x holds a variable that Flux",
    ],
    ["Flux's substitution with a default", configMap("a", '"x": "${DOMAIN:=a.b}"'), "NotRendered"],
    ["generateName", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}", "NoName"],
  ])("with %s", async (_, text, expected) => {
    expect(await unfinishedOf(text)).toContain(expected);
  });

  it("but is with what only looks like a variable, and where Flux is told to keep out", async () => {
    expect(await unfinishedOf(configMap("a", '"x": "$HOME $(NAME) $${ESCAPED} ${1}"'))).toBe("finished");
    const kept =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\ndata: {x: "${A}"}';
    expect(await unfinishedOf(kept)).toBe("finished");
  });
});

describe("an overlay", () => {
  const files = { "base/kustomization.yaml": "resources: [a.yaml]", "base/a.yaml": configMap("a") };

  const directories: string[] = [];
  afterAll(async () => {
    for (const directory of directories) await rm(directory, { recursive: true });
  });

  async function fakeKubectl(script: string): Promise<readonly string[]> {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-kubectl-"));
    directories.push(directory);
    const path = join(directory, "kubectl");
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return [path];
  }

  it("needs a kubectl, and says who gives it", async () => {
    expect(await faultOf(files, { path: "base" })).toContain(
      "RendererUnavailable: this is a Kustomize overlay",
    );
    expect(await faultOf(files, { path: "base" }, { kubectl: ["/nonexistent/kubectl"] })).toContain(
      "RendererUnavailable",
    );
  });

  it("is rendered by it, from the files alone; its objects come from the overlay, not from a guessed line", async () => {
    const kubectl = await fakeKubectl('cat "$2/a.yaml"; env | grep -c KUBECONFIG=/dev/null > /dev/null');
    const result = await render(files, { path: "base" }, { kubectl });
    expect(result).toMatchObject({
      value: { type: "Kustomize", objects: [{ ref: { name: "a" }, origin: { path: "base" } }] },
    });
    expect(JSON.stringify(result)).not.toContain('"line"');
  });

  it("that hangs is ended, with all that it started", async () => {
    const kubectl = await fakeKubectl("sleep 30 & sleep 30");
    const startedAt = performance.now();
    expect(await faultOf(files, { path: "base" }, { kubectl, timeoutMs: 300 })).toContain("RenderTimedOut");
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  it("that writes without end is ended", async () => {
    const kubectl = await fakeKubectl("yes x");
    expect(await faultOf(files, { path: "base" }, { kubectl })).toContain("TooLarge");
  });

  it("that fails says why", async () => {
    const kubectl = await fakeKubectl("echo 'no such file' >&2; exit 1");
    expect(await faultOf(files, { path: "base" }, { kubectl })).toBe(
      "RenderFailed: kubectl kustomize: no such file",
    );
  });

  it("whose two renders differ is NonDeterministic, object by object", async () => {
    const kubectl = await fakeKubectl(
      `cat "$2/a.yaml"; printf -- '---\\n'; printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: b}\\ndata: {t: "%s"}\\n' "$(date +%N)"`,
    );
    const result = await render(files, { path: "base" }, { kubectl });
    if (result.type === "Failed") throw new Error(result.fault.message);
    expect(result.value.objects.map(({ ref, unfinished }) => [ref.name, unfinished?.reason])).toEqual([
      ["a", undefined],
      ["b", "NonDeterministic"],
    ]);
  });

  it.each([
    ["resources: [https://example.com/a.yaml]", "resources names https://example.com/a.yaml"],
    ["resources: [github.com/team/repo//base?ref=main]", "resources names github.com/team/repo"],
    ["resources: ['git@github.com:team/repo']", "resources names git@github.com"],
    ["resources: [/etc]", "leaves the repository"],
    ["resources: [../../outside]", "leaves the repository"],
    ["bases: [../../..]", "leaves the repository"],
    ["components: [ssh://git@host/x]", "components names"],
    ["helmCharts: [{name: x}]", "helmCharts are not rendered"],
    ["patches: [{path: 'http://127.0.0.1/patch.yaml'}]", "patches.path names http://127.0.0.1/patch.yaml"],
    [
      "replacements: [{path: /etc/passwd}]",
      "replacements.path names /etc/passwd, which leaves the repository",
    ],
    ["openapi: {path: 'https://example.com/schema.json'}", "openapi.path names https://example.com"],
    ["configMapGenerator: [{name: a, files: ['k=http://h/x']}]", "configMapGenerator.files names http://h/x"],
    ["secretGenerator: [{name: a, env: ../../.env}]", "secretGenerator.envs names ../../.env"],
    ["resources: [missing.yaml]", "resources names missing.yaml, which is not in this repository"],
  ])("may not lead out of the repository: %s", async (kustomization, fault) => {
    const kubectl = await fakeKubectl("echo started >&2; exit 1");
    const message = await faultOf(
      { "base/kustomization.yaml": kustomization },
      { path: "base" },
      { kubectl },
    );
    expect(message).toContain(fault);
    expect(message).not.toContain("started");
  });

  it("may not lead out of the repository by a generator in a file of its own", async () => {
    const kubectl = await fakeKubectl("echo started >&2; exit 1");
    const generator =
      "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: a}\nfiles: [k=http://h/x]\n";
    const files = {
      "base/kustomization.yaml": "generators: [generator.yaml]",
      "base/generator.yaml": generator,
    };
    expect(await faultOf(files, { path: "base" }, { kubectl })).toContain(
      "base/generator.yaml: files names http://h/x",
    );
  });

  it("may refer to files and folders of the repository, and hold manifests in place of paths", async () => {
    const kubectl = await fakeKubectl('cat "$2/../base/a.yaml"');
    const overlay = `resources: [../base, ./, ../base/a.yaml]
patches:
  - {path: patch.yaml}
  - patch: |-
      - {op: remove, path: /data}
    target: {kind: ConfigMap}
transformers:
  - |-
    apiVersion: builtin
    kind: PrefixTransformer
    metadata: {name: x}
configMapGenerator:
  - {name: c, literals: ["URL=https://example.com/x"], files: [key=patch.yaml]}
`;
    const all = { ...files, "prod/kustomization.yaml": overlay, "prod/patch.yaml": "{}" };
    expect(await render(all, { path: "prod" }, { kubectl })).toMatchObject({ type: "Done" });
  });
});
