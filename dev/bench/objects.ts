/** The benchmark's objects: a fixed mix of kinds, each with an edit by hand that is drift. */
import type { JsonObject } from "../../src/resource/resource.ts";

export interface BenchObject {
  readonly namespace: string;
  readonly name: string;
  /** The collection's path on the API server. */
  readonly collection: string;
  readonly manifest: JsonObject;
  /** RFC 6902: changes one value that Git states. */
  readonly edit: readonly JsonObject[];
}

export const namespaceCount = 10;

export function namespaceOf(index: number): string {
  return `bench-${index % namespaceCount}`;
}

/** Of 20 objects: 12 ConfigMaps of 1 KB, 3 Deployments without replicas, 2 Services, 1 Role, RoleBinding and NetworkPolicy. */
const mix = [
  ...Array.from({ length: 12 }, () => configMap),
  deployment,
  deployment,
  deployment,
  service,
  service,
  role,
  roleBinding,
  networkPolicy,
];

/** The first `count` objects of the mix; the same ones each time. */
export function benchObjects(count: number): readonly BenchObject[] {
  return Array.from({ length: count }, (_, index) => {
    const make = mix[index % mix.length] ?? configMap;
    return make(`object-${index}`, namespaceOf(index));
  });
}

function configMap(name: string, namespace: string): BenchObject {
  const data = Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`key-${i}`, `${name}-${"x".repeat(80)}`]),
  );
  return bench(
    { apiVersion: "v1", kind: "ConfigMap", data },
    { name, namespace, plural: "configmaps", edited: "/data/key-0" },
  );
}

function deployment(name: string, namespace: string): BenchObject {
  const labels = { app: name };
  const container = {
    name: "server",
    image: `registry.example.com/${name}:1.0`,
    ports: [{ name: "http", containerPort: 8080 }],
    env: Array.from({ length: 5 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i}` })),
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
  };
  const spec = {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  };
  const edited = "/spec/template/spec/containers/0/image";
  return bench(
    { apiVersion: "apps/v1", kind: "Deployment", spec },
    { name, namespace, plural: "deployments", edited },
  );
}

function service(name: string, namespace: string): BenchObject {
  const spec = { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: 8080 }] };
  return bench(
    { apiVersion: "v1", kind: "Service", spec },
    { name, namespace, plural: "services", edited: "/spec/selector/app" },
  );
}

const rbac = "rbac.authorization.k8s.io";

function role(name: string, namespace: string): BenchObject {
  const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }];
  const edited = "/rules/0/resources/0";
  return bench(
    { apiVersion: `${rbac}/v1`, kind: "Role", rules },
    { name, namespace, plural: "roles", edited },
  );
}

function roleBinding(name: string, namespace: string): BenchObject {
  const manifest = {
    apiVersion: `${rbac}/v1`,
    kind: "RoleBinding",
    roleRef: { apiGroup: rbac, kind: "Role", name: "reader" },
    subjects: [{ kind: "User", apiGroup: rbac, name: "alice" }],
  };
  return bench(manifest, { name, namespace, plural: "rolebindings", edited: "/subjects/0/name" });
}

function networkPolicy(name: string, namespace: string): BenchObject {
  const spec = {
    podSelector: { matchLabels: { app: name } },
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: [{ podSelector: { matchLabels: { app: "gateway" } } }],
        ports: [{ protocol: "TCP", port: 8080 }],
      },
    ],
  };
  const edited = "/spec/podSelector/matchLabels/app";
  return bench(
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", spec },
    { name, namespace, plural: "networkpolicies", edited },
  );
}

function bench(
  body: JsonObject & { readonly apiVersion: string },
  at: { readonly name: string; readonly namespace: string; readonly plural: string; readonly edited: string },
): BenchObject {
  const { name, namespace, plural, edited } = at;
  const { apiVersion, ...rest } = body;
  const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  return {
    name,
    namespace,
    collection: `${root}/namespaces/${namespace}/${plural}`,
    manifest: { apiVersion, ...rest, metadata: { name, namespace } },
    edit: [{ op: "replace", path: edited, value: "edited-by-hand" }],
  };
}
