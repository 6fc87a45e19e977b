/** `holdfast diff -o patch`: what it prints is applied by git itself, and then nothing drifts any more. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { diffFiles } from "../../src/cli/diff-files.ts";
import type { DiffResult } from "../../src/cli/diff-report.ts";
import { gitPatch } from "../../src/cli/git-patch.ts";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import { writeYaml } from "../../src/render/write-yaml.ts";
import type { Json } from "../../src/resource/resource.ts";
import { useFolder } from "../support/holdfast-diff.ts";
import { useOwnClones } from "../support/own-clones.ts";

const folder = useFolder();
useOwnClones();

/** All that the manifests below hold: each of them has a part of it. */
interface Fixture {
  readonly metadata: {
    labels: { [key: string]: string };
    annotations: { [key: string]: string };
  };
  readonly data: { [key: string]: string };
  readonly stringData: { [key: string]: string };
  readonly spec: {
    replicas: number;
    strategy: object;
    readonly ports: [Port, Port, ...Port[]];
    readonly template: {
      readonly metadata: { readonly labels: { [key: string]: string } };
      readonly spec: {
        terminationGracePeriodSeconds: number;
        containers: [Container, Container, ...Partial<Container>[]];
      };
    };
  };
}

interface Container {
  name: string;
  image: string;
  readonly args: string[];
  readonly command: string[];
  readonly env: [EnvironmentVariable, EnvironmentVariable, ...EnvironmentVariable[]];
  readonly ports: { containerPort: number }[];
  readonly resources: { readonly limits: { cpu?: string } };
  securityContext: object;
}

interface EnvironmentVariable {
  name: string;
  value: string;
}

interface Port {
  name: string;
  port: number;
  targetPort?: number;
}

/** What happens to live. */
type Edit = (first: Fixture, second: Fixture, third: Fixture) => void;

/** Takes a field away. */
function drop<T extends object>(object: T, field: keyof T): void {
  Reflect.deleteProperty(object, field);
}

interface Tried {
  readonly patch: string;
  /** Changed lines alone. */
  readonly lines: readonly string[];
  readonly applied: string;
  readonly verdicts: readonly string[];
}

/** Applies what is printed for one file, with git; compares again. */
async function tried(git: string, edit: Edit, path = "app.yaml"): Promise<Tried> {
  const root = await mkdtemp(join(folder.path, "repository-"));
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, git);
  const live = join(root, "live.json");
  await writeFile(live, JSON.stringify({ apiVersion: "v1", kind: "List", items: edited(git, edit) }));
  const compare = async () => {
    const outcome = await diffFiles({ desired: file, live }, { output: "unified", namespace: "shop" });
    if (outcome.type === "Failed") throw new Error(outcome.message);
    return outcome.results;
  };
  const results = await compare();
  const inRepository = results.map((result) =>
    result.origin === undefined ? result : { ...result, origin: { ...result.origin, path } },
  );
  const patch = await gitPatch(inRepository, (name) => textOf(join(root, name)));
  if (/^---/m.test(patch)) execFileSync("git", ["apply", "-"], { cwd: root, input: patch });
  return {
    patch,
    lines: patch.split("\n").filter((line) => /^[-+](?!-- |\+\+ )/.test(line)),
    applied: await readFile(file, "utf8"),
    verdicts: (await compare()).map(({ verdict }) => verdict.status),
  };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

function edited(git: string, edit: Edit): readonly unknown[] {
  const parsed = parseKubernetesYaml(git);
  if (parsed.type === "Invalid") throw new Error(parsed.message);
  const objects = structuredClone(parsed.documents).flatMap(({ value }) =>
    value !== null && typeof value === "object" && "items" in value ? value.items : value,
  );
  const [first, second, third] = objects as unknown as Parameters<Edit>; // a test knows what it has written
  edit(first, second, third);
  return objects;
}

