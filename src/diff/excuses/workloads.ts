/** What controllers that scale, roll out and restart workloads write onto them and onto their own kinds. */
import { isJsonObject, type Json } from "../../resource/resource.ts";
import type { ExcuseRow } from "../excuse-row.ts";
import { byProgram, published, sources } from "./evidence.ts";

const reloaded = {
  reason: "TrustedManager",
  group: "apps",
  kinds: ["DaemonSet", "Deployment", "StatefulSet"],
  managers: ["Reloader"],
  why: "Reloader restarts the Pods when a ConfigMap or Secret that they use has changed.",
} as const;
const reloaderSource =
  "stakater/Reloader: internal/pkg/callbacks/rolling_upgrade.go, internal/pkg/constants/constants.go";

export const workloadRows: readonly ExcuseRow[] = [
  {
    name: "keda-finalizer",
    reason: "TrustedManager",
    group: "keda.sh",
    kinds: ["ScaledObject", "ScaledJob", "TriggerAuthentication", "ClusterTriggerAuthentication"],
    path: 'metadata.finalizers[="finalizer.keda.sh"]',
    managers: ["keda"],
    why: "KEDA keeps the object until it has stopped scaling.",
    source: sources("kedacore/keda: controllers/keda", published),
  },
  {
    name: "keda-scaled-object-label",
    reason: "TrustedManager",
    group: "keda.sh",
    kinds: ["ScaledObject"],
    path: 'metadata.labels["scaledobject.keda.sh/name"]',
    managers: ["keda"],
    check: (value, { live }) => value === live.metadata.name,
    why: "KEDA labels the object with its own name, to find its metrics by.",
    source: sources("kedacore/keda: controllers/keda/scaledobject_controller.go", published),
  },
  {
    name: "rollout-revision",
    reason: "TrustedManager",
    group: "argoproj.io",
    kinds: ["Rollout"],
    path: 'metadata.annotations["rollout.argoproj.io/revision"]',
    managers: ["rollouts-controller"],
    check: (value) => typeof value === "string" && /^\d+$/.test(value),
    why: "Argo Rollouts counts its rollouts.",
    source: sources("argoproj/argo-rollouts: utils/annotations/annotations.go", published),
  },
  {
    name: "rollout-service",
    reason: "TrustedManager",
    group: "",
    kinds: ["Service"],
    path: 'metadata.annotations["argo-rollouts.argoproj.io/managed-by-rollouts"]',
    managers: ["rollouts-controller"],
    why: "Argo Rollouts notes which Rollout switches the Service.",
    source: sources("argoproj/argo-rollouts: rollout/service.go", byProgram),
  },
  {
    ...reloaded,
    name: "reloader-annotation",
    path: 'spec.template.metadata.annotations["reloader.stakater.com/last-reloaded-from"]',
    source: reloaderSource,
  },
  ...["containers", "initContainers"].flatMap((list) =>
    ["CONFIGMAP", "SECRET"].map(
      (kind): ExcuseRow => ({
        ...reloaded,
        name: `reloader-${list === "containers" ? "" : "init-"}variable-${kind.toLowerCase()}`,
        path: `spec.template.spec.${list}[*].env[name="STAKATER_*_${kind}"]`,
        check: isDigestVariable,
        source: reloaderSource,
      }),
    ),
  ),
];

/** A variable with a digest for a value, and nothing else. */
function isDigestVariable(variable: Json): boolean {
  if (!isJsonObject(variable)) return false;
  const { name, value, ...rest } = variable;
  return (
    name !== undefined &&
    typeof value === "string" &&
    /^[0-9a-f]*$/.test(value) &&
    Object.keys(rest).length === 0
  );
}
