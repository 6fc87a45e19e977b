/** Measures one comparison of a Deployment of 6.5 KB, in sync and drifted; prints one line of JSON (times in µs). */
import { compare } from "../../src/diff/compare.ts";
import { redactObject } from "../../src/diff/redact.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";

const rounds = 20_000;
const schema = shippedKind({ group: "apps", version: "v1", kind: "Deployment" })?.schema;
if (schema === undefined) throw new Error("the shipped schemas have no Deployment");

const desired = deployment({ replicas: 2, level: "info" });
const live = served(desired);
const drifted = served(deployment({ replicas: 5, level: "debug" }));

const result = {
  bytes: JSON.stringify(live).length,
  inSyncUs: measure(() => compare({ desired, live, schema, mode: "Declared" }).changes.length),
  driftedUs: measure(() => compare({ desired, live: drifted, schema, mode: "Declared" }).changes.length),
  changes: compare({ desired, live: drifted, schema, mode: "Declared" }).changes.length,
  redactUs: measure(() => redactObject(live, () => "").kind.length),
};
process.stdout.write(`${JSON.stringify(result)}\n`);

/** The median of ten batches. */
function measure(run: () => number): number {
  for (let i = 0; i < rounds / 10; i++) run();
  const batches = Array.from({ length: 10 }, () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < rounds / 10; i++) run();
    return Number(process.hrtime.bigint() - start) / (rounds / 10) / 1_000;
  });
  return Math.round((batches.sort((a, b) => a - b)[5] ?? 0) * 100) / 100;
}

function deployment({
  replicas,
  level,
}: {
  readonly replicas: number;
  readonly level: string;
}): KubernetesObject {
  const labels = { "app.kubernetes.io/name": "web", "app.kubernetes.io/part-of": "shop", tier: "front" };
  const container = (name: string): Json => ({
    name,
    image: `registry.example.com/shop/${name}:1.4.2`,
    args: ["serve", "--listen=:8080", "--config=/etc/shop/config.yaml"],
    env: Array.from({ length: 12 }, (_, i) => ({
      name: `SETTING_${i}`,
      value: i === 3 ? level : `value of setting ${i}`,
    })),
    ports: [
      { name: "http", containerPort: 8080 },
      { name: "metrics", containerPort: 9090 },
    ],
    resources: { limits: { cpu: 1, memory: "1024Mi" }, requests: { cpu: "250m", memory: "0.5Gi" } },
    livenessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 10 },
    readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 5 },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, runAsNonRoot: true },
    volumeMounts: [
      { name: "config", mountPath: "/etc/shop" },
      { name: "tmp", mountPath: "/tmp" },
    ],
  });
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", labels, annotations: { "example.com/owner": "team-front" } },
    spec: {
      replicas,
      selector: { matchLabels: { tier: "front" } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: "web",
          containers: [container("web"), container("proxy"), container("exporter")],
          volumes: [
            { name: "config", configMap: { name: "web" } },
            { name: "tmp", emptyDir: {} },
          ],
        },
      },
    },
  };
}

/** As the server serves it: filled in, quantities in their canonical form, with a status and managedFields. */
function served(object: KubernetesObject): KubernetesObject {
  const text = JSON.stringify(object)
    .replaceAll('"cpu":1,', '"cpu":"1",')
    .replaceAll('"1024Mi"', '"1Gi"')
    .replaceAll('"0.5Gi"', '"512Mi"')
    .replaceAll(/"containerPort":(\d+)/g, '"containerPort":$1,"protocol":"TCP"')
    .replaceAll(
      '"periodSeconds":',
      '"failureThreshold":3,"successThreshold":1,"timeoutSeconds":1,"periodSeconds":',
    )
    .replaceAll(
      '"image":',
      '"imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log","image":',
    )
    .replace(
      '"serviceAccountName"',
      '"dnsPolicy":"ClusterFirst","restartPolicy":"Always","schedulerName":"default-scheduler","serviceAccountName"',
    );
  const body = JSON.parse(text) as KubernetesObject; // it was one before
  const metadata = {
    ...body.metadata,
    uid: "u",
    resourceVersion: "1",
    managedFields: [managedBy("kubectl-edit", body)],
  };
  return { ...body, metadata, status: { replicas: 2, readyReplicas: 2, observedGeneration: 4 } };
}

function managedBy(manager: string, body: KubernetesObject): Json {
  const fields = (value: Json | undefined): JsonObject =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [`f:${name}`, fields(member)]))
      : {};
  return {
    manager,
    operation: "Update",
    apiVersion: "apps/v1",
    time: "2024-01-01T00:00:00Z",
    fieldsV1: { "f:spec": fields(body["spec"]) },
  };
}
