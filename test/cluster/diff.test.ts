/** `holdfast diff` against the real API server, as somebody who may only read. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { createRepository, type Repository } from "../../dev/demo/repository.ts";
import type { DiffReport } from "../../src/cli/diff-report.ts";
import { useApiServer } from "../support/api-server.ts";
import { type Ended, holdfast, useFolder } from "../support/holdfast-diff.ts";

const api = useApiServer();
const folder = useFolder();

const deployment = (replicas: number) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: app, image: "registry.example.com/web:1.0", env: [{name: MODE, value: fast}]}
`;
const configMap = (name: string, mode = "fast") =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {mode: ${mode}}\n`;
const secret =
  "---\napiVersion: v1\nkind: Secret\nmetadata: {name: password}\nstringData: {password: hunter2}\n";
const widget = "---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {}\n";

let namespace = "";
/** Its folder has a blank in its name, as folders of users have. */
let repository: Repository;

beforeAll(async () => {
  namespace = await api.namespace("diff");
  repository = await createRepository(join(folder.path, "my manifests"));
  await repository.commit({ "app/all.yaml": deployment(0) + configMap("settings") });
  await api.kubectl(["apply", "-n", namespace, "-f", join(repository.directory, "app")]);
});

const diff = (...args: readonly string[]): Promise<Ended> =>
  holdfast(["diff", "--kubeconfig", api.kubeconfig("reader"), ...args]);
/** The folder `path` of what is checked out. */
const diffRepository = (path: string, ...args: readonly string[]) =>
  diff("--repo", repository.directory, "--path", path, "--namespace", namespace, ...args);

/** By a policy that asks for nothing else than what the folder states: the tests share one namespace. */
async function report(path: string): Promise<DiffReport & { readonly exitCode: number | null }> {
  const policy = await folder.write(
    `${path}.yaml`,
    `apiVersion: holdfast.dev/v1alpha1
kind: GitRepoPolicy
metadata: {name: shop, namespace: ${namespace}}
spec:
  source: {url: "file://${encodeURI(repository.directory)}", ref: {branch: main}, path: ${path}}
  detection: {unexpected: Ignore}
`,
  );
  const { exitCode, stdout, stderr } = await diff(policy, "-o", "json");
  expect(stderr).toBe("");
  return { ...(JSON.parse(stdout) as DiffReport), exitCode };
}

describe("a repository that was delivered", () => {
  it("is in sync by its policy, which need not be in the cluster", async () => {
    const policy = await folder.write(
      "policy.yaml",
      `apiVersion: holdfast.dev/v1alpha1
kind: GitRepoPolicy
metadata: {name: shop, namespace: ${namespace}}
spec: {source: {url: "file://${encodeURI(repository.directory)}", ref: {branch: main}, path: app}}
`,
    );
    expect(await diff(policy)).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^2 objects, 2 in sync, 0 drifted \(0 missing\), 0 pending, 0 unknown, \d findings excused\n$/,
      ),
      // What the role `view` leaves out.
      stderr:
        "holdfast diff: what is unexpected is not seen of Role.rbac.authorization.k8s.io, RoleBinding.rbac.authorization.k8s.io, which may not be listed\n",
    });
  });

  it("is in sync by its folder, also from inside of it", async () => {
    const args = ["--repo", ".", "--namespace", namespace];
    const command = ["diff", "--kubeconfig", api.kubeconfig("reader"), ...args];
    const { exitCode, stdout } = await holdfast(command, { cwd: join(repository.directory, "app") });
    expect(stdout).toMatch(/^2 objects, 2 in sync/);
    expect(exitCode).toBe(0);
  });
});

