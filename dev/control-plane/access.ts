/** What demo, tests and benchmarks do with a cluster, be it their own control plane or one that was there before. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isJsonObject, type Json, type JsonObject } from "../../src/resource/resource.ts";
import { type ApiAnswer, type ApiRequest, requestApi } from "./api-request.ts";
import type { Command } from "./binaries.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { KubectlFailed, type KubectlOutcome, runKubectl } from "./kubectl.ts";

export const identities = ["admin", "editor", "reader"] as const;

/** `admin` may do everything, `editor` edits what namespaces hold (RBAC included), `reader` only reads. */
export type Identity = (typeof identities)[number];

/** Who does it: an identity, or any kubeconfig, such as `kubeconfigFor` writes. Default: admin. */
export type As = { readonly identity?: Identity } | { readonly kubeconfig: string };

/** Plain data, so that it can be handed to another process. */
export interface ClusterDescription {
  /** Holds a kubeconfig for each identity; removed with the control plane. */
  readonly directory: string;
  readonly kubectl: Command;
  /** As kubeconfig describes it: address and authority. */
  readonly cluster: JsonObject;
}

export interface ClusterAccess {
  readonly description: ClusterDescription;
  /** The identity's kubeconfig, a file. */
  kubeconfig(identity: Identity): string;
  /** What kubectl prints. @throws KubectlFailed when it exits with anything but 0. */
  kubectl(args: readonly string[], options?: As & { readonly input?: string }): Promise<string>;
  /** The same where a refusal is an expected answer. */
  tryKubectl(args: readonly string[], options?: As & { readonly input?: string }): Promise<KubectlOutcome>;
  /** One request, without kubectl. */
  request(request: ApiRequest, as?: As): Promise<ApiAnswer>;
  /** A token of a ServiceAccount by the TokenRequest API, good for a day. */
  tokenFor(namespace: string, serviceAccount: string): Promise<string>;
  /** A kubeconfig, a file, with such a token. */
  kubeconfigFor(namespace: string, serviceAccount: string): Promise<string>;
  /** Resolves once an aggregated ClusterRole (default `view`) has rules: before, RBAC refuses for the wrong reason. */
  waitForAggregation(role?: string): Promise<void>;
}

const waitMs = 60_000;
const pollMs = 100;
const daySeconds = 86_400;

export function identityKubeconfig(directory: string, identity: Identity): string {
  return join(directory, `${identity}.kubeconfig`);
}

export function accessCluster(description: ClusterDescription): ClusterAccess {
  const { directory, kubectl, cluster } = description;
  const fileOf = (as: As) =>
    "kubeconfig" in as ? as.kubeconfig : identityKubeconfig(directory, as.identity ?? "admin");
  const request = (what: ApiRequest, as: As = {}) => requestApi(fileOf(as), what);
  const access: ClusterAccess = {
    description,
    kubeconfig: (identity) => identityKubeconfig(directory, identity),
    request,
    tryKubectl: (args, options = {}) =>
      runKubectl({
        command: kubectl,
        args,
        kubeconfig: fileOf(options),
        home: directory,
        ...(options.input === undefined ? {} : { input: options.input }),
      }),
    kubectl: async (args, options) => {
      const outcome = await access.tryKubectl(args, options);
      if (outcome.exitCode !== 0) throw new KubectlFailed(args, outcome);
      return outcome.stdout;
    },
    tokenFor: async (namespace, serviceAccount) => {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
      const answer = await request({
        path,
        method: "POST",
        body: { spec: { expirationSeconds: daySeconds } },
      });
      const token = fieldAt(answer.body, ["status", "token"]);
      if (typeof token === "string") return token;
      throw new Error(`no token for ${namespace}/${serviceAccount}: ${JSON.stringify(answer.body)}`);
    },
    kubeconfigFor: async (namespace, serviceAccount) => {
      const folder = join(directory, "service-accounts", namespace);
      await mkdir(folder, { recursive: true });
      const file = join(folder, `${serviceAccount}.kubeconfig`);
      await writeKubeconfig(file, cluster, { token: await access.tokenFor(namespace, serviceAccount) });
      return file;
    },
    waitForAggregation: (role = "view") => waitForRules(request, role),
  };
  return access;
}

async function waitForRules(request: ClusterAccess["request"], role: string): Promise<void> {
  const path = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${role}`;
  const deadline = Date.now() + waitMs;
  for (;;) {
    const rules = (await request({ path })).body.rules;
    if (Array.isArray(rules) && rules.length > 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        `ClusterRole ${role} has no rules after ${waitMs / 1_000} s: is kube-controller-manager running?`,
      );
    }
    await pause(pollMs);
  }
}

/** The value below an object, or undefined. */
export function fieldAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((at, field) => (isJsonObject(at) ? at[field] : undefined), value);
}
