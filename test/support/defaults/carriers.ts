/** The kinds that carry a pod spec, each around a given one. */
import type { JsonObject, KubernetesObject } from "../../../src/resource/resource.ts";
import type { PodSpec } from "./pod-specs.ts";

const labels = { app: "a", tier: "b" };
const selector = { matchLabels: { app: "a" } };

export const carriers: readonly ((of: PodSpec) => KubernetesObject)[] = [
  ({ name, spec }) => ({ ...named("v1", "Pod", name), metadata: { name, labels }, spec }),
  (of) => ({ ...named("v1", "PodTemplate", of.name), template: template(of) }),
  (of) => ({
    ...named("v1", "ReplicationController", of.name),
    spec: { selector: { app: "a" }, template: template(of) },
  }),
  ...["ReplicaSet", "Deployment", "DaemonSet", "StatefulSet"].map((kind) => (of: PodSpec) => ({
    ...named("apps/v1", kind, of.name),
    spec: { selector, template: template(of) },
  })),
  (of) => ({ ...named("batch/v1", "Job", of.name), spec: { template: template(of, "Never") } }),
  (of) => ({
    ...named("batch/v1", "CronJob", of.name),
    spec: { schedule: "@daily", jobTemplate: { spec: { template: template(of, "Never") } } },
  }),
];

function named(apiVersion: string, kind: string, name: string): KubernetesObject {
  return { apiVersion, kind, metadata: { name } };
}

/** What runs to its end may not run always. */
function template({ spec }: PodSpec, restartPolicy?: string): JsonObject {
  const stated = spec["restartPolicy"];
  const isOpen = stated === undefined || stated === "" || stated === "Always";
  return {
    metadata: { labels },
    spec: restartPolicy === undefined || !isOpen ? spec : { ...spec, restartPolicy },
  };
}
