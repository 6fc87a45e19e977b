/** The real operator over the quiet cluster: a policy for each namespace, and one for what has none. */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { operatorAccount } from "../../dev/control-plane/operator.ts";
import { startOperator } from "../../dev/demo/operator.ts";
import { createRepository } from "../../dev/demo/repository.ts";
import type { Json, JsonObject } from "../../src/resource/resource.ts";
import type { ApiServer } from "./api-server.ts";
import { listAt } from "./cluster-policy.ts";
import { clusterFolder, type QuietManifests } from "./quiet-manifests.ts";

export interface QuietOperator {
  /** Of every policy: its conditions and counts, once all are in sync, or as they are when that does not come about. */
  statuses(): Promise<readonly PolicyState[]>;
  /** The DriftRecords of its policies, open or not: what each says in short. */
  records(): Promise<readonly Json[]>;
  stop(): Promise<void>;
}

export interface PolicyState {
  readonly folder: string;
  /** The conditions Ready and InSync, as `Ready=True`; with reason and message where it is anything else. */
  readonly conditions: readonly string[];
  readonly counts: JsonObject;
}

const waitMs = 45_000;
const pollMs = 1_000;
const component = join(import.meta.dirname, "../../config/components/secrets/observe-secrets.yaml");

/** It may look at Secrets and at the custom resources too, as the administrator of such a cluster would let it. */
export async function startQuietOperator(
  api: ApiServer,
  { manifests, directory }: { readonly manifests: QuietManifests; readonly directory: string },
): Promise<QuietOperator> {
  const kubeconfig = await api.operator();
  const { files, namespaces, run } = manifests;
  await api.kubectl(["apply", "--filename", component]);
  await api.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(observeRole(run)) });
  const repository = await createRepository(join(directory, "repository"));
  await repository.commit(files);
  const operator = await startOperator({ kubeconfig, directory });
  const places = { ...namespaces, [clusterFolder]: operatorAccount.namespace };
  const policies = Object.entries(places).map(([folder, namespace]) => ({
    folder,
    namespace,
    name: `${run}-${folder}`,
  }));
  for (const { folder, namespace, name } of policies) {
    const source = { url: repository.url, ref: { branch: "main" }, path: folder, interval: "1h" };
    // What else there is without a namespace belongs to others of the shared cluster.
    const unexpected = folder === clusterFolder ? "Ignore" : "Report";
    const policy = {
      apiVersion: "holdfast.dev/v1alpha1",
      kind: "GitRepoPolicy",
      metadata: { name, namespace },
      spec: { source, detection: { mode: "Exact", unexpected } },
    };
    await api.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(policy) });
  }
  const readPolicy = async (namespace: string, name: string): Promise<Json> =>
    JSON.parse(await api.kubectl(["get", "grp", name, "--namespace", namespace, "--output=json"])) as Json; // kubectl prints JSON

  return {
    async statuses() {
      const deadline = Date.now() + waitMs;
      for (;;) {
        const found: PolicyState[] = [];
        for (const { folder, namespace, name } of policies)
          found.push(stateOf(folder, await readPolicy(namespace, name)));
        if (Date.now() > deadline || found.every(isQuiet)) return found;
        await pause(pollMs);
      }
    },
    async records() {
      const answer = await api.kubectl(["get", "drift", "--all-namespaces", "--output=json"]);
      const names = new Set(policies.map(({ name }) => name));
      return listAt(JSON.parse(answer) as Json, ["items"]) // kubectl prints JSON
        .filter((record) => names.has(textAt(record, ["spec", "policyName"])))
        .map((record) => ({
          object: fieldAt(record, ["spec", "object"]) ?? null,
          type: fieldAt(record, ["spec", "type"]) ?? null,
          changes: fieldAt(record, ["status", "changes"]) ?? null,
          resolution: fieldAt(record, ["status", "resolution"]) ?? null,
        }));
    },
    async stop() {
      await api.tryKubectl(["delete", "--ignore-not-found", "--filename", component]);
      await api.tryKubectl(["delete", "clusterrole", `${run}-observe`, "--ignore-not-found"]);
      for (const { namespace, name } of policies)
        await api.tryKubectl(["delete", "grp", name, "--namespace", namespace, "--wait=false"]);
      await operator.stop();
    },
  };
}

export function isQuiet({ conditions, counts }: PolicyState): boolean {
  const isSettled = conditions.join() === "Ready=True,InSync=True";
  return isSettled && counts["total"] !== 0 && counts["total"] === counts["inSync"];
}

function stateOf(folder: string, policy: Json): PolicyState {
  const conditions = listAt(policy, ["status", "conditions"]);
  return {
    folder,
    conditions: ["Ready", "InSync"].map((type) => {
      const condition = conditions.find((one) => fieldAt(one, ["type"]) === type);
      const status = textAt(condition, ["status"]);
      const why = `: ${textAt(condition, ["reason"])}: ${textAt(condition, ["message"])}`;
      return `${type}=${status}${status === "True" ? "" : why}`;
    }),
    counts: (fieldAt(policy, ["status", "objects"]) ?? {}) as JsonObject, // as the CRD says
  };
}

function textAt(value: Json | undefined, path: readonly string[]): string {
  const found = fieldAt(value, path);
  return typeof found === "string" ? found : "";
}

/** As config/samples/observe-crds.yaml shows it. */
function observeRole(run: string): JsonObject {
  const groups = ["cert-manager", "monitoring", "postgres", "edge", "secrets"];
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: `${run}-observe`, labels: { "holdfast.dev/aggregate-to-observe": "true" } },
    rules: [
      {
        apiGroups: groups.map((group) => `${group}.${run}.example.com`),
        resources: ["*"],
        verbs: ["get", "list", "watch"],
      },
    ],
  };
}