const deployment = `# The shop's front.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # do not rename
  namespace: shop
  labels:
    app: web
    # who is called at night
    team: "front"
spec:
  replicas: 3 # enough for Mondays
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web, tier: 'edge'}
    spec:
      # first the app
      containers:
        - name: app
          image: registry.example.com/web:1.0
          args: ["--port", "8080"]
          command:
            - /bin/web
            # loud
            - --verbose
          env:
            - name: MODE
              value: fast
            - name: COLOR # seen by users
              value: 'blue'
          resources:
            limits:
              cpu: "1"
              memory: 1Gi
        # then its proxy
        - name: proxy
          image: "registry.example.com/proxy:2"
          ports: [{containerPort: 80}, {containerPort: 443}]
      terminationGracePeriodSeconds: 20
`;

const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data:
  mode: fast
  # the banner
  banner: |
    Hello
    world

  yes-or-no: "yes"
`;

const json = `{
  "apiVersion": "v1",
  "kind": "ConfigMap",
  "metadata": {
    "name": "settings",
    "namespace": "shop"
  },
  "data": {
    "mode": "fast",
    "color": "blue"
  }
}
`;

const service = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector:
    app: web
  ports:
  - name: http
    port: 80
  - name: https
    port: 443
`;

const aliases = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
  labels: &labels
    app: web
    tier: edge
  annotations: *labels
data:
  mode: fast
`;

const merged = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
  labels: &labels {app: web, tier: edge}
  annotations:
    <<: *labels
    note: x
`;

const list = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: one, namespace: shop}
  data:
    mode: fast
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: one, namespace: other}
  data:
    mode: fast
