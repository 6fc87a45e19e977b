/** What the API server fills into workloads and autoscalers, where it depends on something. */
import type { FillRow } from "./fill-row.ts";

const rolling = { in: ["RollingUpdate"], otherwise: "RollingUpdate" } as const;
const onlyJobs = ["Job"];
const job = "SetDefaults_Job: for Jobs, not for the templates of CronJobs";
const daemonSet = "SetDefaults_DaemonSet";
const scaling = "SetDefaults_HorizontalPodAutoscalerBehavior";
const scaleUp = "autoscaling.HorizontalPodAutoscalerBehavior.scaleUp";
const scaleDown = "autoscaling.HorizontalPodAutoscalerBehavior.scaleDown";

export const workloadRows: readonly FillRow[] = [
  {
    field: "apps.DeploymentStrategy.rollingUpdate",
    when: [{ field: "type", ...rolling }],
    value: { is: {} },
    reason: "SetDefaults_Deployment",
  },
  {
    field: "apps.StatefulSetUpdateStrategy.rollingUpdate",
    when: [{ field: "type", hasContent: false }],
    value: { is: {} },
    reason: "SetDefaults_StatefulSet: only where no type is stated",
  },
  {
    field: "apps.DaemonSetUpdateStrategy.rollingUpdate",
    when: [{ field: "type", ...rolling }],
    value: { is: {} },
    reason: daemonSet,
  },
  {
    field: "apps.RollingUpdateDaemonSet.maxUnavailable",
    when: [{ field: "/spec/updateStrategy/type", ...rolling }],
    value: { is: 1 },
    reason: daemonSet,
  },
  {
    field: "apps.RollingUpdateDaemonSet.maxUnavailable",
    value: { is: 0 },
    reason: "what is stated for another strategy is kept, as a number",
  },
  {
    field: "batch.JobSpec.completions",
    when: [{ field: "parallelism", isSet: false }],
    kinds: onlyJobs,
    value: { is: 1 },
    reason: job,
  },
  { field: "batch.JobSpec.parallelism", kinds: onlyJobs, value: { is: 1 }, reason: job },
  {
    field: "batch.JobSpec.backoffLimit",
    when: [{ field: "backoffLimitPerIndex", isSet: true }],
    kinds: onlyJobs,
    value: { is: 2_147_483_647 },
    reason: job,
  },
  { field: "batch.JobSpec.backoffLimit", kinds: onlyJobs, value: { is: 6 }, reason: job },
  { field: "batch.JobSpec.completionMode", kinds: onlyJobs, value: { is: "NonIndexed" }, reason: job },
  { field: "batch.JobSpec.manualSelector", kinds: onlyJobs, value: { is: false }, reason: job },
  { field: "batch.JobSpec.suspend", kinds: onlyJobs, value: { is: false }, reason: job },
  {
    field: "batch.JobSpec.podReplacementPolicy",
    when: [{ field: "podFailurePolicy", isSet: true }],
    kinds: onlyJobs,
    value: { is: "Failed" },
    reason: job,
  },
  {
    field: "batch.JobSpec.podReplacementPolicy",
    kinds: onlyJobs,
    value: { is: "TerminatingOrFailed" },
    reason: job,
  },
  {
    field: "batch.JobSpec.selector",
    when: [{ field: "manualSelector", in: [false], otherwise: false }],
    kinds: onlyJobs,
    value: { computed: "jobSelector" },
    overrides: true,
    reason: "generateSelector (pkg/registry/batch/job)",
  },
  {
    field: "core.ReplicationControllerSpec.selector",
    value: { copyOf: "template.metadata.labels" },
    reason: "SetDefaults_ReplicationController",
  },
  { field: scaleUp, value: { is: {} }, reason: scaling },
  { field: scaleDown, value: { is: {} }, reason: scaling },
  { field: `${scaleUp}/stabilizationWindowSeconds`, value: { is: 0 }, reason: scaling },
  {
    field: `${scaleUp}/policies`,
    value: {
      is: [
        { type: "Pods", value: 4, periodSeconds: 15 },
        { type: "Percent", value: 100, periodSeconds: 15 },
      ],
    },
    reason: scaling,
  },
  {
    field: `${scaleDown}/policies`,
    value: { is: [{ type: "Percent", value: 100, periodSeconds: 15 }] },
    reason: scaling,
  },
];
