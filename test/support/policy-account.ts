/** The ServiceAccount as which a policy's rollbacks are written, and who may act as it. */
import { operatorAccount } from "../../dev/control-plane/operator.ts";

/**
 * `account` may edit all that `namespace` holds, roles and bindings included (it takes `bind` and `escalate` to undo a
 * grant); the operator may impersonate this one account.
 */
export function policyAccountManifest(namespace: string, account: string): string {
  return `
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${account}, namespace: ${namespace}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ${account}-admin, namespace: ${namespace}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects: [{kind: ServiceAccount, name: ${account}, namespace: ${namespace}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: ${account}-grant, namespace: ${namespace}}
rules:
  - {apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs: ["*"]}
  - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ${account}-grant, namespace: ${namespace}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${account}-grant}
subjects: [{kind: ServiceAccount, name: ${account}, namespace: ${namespace}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: ${account}-impersonate, namespace: ${namespace}}
rules:
  - {apiGroups: [""], resources: [serviceaccounts], resourceNames: [${account}], verbs: [impersonate]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ${account}-impersonate, namespace: ${namespace}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${account}-impersonate}
subjects: [{kind: ServiceAccount, name: ${operatorAccount.name}, namespace: ${operatorAccount.namespace}}]
`;
}