`;

const cases: readonly (readonly [string, string, Edit, readonly string[]])[] = [
  [
    "a number, and the comment behind it",
    deployment,
    (d) => void (d.spec.replicas = 5),
    ["-  replicas: 3 # enough for Mondays", "+  replicas: 5 # enough for Mondays"],
  ],
  [
    "a plain text",
    deployment,
    (d) => void (app(d).image = "registry.example.com/web:1.1"),
    ["-          image: registry.example.com/web:1.0", "+          image: registry.example.com/web:1.1"],
  ],
  [
    "a text in double quotes",
    deployment,
    (d) => void (d.spec.template.spec.containers[1].image = "registry.example.com/proxy:3"),
    ['-          image: "registry.example.com/proxy:2"', '+          image: "registry.example.com/proxy:3"'],
  ],
  [
    "a text in single quotes",
    deployment,
    (d) => void (app(d).env[1].value = "it's red"),
    ["-              value: 'blue'", "+              value: 'it''s red'"],
  ],
  [
    "a plain text that becomes one which would be a yes",
    deployment,
    (d) => void (app(d).env[0].value = "on"),
    ["-              value: fast", "+              value: 'on'"],
  ],
  [
    "a value in a flow map",
    deployment,
    (d) => void (d.spec.template.metadata.labels.tier = "core"),
    ["-      labels: {app: web, tier: 'edge'}", "+      labels: {app: web, tier: 'core'}"],
  ],
  [
    "a key added to a flow map",
    deployment,
    (d) => void (d.spec.template.metadata.labels.zone = "a"),
    ["-      labels: {app: web, tier: 'edge'}", "+      labels: {app: web, tier: 'edge', zone: a}"],
  ],
  [
    "a key gone from a flow map",
    deployment,
    (d) => drop(d.spec.template.metadata.labels, "tier"),
    ["-      labels: {app: web, tier: 'edge'}", "+      labels: {app: web}"],
  ],
  [
    "an item added to a flow list",
    deployment,
    (d) => void d.spec.template.spec.containers[1].ports.push({ containerPort: 9000 }),
    [
      "-          ports: [{containerPort: 80}, {containerPort: 443}]",
      "+          ports: [{containerPort: 80}, {containerPort: 443}, {containerPort: 9000}]",
    ],
  ],
  [
    "an item gone from a flow list",
    deployment,
    (d) => void d.spec.template.spec.containers[1].ports.shift(),
    [
      "-          ports: [{containerPort: 80}, {containerPort: 443}]",
      "+          ports: [{containerPort: 443}]",
    ],
  ],
  [
    "an argument in a flow list",
    deployment,
    (d) => void (app(d).args[1] = "9090"),
    ['-          args: ["--port", "8080"]', '+          args: ["--port", "9090"]'],
  ],
  [
    "an argument in a block list",
    deployment,
    (d) => void (app(d).command[1] = "--quiet"),
    ["-            - --verbose", "+            - --quiet"],
  ],
  [
    "an argument more in a block list",
    deployment,
    (d) => void app(d).command.push("--trace"),
    ["+            - --trace"],
  ],
  [
    "an environment variable more",
    deployment,
    (d) => void app(d).env.push({ name: "LEVEL", value: "5" }),
    ["+            - name: LEVEL", "+              value: '5'"],
  ],
  [
    "an environment variable gone",
    deployment,
    (d) => void app(d).env.shift(),
    ["-            - name: MODE", "-              value: fast"],
  ],
  [
    "the last environment variables gone, and their key",
    deployment,
    (d) => drop(app(d), "env"),
    [
      "-          env:",
      "-            - name: MODE",
      "-              value: fast",
      "-            - name: COLOR # seen by users",
      "-              value: 'blue'",
    ],
  ],
  [
    "a label gone from between comments",
    deployment,
    (d) => drop(d.metadata.labels, "team"),
    ['-    team: "front"'],
  ],
  ["a label more", deployment, (d) => void (d.metadata.labels.urgent = "true"), ["+    urgent: 'true'"]],
  [
    "an annotation where there were none",
    deployment,
    (d) => void (d.metadata.annotations = { "example.com/by": "night shift" }),
    ["+  annotations:", "+    example.com/by: night shift"],
  ],
  [
    "an object that Git did not state",
    deployment,
    (d) => void (app(d).securityContext = { runAsUser: 0, privileged: true }),
    ["+          securityContext:", "+            runAsUser: 0", "+            privileged: true"],
  ],
  [
    "a part of a default that Git did not state",
    deployment,
    (d) =>
      void (d.spec.strategy = {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: "50%", maxUnavailable: "25%" },
      }),
    ["+  strategy:", "+    rollingUpdate:", "+      maxSurge: 50%"],
  ],
  [
    "a field gone from the middle of a block",
    deployment,
    (d) => drop(app(d).resources.limits, "cpu"),
    ['-              cpu: "1"'],
  ],
  [
    "a block gone",
    deployment,
    (d) => drop(app(d), "resources"),
    [
      "-          resources:",
      "-            limits:",
      '-              cpu: "1"',
      "-              memory: 1Gi",
    ],
  ],
  [
    "a last field gone",
    deployment,
    (d) => drop(d.spec.template.spec, "terminationGracePeriodSeconds"),
    ["-      terminationGracePeriodSeconds: 20"],
  ],
  [
    "a container more",
    deployment,
    (d) => void d.spec.template.spec.containers.push({ name: "debug", image: "busybox" }),
    ["+        - name: debug", "+          image: busybox"],
  ],
  [
    "a text of several lines",
    configMap,
    (c) => void (c.data.banner = "Bye\nworld\n"),
    ["-    Hello", "+    Bye"],
  ],
  [
    "a text that becomes one of several lines",
    configMap,
    (c) => void (c.data.mode = "a\nb\n"),
    ["-  mode: fast", "+  mode: |", "+    a", "+    b"],
  ],
  [
    "a text of several lines gone",
    configMap,
    (c) => drop(c.data, "banner"),
    ["-  banner: |", "-    Hello", "-    world"],
  ],
  ["a key more behind the last", configMap, (c) => void (c.data["a.b"] = "0644"), ["+  a.b: '0644'"]],
  [
    "a value in JSON",
    json,
    (c) => void (c.data.mode = 'slow "very"'),
    ['-    "mode": "fast",', '+    "mode": "slow \\"very\\"",'],
  ],
  [
    "a key more in JSON",
    json,
    (c) => void (c.data.level = "5"),
    ['-    "color": "blue"', '+    "color": "blue",', '+    "level": "5"'],
  ],
  [
    "an object more in JSON",
    json,
    (c) => void (c.metadata.labels = { a: "b" }),
    [
      '-    "namespace": "shop"',
      '+    "namespace": "shop",',
      '+    "labels": {',
      '+      "a": "b"',
      "+    }",
    ],
  ],
  ["a key gone from JSON", json, (c) => drop(c.data, "mode"), ['-    "mode": "fast",']],
  [
    "a port more, where items stand below their key",
    service,
    (s) => void s.spec.ports.push({ name: "admin", port: 9000 }),
    ["+  - name: admin", "+    port: 9000"],
  ],
  [
    "a field more in an item",
    service,
    (s) => void (s.spec.ports[0].targetPort = 8080),
    ["+    targetPort: 8080"],
  ],
  ["a port gone, the first", service, (s) => void s.spec.ports.shift(), ["-  - name: http", "-    port: 80"]],
  [
    "what is shared by an alias, in one place",
    aliases,
    (c) => void (c.metadata.annotations = { app: "web", tier: "core" }),
    ["-  annotations: *labels", "+  annotations:", "+    app: web", "+    tier: core"],
  ],
  [
    "a key that a merge brought",
    merged,
    (c) => void (c.metadata.annotations = { app: "web", tier: "core", note: "x" }),
    ["+    tier: core"],
  ],
  [
    "the only label gone, and its key",
    configMap.replace(
      "metadata: {name: settings, namespace: shop}",
      "metadata:\n  name: settings\n  namespace: shop\n  labels:\n    a: b",
    ),
    (c) => drop(c.metadata, "labels"),
    ["-  labels:", "-    a: b"],
  ],
  [
    "an object of a List, of two that are named alike",
    list,
    (_, c) => void (c.data.mode = "slow"),
    ["-    mode: fast", "+    mode: slow"],
  ],
];

function app(object: Fixture): Container {
  return object.spec.template.spec.containers[0];
}

describe("a patch for Git", () => {
  it.each(cases)("takes over %s, and touches nothing else", async (_, git, edit, lines) => {
    const { lines: printed, verdicts } = await tried(git, edit);
    expect(printed).toEqual(lines);
    expect(new Set(verdicts)).toEqual(new Set(["InSync"]));
  });

  it("takes over several changes of several objects of one file", async () => {
    const { lines, verdicts } = await tried(
      `---\n${deployment}---\n${configMap}---\n${service}`,
      (d, c, s) => {
        d.spec.replicas = 1;
        app(d).image = "registry.example.com/web:hotfix";
        d.metadata.labels.urgent = "yes";
        c.data.mode = "slow";
        s.spec.ports.pop();
      },
    );
    expect(verdicts).toEqual(["InSync", "InSync", "InSync"]);
    expect(lines).toHaveLength(9);
  });

  it.each(["deploy/my app.yaml", 'a "b".yaml', "größe.yaml"])(
    "names a file as git does: %s",
    async (path) => {
      const { verdicts } = await tried(deployment, (d) => void (d.spec.replicas = 1), path);
      expect(verdicts).toEqual(["InSync"]);
    },
  );

  it("keeps a missing line end missing, and the line ends of Windows", async () => {
    const text = configMap.trimEnd().replaceAll("\n", "\r\n");
    const { applied, verdicts } = await tried(text, (c) => void (c.data.level = "5"));
    expect(applied).toBe(`${text}\r\n  level: '5'`);
    expect(verdicts).toEqual(["InSync"]);
  });

  it("writes anew what is shared by an anchor, so that others keep what they say", async () => {
    const { verdicts } = await tried(aliases, (c) => void (c.metadata.labels.tier = "core"));
    expect(verdicts).toEqual(["InSync"]);
  });

  it("takes a new order over", async () => {
    const { verdicts } = await tried(deployment, (d) => void app(d).env.reverse());
    expect(verdicts).toEqual(["InSync"]);
  });
});

const secret = `apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: shop
  labels:
    app: db
    a: b
    c: d
    e: f
