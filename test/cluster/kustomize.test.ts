/** Overlays rendered by the real kubectl: what comes of them, and what they can reach. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { kustomize } from "../../src/render/kustomize.ts";
import type { SourceFile } from "../../src/resource/source.ts";
import { render, sourceFile } from "../render/render-support.ts";
import { useApiServer } from "../support/api-server.ts";

const { kubectl } = useApiServer().description;
const options = { kubectl, timeoutMs: 20_000 };

const base = {
  "base/kustomization.yaml": "resources: [deployment.yaml, policy.yaml]\n",
  "base/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "web:1"}]}
`,
  "base/policy.yaml": `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {}, ingress: []}
`,
};

describe("an overlay", () => {
  it("is rendered as kubectl renders it, also where its base lies beside it", async () => {
    const overlay = `namePrefix: prod-
namespace: shop
resources: [../base]
images: [{name: web, newTag: "2"}]
patches:
  - target: {kind: Deployment}
    patch: |-
      - {op: add, path: /spec/replicas, value: 3}
configMapGenerator: [{name: settings, literals: [mode=fast, "url=https://example.com/x"]}]
`;
    const result = await render({ ...base, "prod/kustomization.yaml": overlay }, { path: "prod" }, options);
    if (result.type === "Failed") throw new Error(result.fault.message);
    const { type, objects } = result.value;
    expect(type).toBe("Kustomize");
    expect(objects.map(({ ref }) => `${ref.kind} ${ref.namespace}/${ref.name}`).sort()).toEqual([
      expect.stringMatching(/^ConfigMap shop\/prod-settings-[a-z0-9]+$/),
      "Deployment shop/prod-web",
      "NetworkPolicy shop/prod-web",
    ]);
    const deployment = objects.find(({ ref }) => ref.kind === "Deployment");
    expect(deployment?.body).toMatchObject({
      spec: { replicas: 3, template: { spec: { containers: [{ image: "web:2" }] } } },
    });
    // A line of the rendered text would be a line of no file.
    expect(objects.map(({ origin }) => [origin.path, origin.line])).toEqual(
      objects.map(() => ["prod", undefined]),
    );
    expect(objects.every(({ unfinished }) => unfinished === undefined)).toBe(true);
  });

  it("that kubectl refuses is RenderFailed in kubectl's words, without the temporary folder", async () => {
    const files = { "a/kustomization.yaml": "resources: [b]\nunknownField: 1\n", "a/b/x.yaml": "x: 1\n" };
    const result = await render(files, { path: "a" }, options);
    expect(result).toMatchObject({ type: "Failed", fault: { reason: "RenderFailed" } });
    expect(JSON.stringify(result)).toContain("unknownField");
    expect(JSON.stringify(result)).not.toContain("holdfast-render-test");
  });
});

describe("what would fetch, were it not refused before", () => {
  let server: Server;
  let requests = 0;
  let url = "";
  beforeAll(async () => {
    server = createServer((_, response) => {
      requests += 1;
      response.end("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fetched}\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    // A listening TCP server has an address with a port.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const cases: readonly (readonly [string, () => Record<string, string>])[] = [
    ["a resource", () => ({ "kustomization.yaml": `resources: ['${url}/a.yaml']\n` })],
    [
      "a base in another repository",
      () => ({ "kustomization.yaml": `resources: ['${url}/a.git//x?ref=main']\n` }),
    ],
    [
      "a patch",
      () => ({ ...base, "kustomization.yaml": `resources: [base]\npatches: [{path: '${url}/p.yaml'}]\n` }),
    ],
    [
      "a file of a generated ConfigMap",
      () => ({ "kustomization.yaml": `configMapGenerator: [{name: a, files: ['k=${url}/k']}]\n` }),
    ],
    [
      "a generator in a file of its own",
      () => ({
        "kustomization.yaml": "generators: [g.yaml]\n",
        "g.yaml": `apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: a}\nname: a\nfiles: ['k=${url}/k']\n`,
      }),
    ],
  ];

  it.each(cases)("does not: %s", async (_, files) => {
    const result = await render(files(), { type: "Kustomize" }, options);
    expect(result).toMatchObject({ type: "Failed", fault: { reason: "RenderFailed" } });
    expect(JSON.stringify(result)).toMatch(/which is not in this repository|is not in this repository/);
    expect(requests).toBe(0);
  });

  it("may not read the machine's own files by a path that leaves the tree", async () => {
    const files: readonly SourceFile[] = [
      sourceFile("a/kustomization.yaml", "configMapGenerator: [{name: a, files: ['/etc/hostname']}]\n"),
    ];
    const request = {
      repository: "r",
      revision: "r",
      treeId: "t",
      path: "a",
      type: "Kustomize",
      files,
    } as const;
    const result = await kustomize(
      request,
      { ...options, tempDir: join(tmpdir(), "holdfast-render-test"), maxOutputBytes: 1_000_000 },
      new AbortController().signal,
    );
    expect(result).toMatchObject({ type: "Failed", fault: { reason: "RenderFailed" } });
  });
});
