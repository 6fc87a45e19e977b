/** PersistentVolumes, each around the source of one, with as little and as much beside it as there may be. */
import type { JsonObject, KubernetesObject } from "../../../src/resource/resource.ts";

const terms = {
  nodeSelectorTerms: [
    {
      matchExpressions: [{ key: "a", operator: "In", values: ["b"] }],
      matchFields: [{ key: "metadata.name", operator: "In", values: ["b"] }],
    },
  ],
};
const needed = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"] };
const everything = {
  capacity: { storage: "1024Mi" },
  accessModes: ["ReadWriteOnce"],
  claimRef: {
    kind: "PersistentVolumeClaim",
    apiVersion: "v1",
    name: "a",
    namespace: "b",
    uid: "c",
    resourceVersion: "1",
    fieldPath: "d",
  },
  mountOptions: ["ro"],
  nodeAffinity: { required: terms },
  persistentVolumeReclaimPolicy: "Retain",
  storageClassName: "a",
  volumeMode: "Filesystem",
};

export function volumesOf(source: JsonObject, index: number): readonly KubernetesObject[] {
  const affinity = "local" in source ? { nodeAffinity: { required: terms } } : {};
  const isCsi = "csi" in source;
  const attributes = isCsi ? { volumeAttributesClassName: "a" } : {};
  return [
    volume(`replayed-plain-${index}`, { ...needed, ...affinity, ...source }),
    volume(`replayed-stated-${index}`, { ...everything, ...attributes, ...source }),
    volume(`replayed-block-${index}`, { ...needed, ...affinity, ...source, volumeMode: "Block" }),
    ...(isCsi ? [attachment(`replayed-${index}`, source)] : []),
  ];
}

function volume(name: string, spec: JsonObject): KubernetesObject {
  return { apiVersion: "v1", kind: "PersistentVolume", metadata: { name }, spec };
}

/** Of the sources the server takes CSI only there, and little beside it. */
function attachment(name: string, source: JsonObject): KubernetesObject {
  const inlineVolumeSpec = { ...source, accessModes: ["ReadWriteOnce"], mountOptions: ["ro"] };
  const spec = { attacher: "a", nodeName: "b", source: { inlineVolumeSpec } };
  return { apiVersion: "storage.k8s.io/v1", kind: "VolumeAttachment", metadata: { name }, spec };
}