describe("a hand edit", () => {
  it("is Drifted, at its path, and beside it what is Missing; the rest stays InSync", async () => {
    await repository.commit({
      "edited/all.yaml": `${deployment(0).replace("name: web", "name: edited")}${configMap("settings")}${configMap("gone")}`,
    });
    const { exitCode: applied } = await api.tryKubectl([
      "apply",
      "-n",
      namespace,
      "-f",
      join(repository.directory, "edited"),
    ]);
    expect(applied).toBe(0);
    await api.kubectl(["set", "env", "deployment/edited", "MODE=slow", "-n", namespace], {
      identity: "editor",
    });
    await api.kubectl(["delete", "configmap", "gone", "-n", namespace]);
    const { objects, summary, exitCode } = await report("edited");
    expect(objects).toMatchObject([
      {
        resource: { group: "apps", version: "v1", kind: "Deployment", namespace, name: "edited" },
        verdict: "Drifted",
        type: "Modified",
        changes: [
          {
            type: "Modified",
            path: 'spec.template.spec.containers[name="app"].env[name="MODE"].value',
            desired: "fast",
            live: "slow",
            managers: ["kubectl-set"],
          },
        ],
        doubtful: [],
      },
      { verdict: "InSync" },
      {
        resource: { group: "", version: "v1", kind: "ConfigMap", namespace, name: "gone" },
        verdict: "Drifted",
        type: "Missing",
        changes: [],
        doubtful: [],
      },
    ]);
    expect(summary).toMatchObject({ total: 3, inSync: 1, drifted: 2, missing: 1 });
    expect(exitCode).toBe(1);
  });

  it("of one among many objects, which are read as a list, is found like any other", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `many-${i}`);
    await repository.commit({ "many/all.yaml": names.map((name) => configMap(name)).join("") });
    await api.kubectl(["create", "-n", namespace, "-f", join(repository.directory, "many")]);
    await api.kubectl(["patch", "configmap", "many-7", "-n", namespace, "-p", '{"data":{"mode":"slow"}}']);
    await api.kubectl(["delete", "configmap", "many-299", "-n", namespace]);
    const { objects, summary } = await report("many");
    expect(objects.map(({ resource }) => resource.name)).toEqual(names);
    expect(summary).toMatchObject({ total: 300, inSync: 298, drifted: 2, missing: 1 });
    expect(objects[7]?.changes).toEqual([
      { type: "Modified", path: "data.mode", desired: "fast", live: "slow", managers: ["kubectl-patch"] },
    ]);
    expect(objects[299]?.type).toBe("Missing");
  });
});

describe("a hotfix", () => {
  it("is put into Git by the patch that is printed, file by file, and is in sync then", async () => {
    const settings = {
      "hotfix/a/settings.yaml": configMap("hot-a"),
      "hotfix/settings.yaml": configMap("hot-b"),
    };
    await repository.commit(settings);
    // Not applied: its annotation would state the old value until the next apply, and is drift by then.
    await api.kubectl(["create", "-n", namespace, "--recursive", "-f", join(repository.directory, "hotfix")]);
    for (const name of ["hot-a", "hot-b"])
      await api.kubectl(["patch", "configmap", name, "-n", namespace, "-p", '{"data":{"mode":"slow"}}']);
    const { stdout, exitCode } = await diffRepository("hotfix", "-o", "patch");
    expect(exitCode).toBe(1);
    const patch = await folder.write("hotfix.patch", stdout);
    execFileSync("git", ["apply", patch], { cwd: repository.directory });
    const [a, b] = Object.keys(settings).map((path) =>
      readFileSync(join(repository.directory, path), "utf8"),
    );
    expect([a, b]).toEqual([configMap("hot-a", "slow"), configMap("hot-b", "slow")]);
    await repository.commit({});
    const after = await diffRepository("hotfix");
    expect(after.stdout).toMatch(/ objects, 2 in sync, /);
    expect(after.stdout).not.toContain("hot-");
  });

  it("of an overlay goes into a new file, never into one that is there already", async () => {
    const taken = "overlay/live-configmap-layered.yaml";
    await repository.commit({
      "overlay/kustomization.yaml": "resources: [all.yaml]\n",
      "overlay/all.yaml": configMap("layered").replace("---\n", ""),
      [taken]: "# of somebody else\n",
    });
    await api.kubectl(["apply", "-n", namespace, "-k", join(repository.directory, "overlay")]);
    await api.kubectl(["patch", "configmap", "layered", "-n", namespace, "-p", '{"data":{"mode":"slow"}}']);
    const kubectl = api.description.kubectl.join(" ");
    const { stdout } = await diffRepository("overlay", "-o", "patch", "--kubectl", kubectl);
    const patch = await folder.write("overlay.patch", stdout);
    execFileSync("git", ["apply", patch], { cwd: repository.directory });
    expect(readFileSync(join(repository.directory, taken), "utf8")).toBe("# of somebody else\n");
    expect(stdout).toContain("live-configmap-layered-2.yaml");
  });
});

