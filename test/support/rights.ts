/** What RBAC gives an account, read from the cluster's own objects: every rule of every role that is bound to it. */
import { type ClusterAccess, fieldAt } from "../../dev/control-plane/access.ts";

/** One verb on one resource, e.g. `patch driftrecords/status.holdfast.dev` or `get secrets[git] in shop`. */
export type Right = string;

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[] | null;
}

interface Binding {
  readonly metadata: { readonly namespace?: string };
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
}

/** Sorted. Rights that everybody has (discovery, reviews of oneself) are bound to groups, and not among them. */
export async function rightsOf(
  { kubectl }: ClusterAccess,
  account: { readonly namespace: string; readonly name: string },
): Promise<readonly Right[]> {
  const list = async <T>(kinds: string): Promise<readonly T[]> => {
    const answer = await kubectl(["get", kinds, "--all-namespaces", "--output=json"]);
    return (JSON.parse(answer) as { readonly items: readonly T[] }).items; // kubectl answers a List
  };
  const roles = await list<Role>("roles,clusterroles");
  const bindings = await list<Binding>("rolebindings,clusterrolebindings");
  const rights = bindings
    .filter(({ subjects = [] }) =>
      subjects.some(({ kind, name, namespace }) => {
        return kind === "ServiceAccount" && name === account.name && namespace === account.namespace;
      }),
    )
    .flatMap(({ roleRef, metadata: { namespace } }) => {
      const role = roles.find(({ kind, metadata }) => {
        const isSame = kind === roleRef.kind && metadata.name === roleRef.name;
        return isSame && (kind === "ClusterRole" || metadata.namespace === namespace);
      });
      const where = namespace === undefined ? "" : ` in ${namespace}`;
      return (role?.rules ?? []).flatMap(rightsOfRule).map((right) => `${right}${where}`);
    });
  return [...new Set(rights)].toSorted();
}

function rightsOfRule(rule: Rule): readonly Right[] {
  const names = rule.resourceNames === undefined ? "" : `[${rule.resourceNames.join(",")}]`;
  const resources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).map((resource) => `${resource}${names}${group === "" ? "" : `.${group}`}`),
  );
  const targets = [...resources, ...(rule.nonResourceURLs ?? [])];
  return rule.verbs.flatMap((verb) => targets.map((target) => `${verb} ${target}`));
}

/** What the API server's authorizer says, whatever the roles look like. */
export async function mayDo(
  { request }: ClusterAccess,
  user: string,
  what: {
    readonly verb: string;
    readonly resource: string;
    readonly group?: string;
    readonly name?: string;
    readonly namespace: string;
  },
): Promise<boolean> {
  const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  const spec = { user, groups: ["system:authenticated"], resourceAttributes: what };
  const { body } = await request({ path, method: "POST", body: { spec } });
  return fieldAt(body, ["status", "allowed"]) === true;
}
