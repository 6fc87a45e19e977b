/** What the API server fills into Pods and pod templates, where it depends on something. */
import type { FillRow } from "./fill-row.ts";

const onlyPods = ["Pod"];
const pulled = "SetDefaults_Container: an image without a fixed tag is pulled each time";
const imageVolume = "SetDefaults_Volume: an image without a fixed tag is pulled each time";
const twoNames = "Convert_v1_PodSpec_To_core_PodSpec: serviceAccount is the old name of serviceAccountName";
const admittedAccount = "the admission plugin ServiceAccount lets a Pod run as the account `default`";
const priority = "the admission plugin Priority: what the Pod's PriorityClass, or the global one, says";
const ownLabels =
  "mutatePodAffinity, mutateTopologySpreadConstraints: a Pod's label keys become expressions of the selector";
const podLevel = "defaultPodRequests: the sum of what its containers ask for, up to the Pod's own limits";

export const podRows: readonly FillRow[] = [
  ...["core.Container", "core.EphemeralContainer"].flatMap((type): readonly FillRow[] => [
    {
      field: `${type}.imagePullPolicy`,
      when: [{ field: "image", isLatestImage: true }],
      value: { is: "Always" },
      reason: pulled,
    },
    { field: `${type}.imagePullPolicy`, value: { is: "IfNotPresent" }, reason: pulled },
  ]),
  ...[
    ["terminationMessagePath", "/dev/termination-log"],
    ["terminationMessagePolicy", "File"],
  ].map(
    ([field, value = ""]): FillRow => ({
      field: `core.EphemeralContainer.${field}`,
      value: { is: value },
      reason: "SetDefaults_EphemeralContainer: none may stand in an object that is created",
    }),
  ),
  {
    field: "core.ImageVolumeSource.pullPolicy",
    when: [{ field: "reference", isLatestImage: true }],
    value: { is: "Always" },
    reason: imageVolume,
  },
  { field: "core.ImageVolumeSource.pullPolicy", value: { is: "IfNotPresent" }, reason: imageVolume },
  {
    field: "core.Volume.emptyDir",
    when: [{ onlyFields: ["name"] }],
    value: { is: {} },
    reason: "SetDefaults_Volume: a volume from nowhere is an empty directory",
  },
  {
    field: "core.PodSpec.serviceAccount",
    when: [{ field: "serviceAccountName", hasContent: true }],
    value: { copyOf: "serviceAccountName" },
    reason: twoNames,
  },
  {
    field: "core.PodSpec.serviceAccount",
    kinds: onlyPods,
    value: { is: "default" },
    reason: admittedAccount,
  },
  {
    field: "core.PodSpec.serviceAccountName",
    when: [{ field: "serviceAccount", hasContent: true }],
    value: { copyOf: "serviceAccount" },
    reason: twoNames,
  },
  {
    field: "core.PodSpec.serviceAccountName",
    kinds: onlyPods,
    value: { is: "default" },
    reason: admittedAccount,
  },
  {
    field: "core.PodSpec.enableServiceLinks",
    kinds: onlyPods,
    value: { is: true },
    reason: "SetDefaults_Pod",
  },
  { field: "core.PodSpec.priority", kinds: onlyPods, value: "allocated", reason: priority },
  { field: "core.PodSpec.preemptionPolicy", kinds: onlyPods, value: "allocated", reason: priority },
  {
    field: "core.PodSpec.nodeName",
    kinds: onlyPods,
    value: "allocated",
    reason: "the scheduler binds a Pod to a node, once and for all",
  },
  {
    field: "core.PodSpec.imagePullSecrets",
    kinds: onlyPods,
    value: "allocated",
    reason: "the admission plugin ServiceAccount: those of the Pod's account",
  },
  {
    field: "core.PodSpec.overhead",
    when: [{ field: "runtimeClassName", hasContent: true }],
    kinds: onlyPods,
    value: "allocated",
    reason: "the admission plugin RuntimeClass: what the class says",
  },
  {
    field: "core.PodSpec.tolerations",
    kinds: onlyPods,
    value: { computed: "defaultTolerations" },
    overrides: true,
    reason: "the admission plugin DefaultTolerationSeconds",
  },
  {
    field: "core.ResourceRequirements.requests",
    when: [{ field: "limits", hasContent: true }],
    kinds: onlyPods,
    value: { computed: "requestsFromLimits" },
    overrides: true,
    reason: "SetDefaults_Pod: in Pods, never in templates",
  },
  {
    field: "core.PodSpec.resources/requests",
    when: [{ field: "limits", hasContent: true }],
    kinds: onlyPods,
    value: "allocated",
    overrides: true,
    reason: podLevel,
  },
  {
    field: "core.ContainerPort.hostPort",
    when: [{ field: "/spec/hostNetwork", in: [true] }],
    kinds: onlyPods,
    value: { copyOf: "containerPort" },
    reason: "defaultHostNetworkPorts: on the host's network a port is the host's",
  },
  ...["core.Container", "core.EphemeralContainer"].map(
    (type): FillRow => ({
      field: `${type}.securityContext`,
      kinds: onlyPods,
      value: { computed: "annotatedSecurityContext" },
      overrides: true,
      reason: "applyAppArmorVersionSkew: an old annotation of the Pod becomes a field",
    }),
  ),
  ...["core.PodAffinityTerm", "core.TopologySpreadConstraint"].map(
    (type): FillRow => ({
      field: `${type}.labelSelector`,
      kinds: onlyPods,
      value: { computed: "selectorWithMatchLabels" },
      overrides: true,
      reason: ownLabels,
    }),
  ),
];