describe("the same objects, compared with the cluster and as files,", () => {
  const shop = `${deployment(2)}---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {minReplicas: 1, maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
${configMap("settings")}${configMap("gone")}`;
  /** By hand, and by nobody that is known; what a scaler may do; a default that was altered. */
  const edits: readonly (readonly string[])[] = [
    ["scale", "deployment/web", "--replicas=4"],
    ["set", "env", "deployment/web", "MODE=slow", "DEBUG=1"],
    ["patch", "deployment/web", "-p", '{"spec":{"progressDeadlineSeconds":700}}'],
    ["rollout", "restart", "deployment/web"],
    ["label", "service/web", "team=night"],
    ["patch", "service/web", "-p", '{"spec":{"sessionAffinity":"ClientIP"}}'],
    ["annotate", "ingress/web", "note=by-hand"],
    ["patch", "configmap/settings", "-p", '{"data":{"extra":"x"}}'],
    ["delete", "configmap/gone"],
  ];
  let place = "";
  let files: readonly string[] = [];

  beforeAll(async () => {
    place = await api.namespace("offline");
    await repository.commit({ "shop/all.yaml": shop });
    const desired = join(repository.directory, "shop/all.yaml");
    await api.kubectl(["apply", "-n", place, "-f", desired]);
    for (const edit of edits) await api.kubectl([...edit, "-n", place]);
    const kinds = "deployments.apps,services,horizontalpodautoscalers,ingresses,configmaps";
    const live = await api.kubectl(["get", kinds, "-n", place, "-o", "yaml", "--show-managed-fields"]);
    files = ["--desired", desired, "--live", await folder.write("live.yaml", live)];
  });

  const fromCluster = async (...args: readonly string[]) =>
    objectsOf(
      await diff(
        "--repo",
        repository.directory,
        "--path",
        "shop",
        "--namespace",
        place,
        "-o",
        "json",
        ...args,
      ),
    );
  const fromFiles = async (...args: readonly string[]) =>
    objectsOf(await holdfast(["diff", ...files, "--namespace", place, "-o", "json", ...args]));

  it.each(["Exact", "Declared"])("have the same findings, the excused ones too, in mode %s", async (mode) => {
    const found = await fromCluster("--mode", mode);
    expect(found.flatMap(({ changes }) => changes).length).toBeGreaterThan(mode === "Exact" ? 6 : 0);
    expect(await fromFiles("--mode", mode)).toEqual(found);
  });

  it("have those that were made by hand, and no other", async () => {
    const found = await fromCluster();
    expect(
      found.map(({ resource, type, changes }) => [resource.kind, type, changes.map(({ path }) => path)]),
    ).toEqual([
      [
        "Deployment",
        "Modified",
        [
          "spec.progressDeadlineSeconds",
          'spec.template.spec.containers[name="app"].env[name="DEBUG"]',
          'spec.template.spec.containers[name="app"].env[name="MODE"].value',
        ],
      ],
      ["Service", "Modified", ["metadata.labels.team", "spec.sessionAffinity", "spec.sessionAffinityConfig"]],
      ["HorizontalPodAutoscaler", undefined, []],
      ["Ingress", "Modified", ["metadata.annotations.note"]],
      ["ConfigMap", "Modified", ["data.extra"]],
      ["ConfigMap", "Missing", []],
    ]);
  });

  it("have replicas that a declared scaler may have set, and a restart, among the excused", async () => {
    const [web] = await fromFiles();
    expect(web?.excused).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: "spec.replicas", reason: "Scaler", desired: 2, live: 4 }),
        expect.objectContaining({ reason: "Operation" }),
      ]),
    );
  });

  it("are judged by the rules of a policy, and by its mode unless a flag says another", async () => {
    const policy = await folder.write(
      "rules.yaml",
      `apiVersion: holdfast.dev/v1alpha1
kind: GitRepoPolicy
metadata: {name: shop, namespace: ${place}}
spec:
  source: {url: "file://${encodeURI(repository.directory)}", ref: {branch: main}, path: shop}
  detection:
    mode: Declared
    ignore:
      - {name: night, match: [{kinds: [Service]}], paths: [metadata.labels.team], reason: the night team does that}
      - {name: mode, match: [{group: apps}], paths: ['spec.template.spec.containers[*].env[name="MODE"]'], reason: tried}
`,
    );
    const pathsOf = async (...args: readonly string[]) => {
      const ended = await diff(policy, "-o", "json", ...args);
      return objectsOf(ended).map(({ changes }) => changes.map(({ path }) => path));
    };
    expect(await pathsOf()).toEqual([[], [], [], [], [], []]);
    expect((await pathsOf("--mode", "Exact"))[1]).toEqual([
      "spec.sessionAffinity",
      "spec.sessionAffinityConfig",
    ]);
    const offline = objectsOf(await holdfast(["diff", policy, ...files, "-o", "json"]));
    expect(offline).toEqual(objectsOf(await diff(policy, "-o", "json")));
    expect(offline[0]?.excused).toContainEqual(
      expect.objectContaining({ reason: "IgnoreRule", rule: "mode", message: "tried" }),
    );
  });

  it("explain a field alike", async () => {
    const args = ["--object", "Deployment/web", "--explain", "spec.template.spec.containers[0].env"];
    const [cluster, offline] = [
      await diff("--repo", repository.directory, "--path", "shop", "--namespace", place, ...args),
      await holdfast(["diff", ...files, "--namespace", place, ...args]),
    ];
    const withoutFile = ({ stdout }: Ended) => stdout.split("\n").slice(1);
    expect(withoutFile(cluster)).toEqual(withoutFile(offline));
    expect(withoutFile(cluster)[0]).toBe(
      'spec.template.spec.containers[name="app"].env[name="DEBUG"]: Drift',
    );
    expect([cluster.exitCode, offline.exitCode]).toEqual([1, 1]);
  });
});

