/** The names of Kubernetes' own types in OpenAPI documents. */

/** Types that come with Kubernetes; a custom resource's type has the name of its group, turned round. */
export function isBuiltIn(typeName: string): boolean {
  return /^io\.k8s\.(?:api|apimachinery|kube-aggregator|apiextensions-apiserver)\./.test(typeName);
}

/** `<group>.<Type>` without the version: `core.PodSpec`. What tables say of a type holds for all its versions. */
export function builtInTypeKey(typeName: string): string | undefined {
  const parts = isBuiltIn(typeName) ? /([^.]+)\.v[0-9][^.]*\.([^.]+)$/.exec(typeName) : null;
  return parts === null ? undefined : `${parts[1]}.${parts[2]}`;
}
