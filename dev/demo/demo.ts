/** make demo: the whole of it against a real API server, told in a short timeline, and checked. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import type { KubernetesObject } from "../../src/resource/resource.ts";
import { fieldAt } from "../control-plane/access.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/start.ts";
import { createObserver, type Observer, type Sighting } from "./observer.ts";
import { type Operator, startOperator } from "./operator.ts";
import { createRepository } from "./repository.ts";

const root = join(import.meta.dirname, "../..");
const namespace = "shop";
/** The promise that the demo shows: a hand edit is recorded and undone within this time. */
const promisedMs = 1_000;

/** One hand edit: what a person does, and how one sees that it was undone. */
interface HandEdit {
  readonly title: string;
  readonly kind: string;
  readonly object: string;
  readonly command: readonly string[];
  readonly isUndone: (object: KubernetesObject) => boolean;
}

const edits: readonly HandEdit[] = [
  {
    title: "the image of Deployment checkout is changed",
    kind: "Deployment",
    object: "checkout",
    command: ["set", "image", "deployment/checkout", "server=registry.example.com/checkout:latest"],
    isUndone: (object) =>
      object.kind === "Deployment" &&
      JSON.stringify(object).includes('"image":"registry.example.com/checkout:2.4.1"'),
  },
  {
    title: "a person is added to RoleBinding checkout-operators",
    kind: "RoleBinding",
    object: "checkout-operators",
    command: [
      "patch",
      "rolebinding",
      "checkout-operators",
      "--type=json",
      '--patch=[{"op":"add","path":"/subjects/-","value":{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"intruder"}}]',
    ],
    isUndone: (object) => !JSON.stringify(object["subjects"]).includes("intruder"),
  },
  {
    title: "ConfigMap checkout-settings is deleted",
    kind: "ConfigMap",
    object: "checkout-settings",
    command: ["delete", "configmap", "checkout-settings"],
    isUndone: (object) => JSON.stringify(object["data"]).includes("EUR"),
  },
];

say("Holdfast demo: a real API server, a Git repository, a policy, and three edits by hand.");
const directory = await mkdtemp(join(tmpdir(), "holdfast-demo-"));
const plane = await startControlPlane({ log: (text) => say(text) });
let operator: Operator | undefined;
let failures = 0;
try {
  operator = await setUp(plane);
  const observer = createObserver(plane.kubeconfig("admin"), [
    `/apis/holdfast.dev/v1alpha1/namespaces/${namespace}/driftrecords`,
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
    `/api/v1/namespaces/${namespace}/configmaps`,
  ]);
  try {
    for (const edit of edits) if (!(await show(edit, plane, observer))) failures += 1;
  } finally {
    await observer.close();
  }
  await tell(plane);
  if (process.env["KEEP"] === "1") await keep(plane, operator);
} catch (error) {
  failures += 1;
  say(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  if (operator !== undefined)
    say(`The operator's log ends with:\n${operator.log().split("\n").slice(-15).join("\n")}`);
} finally {
  await operator?.stop();
  await plane.stop();
  await rm(directory, { recursive: true, force: true });
}
say(failures === 0 ? "\nEvery step happened." : `\n${failures} step(s) did not happen as promised.`);
process.exitCode = failures === 0 ? 0 : 1;

async function setUp(cluster: ControlPlane): Promise<Operator> {
  say("making a Git repository from config/samples/app");
  const repository = await createRepository(join(directory, "repository"));
  await cp(join(root, "config/samples/app"), join(repository.directory, "app"), { recursive: true });
  // The account that writes is declared like everything else: else its rights would be unexpected.
  await cp(
    join(root, "config/samples/rollback-rbac.yaml"),
    join(repository.directory, "app/rollback-rbac.yaml"),
  );
  await repository.commit({}, "checkout 2.4.1");

  say("installing CRDs and RBAC: the operator may look, and act as one ServiceAccount in one namespace");
  await cluster.kubectl(["apply", "-f", join(root, "config/default/namespace.yaml")]);
  await cluster.kubectl(["apply", "-k", join(root, "crds")]);
  await cluster.kubectl(["apply", "-k", join(root, "config/rbac")]);
  await cluster.kubectl(["create", "namespace", namespace]);
  await cluster.kubectl(["apply", "-f", join(root, "config/samples/rollback-rbac.yaml")]);
  await cluster.waitForAggregation("holdfast-observe");

  say("starting the operator from source");
  const kubeconfig = await cluster.kubeconfigFor("holdfast-system", "holdfast");
  const running = await startOperator({ kubeconfig, directory: join(directory, "operator") });

  say("applying the GitRepoPolicy, then delivering the manifests with kubectl");
  await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify(policy(repository.url)) });
  await cluster.kubectl(["wait", "--for=condition=Ready", "grp/shop", "-n", namespace, "--timeout=30s"]);
  await cluster.kubectl(["apply", "-n", namespace, "-f", join(root, "config/samples/app")]);
  await cluster.kubectl(["wait", "--for=condition=InSync", "grp/shop", "-n", namespace, "--timeout=30s"]);
  say("the cluster is what Git says\n");
  return running;
}