describe("what the repository does not declare", () => {
  it("is Unexpected, of the kinds that it declares and of sensitive ones, but for what controllers and clusters make", async () => {
    const place = await api.namespace("undeclared");
    await api.kubectl(["apply", "-n", place, "-f", join(repository.directory, "app")]);
    await api.kubectl(["scale", "deployment/web", "--replicas=0", "-n", place]);
    await api.kubectl(["create", "configmap", "extra", "-n", place]);
    await api.kubectl(["create", "job", "miner", "--image=registry.example.com/miner:1.0", "-n", place]);
    await api.kubectl(["create", "service", "clusterip", "other", "--tcp=80", "-n", place]);
    const { exitCode, stdout } = await diff(
      "--repo",
      repository.directory,
      "--path",
      "app",
      "--namespace",
      place,
    );
    expect(stdout.split("\n")).toEqual([
      `ConfigMap ${place}/extra: Unexpected`,
      `Job.batch ${place}/miner: Unexpected`,
      expect.stringMatching(
        /^4 objects, 2 in sync, 2 drifted \(0 missing, 2 unexpected\), 0 pending, 0 unknown, \d findings excused$/,
      ),
      "",
    ]);
    expect(exitCode).toBe(1);
  });

  it("is not looked for among kinds that the caller may not list, and that is said", async () => {
    const place = await api.namespace("unlisted");
    await repository.commit({ "unlisted/all.yaml": secret });
    const { stderr } = await diff("--repo", repository.directory, "--path", "unlisted", "--namespace", place);
    expect(stderr).toContain("RoleBinding.rbac.authorization.k8s.io, Secret, which may not be listed");
  });
});