stringData:
  password: hunter2
`;

describe("a patch for Git, of a Secret,", () => {
  it("names what it cannot show", async () => {
    const { patch, verdicts } = await tried(secret, (s) => void (s.stringData.password = "hunter3"));
    expect(patch).toContain("# cannot be shown: Secret shop/db: data.password\n");
    expect(patch).not.toContain("hunter");
    expect(verdicts).toEqual(["Drifted"]);
  });

  it("takes over what is no value, where no value stands nearby", async () => {
    const { lines, patch, verdicts } = await tried(secret, (s) => void (s.metadata.labels.app = "base"));
    expect(lines).toEqual(["-    app: db", "+    app: base"]);
    expect(patch).not.toContain("hunter");
    expect(verdicts).toEqual(["InSync"]);
  });

  it.each([
    ["in it", secret, (s: Fixture) => void (s.metadata.labels.e = "g")],
    [
      "behind it",
      `${secret}---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: shop}, data: {a: b}}\n`,
      (_: unknown, c: Fixture) => void (c.data.a = "c"),
    ],
    [
      "in the same line",
      JSON.stringify({
        apiVersion: "v1",
        kind: "List",
        items: [
          {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "db", namespace: "shop" },
            stringData: { a: "hunter2" },
          },
          {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "c", namespace: "shop" },
            data: { a: "b" },
          },
        ],
      }),
      (_: unknown, c: Fixture) => void (c.data.a = "c"),
    ],
  ])("shows no value as the surroundings of a change %s", async (_, git, edit) => {
    const { patch, verdicts } = await tried(git, edit);
    expect(patch).toContain(
      "# app.yaml: the lines around the change hold values of a Secret; edit it by hand",
    );
    expect(patch).not.toContain("hunter");
    expect(verdicts).toContain("Drifted");
  });
});

describe("a patch for Git says in a comment", () => {
  const resource = { group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "web" };
  const origin = { repository: "r", revision: "main@sha1:0", path: "deploy/web.yaml", line: 1 };
  const drifted = { status: "Drifted", changes: [], against: "" } as const;

  it("what is gone from the cluster, and what is not in Git", async () => {
    const results: readonly DiffResult[] = [
      { resource, origin, verdict: { ...drifted, type: "Missing" } },
      { resource: { ...resource, name: "miner" }, verdict: { ...drifted, type: "Unexpected" } },
    ];
    const patch = await gitPatch(results, () => Promise.resolve(undefined));
    expect(patch.split("\n").slice(1)).toEqual([
      "# Deployment.apps shop/web: gone from the cluster: delete it in deploy/web.yaml or deliver it",
      "# Deployment.apps shop/miner: not in Git. To put it there, begin with: kubectl get Deployment.v1.apps miner -n shop -o yaml",
      "",
    ]);
  });

  it("that a file holds what steers a terminal", async () => {
    const { patch, verdicts } = await tried(
      configMap.replace("the banner", "the \u202ebanner"),
      (c) => void (c.data.mode = "slow"),
    );
    expect(patch).toContain("# app.yaml: the lines of the change hold control characters; edit it by hand");
    expect(patch).not.toContain("\u202e");
    expect(verdicts).toEqual(["Drifted"]);
  });

  it("and nothing of it steers a terminal or ends the comment", async () => {
    const results: readonly DiffResult[] = [
      { resource, origin: { ...origin, path: "a\n--- a/x\u001b" }, verdict: { ...drifted, type: "Missing" } },
    ];
    const patch = await gitPatch(results, () => Promise.resolve(undefined));
    expect(patch).toContain("delete it in a\\n--- a/x\\u001b or");
  });
});

describe("a patch for what Kustomize puts together", () => {
  const origin = { repository: "r", revision: "main@sha1:0", path: "overlays/production" };

  async function overlay(exists: (path: string) => boolean = () => false): Promise<string> {
    const desired = await folder.write("kustomized.yaml", deployment);
    const live = await folder.write(
      "kustomized-live.json",
      JSON.stringify({
        apiVersion: "v1",
        kind: "List",
        items: edited(deployment, (d) => {
          d.spec.replicas = 5;
          app(d).env.shift();
          d.metadata.annotations = { "example.com/by": "night shift" };
        }),
      }),
    );
    const outcome = await diffFiles({ desired, live }, { output: "unified" });
    if (outcome.type === "Failed") throw new Error(outcome.message);
    const results = outcome.results.map((result) => ({ ...result, origin }));
    return await gitPatch(results, (path) => Promise.resolve(exists(path) ? "there" : undefined));
  }

  it("is a JSON patch in a new file beside the overlay, with what makes Kustomize read it", async () => {
    const root = await mkdtemp(join(folder.path, "repository-"));
    const patch = await overlay();
    execFileSync("git", ["apply", "-"], { cwd: root, input: patch });
    const written = await readFile(join(root, "overlays/production/live-deployment-web.yaml"), "utf8");
    const parsed = parseKubernetesYaml(written);
    expect(parsed.type === "Parsed" ? parsed.documents[0]?.value : undefined).toEqual([
      { op: "add", path: "/metadata/annotations", value: { "example.com/by": "night shift" } },
      { op: "replace", path: "/spec/replicas", value: 5 },
      { op: "remove", path: "/spec/template/spec/containers/0/env/0" },
    ]);
    expect(patch).toContain("put this into the kustomization.yaml of overlays/production");
    expect(patch).toContain(
      "#   patches:\n#     - path: live-deployment-web.yaml\n#       target:\n#         group: apps\n",
    );
  });

  it("takes no name that is taken", async () => {
    const patch = await overlay((path) => path.endsWith("live-deployment-web.yaml"));
    expect(patch).toContain("+++ b/overlays/production/live-deployment-web-2.yaml\n");
  });
});

describe("a patch for Git of a recorded comparison", () => {
  const testdata = join(import.meta.dirname, "../diff/testdata");
  /** Of two items that are named alike, the new one is put behind the first: an order that a second patch mends. */
  const leftOver: ReadonlySet<string> = new Set(["env-twice-and-added"]);
  type Spell = (documents: readonly Json[], git: string) => string;
  const list = (items: readonly Json[]) => ({ apiVersion: "v1", kind: "List", items });
  const spellings: readonly (readonly [string, Spell])[] = [
    ["as it is written", (_, git) => git],
    ["in blocks", (documents) => documents.map((document) => `---\n${writeYaml(document)}`).join("")],
    ["as a List in JSON", (documents) => JSON.stringify(list(documents), null, 2)],
  ];

  it.each(spellings)("leaves nothing to be taken over, %s", async (_, spell) => {
    const left: string[] = [];
    for (const name of readdirSync(testdata)) {
      const git = await readFile(join(testdata, name, "desired.yaml"), "utf8");
      const live = await readFile(join(testdata, name, "live.yaml"), "utf8");
      const parsed = parseKubernetesYaml(git);
      if (parsed.type === "Invalid") throw new Error(name);
      const documents = parsed.documents.map(({ value }) => value).filter((value) => value !== null);
      if (!leftOver.has(name) && !(await isTakenOver(spell(documents, git), live))) left.push(name);
    }
    expect(left).toEqual([]);
  });

  /** Nothing differs after the patch, but values of Secrets. What is not live at all (the CRDs) is not spoken of. */
  async function isTakenOver(git: string, live: string): Promise<boolean> {
    const pair = {
      desired: await folder.write("recorded.yaml", git),
      live: await folder.write("recorded-live.yaml", live),
    };
    const modified = async () => {
      const outcome = await diffFiles(pair, { output: "unified" });
      if (outcome.type === "Failed") throw new Error(outcome.message);
      return outcome.results.filter(
        ({ verdict }) => verdict.status === "Drifted" && verdict.type === "Modified",
      );
    };
    const results = (await modified()).filter(({ resource }) => resource.kind !== "Secret");
    if (results.length === 0) return true;
    const named = results.map((result) =>
      result.origin === undefined
        ? result
        : { ...result, origin: { ...result.origin, path: "recorded.yaml" } },
    );
    const patch = await gitPatch(named, () => textOf(pair.desired));
    execFileSync("git", ["apply", "-"], { cwd: folder.path, input: patch });
    return (await modified()).length === 0;
  }
});
