/** ClusterRoles and ClusterRoleBindings that the API server and kubeadm make: by exact name, since anybody may call theirs `system:…`. */

/** Kubernetes 1.36, read from the API server; source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy. */
const clusterRoles = [
  "admin",
  "cluster-admin",
  "edit",
  "system:aggregate-to-admin",
  "system:aggregate-to-edit",
  "system:aggregate-to-view",
  "system:auth-delegator",
  "system:basic-user",
  "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
  "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
  "system:certificates.k8s.io:kube-apiserver-client-approver",
  "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver",
  "system:certificates.k8s.io:kubelet-serving-approver",
  "system:certificates.k8s.io:legacy-unknown-approver",
  "system:discovery",
  "system:heapster",
  "system:kube-aggregator",
  "system:kube-controller-manager",
  "system:kube-dns",
  "system:kube-scheduler",
  "system:kubelet-api-admin",
  "system:monitoring",
  "system:node",
  "system:node-bootstrapper",
  "system:node-problem-detector",
  "system:node-proxier",
  "system:persistent-volume-provisioner",
  "system:public-info-viewer",
  "system:service-account-issuer-discovery",
  "system:volume-scheduler",
  "view",
];

const clusterRoleBindings = [
  "cluster-admin",
  "system:basic-user",
  "system:discovery",
  "system:kube-controller-manager",
  "system:kube-dns",
  "system:kube-scheduler",
  "system:monitoring",
  "system:node",
  "system:node-proxier",
  "system:public-info-viewer",
  "system:service-account-issuer-discovery",
  "system:volume-scheduler",
];

/** A role and a binding of each is called `system:controller:<name>`. */
const controllers = [
  "attachdetach-controller",
  "certificate-controller",
  "clusterrole-aggregation-controller",
  "cronjob-controller",
  "daemon-set-controller",
  "deployment-controller",
  "device-taint-eviction-controller",
  "disruption-controller",
  "endpoint-controller",
  "endpointslice-controller",
  "endpointslicemirroring-controller",
  "ephemeral-volume-controller",
  "expand-controller",
  "generic-garbage-collector",
  "horizontal-pod-autoscaler",
  "job-controller",
  "legacy-service-account-token-cleaner",
  "namespace-controller",
  "node-controller",
  "persistent-volume-binder",
  "pod-garbage-collector",
  "pv-protection-controller",
  "pvc-protection-controller",
  "replicaset-controller",
  "replication-controller",
  "resource-claim-controller",
  "resourcequota-controller",
  "root-ca-cert-publisher",
  "route-controller",
  "selinux-warning-controller",
  "service-account-controller",
  "service-cidrs-controller",
  "service-controller",
  "statefulset-controller",
  "ttl-after-finished-controller",
  "ttl-controller",
  "validatingadmissionpolicy-status-controller",
  "volumeattributesclass-protection-controller",
];

/** The same, of controllers that other versions, or feature gates, bring. */
const otherControllers = [
  "glbc",
  "kube-apiserver-serving-clustertrustbundle-publisher",
  "podcertificaterequestcleaner-controller",
  "pod-group-protection-controller",
  "storage-version-garbage-collector",
  "storage-version-migrator-controller",
];

/** Source: kubernetes/kubernetes, cmd/kubeadm/app/constants and the CoreDNS add-on. */
const kubeadmRoles = ["kubeadm:get-nodes", "system:coredns"];
const kubeadmBindings = [
  "kubeadm:cluster-admins",
  "kubeadm:get-nodes",
  "kubeadm:kubelet-bootstrap",
  "kubeadm:node-autoapprove-bootstrap",
  "kubeadm:node-autoapprove-certificate-rotation",
  "kubeadm:node-proxier",
  "system:coredns",
];

const ofControllers = [...controllers, ...otherControllers].map((name) => `system:controller:${name}`);

export const bootstrapRoles: readonly string[] = [...clusterRoles, ...kubeadmRoles, ...ofControllers];
export const bootstrapBindings: readonly string[] = [
  ...clusterRoleBindings,
  ...kubeadmBindings,
  ...ofControllers,
];