describe("what cannot be judged is Unknown, and the others are judged:", () => {
  it("what the caller may not read, and kinds that are not served", async () => {
    await repository.commit({ "unknown/all.yaml": configMap("settings") + secret + widget });
    const { objects, summary, exitCode } = await report("unknown");
    expect(objects.map(({ resource, verdict, reason }) => [resource.kind, verdict, reason])).toEqual([
      ["ConfigMap", "InSync", undefined],
      ["Secret", "Unknown", "Forbidden"],
      ["Widget", "Unknown", "KindNotServed"],
    ]);
    expect(summary).toMatchObject({ inSync: 1, unknown: 2, drifted: 0 });
    expect(exitCode).toBe(2);
  });

  it("many of a kind that may not be listed", async () => {
    const names = Array.from({ length: 120 }, (_, i) => `secret-${i}`);
    const text = names.map((name) => secret.replace("name: password", `name: ${name}`)).join("");
    await repository.commit({ "secrets/all.yaml": text });
    const { objects, exitCode } = await report("secrets");
    expect(new Set(objects.map(({ reason }) => reason))).toEqual(new Set(["Forbidden"]));
    expect([objects.length, exitCode]).toEqual([120, 2]);
  });

  it("but drift beside it decides the exit code", async () => {
    await repository.commit({ "both/all.yaml": configMap("settings", "slow") + secret });
    expect((await report("both")).exitCode).toBe(1);
  });
});

describe("nothing can be compared, and the exit code is 2,", () => {
  it("where the API server cannot be reached", async () => {
    const kubeconfig = await folder.write(
      "nowhere",
      JSON.stringify({
        clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "u", user: {} }],
        contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
        "current-context": "x",
      }),
    );
    const ended = await diff("--kubeconfig", kubeconfig, "--repo", repository.directory);
    refused(ended, "the API server https://127.0.0.1:1 cannot be asked: ECONNREFUSED");
  });

  it("where there is no such folder", async () => {
    refused(await diff("--repo", join(folder.path, "none")), "--repo: there is no folder");
  });

  it("where the folder is in no Git repository, with what to do", async () => {
    refused(
      await diff("--repo", folder.path),
      "is not in a Git repository; commit the manifests, or compare files with --desired and --live",
    );
  });

  it("where the repository has no such path or branch, in the words of the flags", async () => {
    refused(await diffRepository("none"), "--path");
    refused(await diffRepository("app", "--branch", "none"), "--branch: the remote has no branch none");
  });

  it("where the URL leads to no repository", async () => {
    refused(await diff("--repo", `file://${folder.path}/none`), "the remote cannot be read");
  });

  it("where the policy's credentials may not be read, with the way around it", async () => {
    const policy = await folder.write(
      "private.yaml",
      `apiVersion: holdfast.dev/v1alpha1
kind: GitRepoPolicy
metadata: {name: shop, namespace: ${namespace}}
spec: {source: {url: "https://git.example.com/x.git", ref: {branch: main}, secretRef: {name: git}}}
`,
    );
    refused(await diff(policy), "or clone the repository and compare the clone with --repo");
  });
});

function refused({ exitCode, stdout, stderr }: Ended, message: string): void {
  expect(stderr).toContain(message);
  expect(stderr.trimEnd()).not.toContain("\n");
  expect([exitCode, stdout]).toEqual([2, ""]);
}

function objectsOf({ stdout, stderr }: Ended): DiffReport["objects"] {
  if (stdout === "") throw new Error(stderr);
  const { objects } = JSON.parse(stdout) as DiffReport; // what `-o json` prints
  return objects.filter(({ type }) => type !== "Unexpected");
}