function policy(url: string) {
  return {
    apiVersion: "holdfast.dev/v1alpha1",
    kind: "GitRepoPolicy",
    metadata: { name: "shop", namespace },
    spec: {
      source: { url, ref: { branch: "main" }, path: "app", interval: "10s" },
      rollback: { mode: "Always", serviceAccountName: "shop-rollback" },
    },
  };
}

/**
 * Makes one edit as `editor`, and tells what came of it. Times count from the moment at which the API server shows the
 * edit to the demo's own watch, which is before kubectl returns. False if a step did not happen, or took too long.
 */
async function show(edit: HandEdit, cluster: ControlPlane, observer: Observer): Promise<boolean> {
  const startedAt = performance.now();
  const sees = (what: string, fits: (sighting: Sighting) => boolean, sinceMs: number) =>
    observer.sees(`${edit.kind} ${edit.object}: ${what}`, fits, sinceMs);
  await cluster.kubectl([...edit.command, "-n", namespace], { identity: "editor" });
  const editedAt = await sees("the edit", (sighting) => isState(sighting, edit) === "Edited", startedAt);
  const recordedAt = await sees("its record", ({ object }) => isRecordOf(object, edit.object), startedAt);
  // The object as it was may come by once more; what counts is the first good state after the bad one.
  const undoneAt = await sees("as Git says", (sighting) => isState(sighting, edit) === "Undone", editedAt);
  const inSyncAt = await sees(
    "its record resolved as RolledBack",
    ({ object }) =>
      isRecordOf(object, edit.object) && fieldAt(object, ["status", "resolution"]) === "RolledBack",
    startedAt,
  );
  const after = (atMs: number) => `${Math.max(0, atMs - editedAt).toFixed(0)} ms`;
  say(edit.title);
  say(
    `  edit -> recorded ${after(recordedAt)} -> rolled back ${after(undoneAt)} -> in sync ${after(inSyncAt)}`,
  );
  const isInTime = Math.max(recordedAt, undoneAt, inSyncAt) - editedAt < promisedMs;
  if (!isInTime) say(`  that is longer than the promised ${promisedMs} ms`);
  return isInTime;
}

function isState({ object, isGone }: Sighting, edit: HandEdit): "Edited" | "Undone" | "Other" {
  if (object.kind !== edit.kind || object.metadata.name !== edit.object) return "Other";
  return !isGone && edit.isUndone(object) ? "Undone" : "Edited";
}

function isRecordOf(object: KubernetesObject, name: string): boolean {
  return object.kind === "DriftRecord" && fieldAt(object, ["spec", "object", "name"]) === name;
}

async function tell(cluster: ControlPlane): Promise<void> {
  for (const args of [
    ["get", "grp"],
    ["get", "drift"],
  ]) {
    say(`\n$ kubectl -n ${namespace} ${args.join(" ")}`);
    say((await cluster.kubectl([...args, "-n", namespace])).trimEnd());
  }
}

async function keep(cluster: ControlPlane, running: Operator): Promise<void> {
  say(`\nIt keeps running until you press Ctrl-C.
  export KUBECONFIG=${cluster.kubeconfig("admin")}
  metrics: ${running.url}/metrics     log: ${running.logPath}
Try:
  alias kubectl='${cluster.description.kubectl.join(" ")}'
  kubectl -n ${namespace} scale deployment checkout --replicas=5
  kubectl -n ${namespace} get drift --watch
  kubectl -n ${namespace} describe grp shop
  npm run --silent holdfast -- history --data-dir ${join(dirname(running.logPath), "data")}`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
