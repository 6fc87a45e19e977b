/** What Kubernetes 1.36 leaves out although it knows the field, since a feature gate is off that is off by default. */

/** Ends of paths, as `differences` writes them. Holdfast finds such a field missing, as long as Git states it. */
const gated: readonly RegExp[] = [
  /^\.spec\.updateStrategy\.rollingUpdate\.maxUnavailable: predicted 2, answered null$/, // MaxUnavailableStatefulSet
  /\.lifecycle(?:\.stopSignal)?: predicted .*"SIGUSR1".*, answered null$/, // ContainerStopSignals
  /\.schedulingGroup: predicted .*, answered null$/, // GenericWorkload
  /\.projected\.sources\[\d+\]\.clusterTrustBundle: predicted .*, answered null$/, // ClusterTrustBundleProjection
  /\.projected\.sources\[\d+\]\.podCertificate: predicted .*, answered null$/, // PodCertificateRequest
  /^\.spec\.dataSourceRef: predicted .*"namespace":"b".*, answered null$/, // CrossNamespaceVolumeDataSource
];

export function isGated(difference: string): boolean {
  return gated.some((pattern) => pattern.test(difference));
}
