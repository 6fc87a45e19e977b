/** `holdfast diff --desired FILE --live FILE`: its JSON is a contract that other programs rely on. */
import { describe, expect, it } from "@jest/globals";
import type { ReportedObject } from "../../src/cli/diff-report.ts";
import { type Compared, compareTexts, useFolder } from "../support/holdfast-diff.ts";

const folder = useFolder();

async function compared(desired: string, live: string, namespace?: string): Promise<Compared> {
  const outcome = await compareTexts(folder, {
    desired,
    live,
    ...(namespace === undefined ? {} : { namespace }),
  });
  if (typeof outcome === "string") throw new Error(outcome);
  return outcome;
}

/** The only object of the report. */
async function judged(desired: string, live: string, namespace?: string): Promise<ReportedObject> {
  const { report } = await compared(desired, live, namespace);
  const [object] = report.objects;
  if (object === undefined || report.objects.length > 1) throw new Error(JSON.stringify(report));
  return object;
}

async function refusal(desired: string, live = ""): Promise<string> {
  const outcome = await compareTexts(folder, { desired, live });
  return typeof outcome === "string" ? outcome : `compared: ${JSON.stringify(outcome.report)}`;
}

/** A ConfigMap in one line; `head` goes into its metadata. */
function configMap(head: string, mode = "fast"): string {
  return `{apiVersion: v1, kind: ConfigMap, metadata: {${head}}, data: {mode: ${mode}}}\n`;
}

const nothing = "apiVersion: v1\nkind: List\nitems: []\n";

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          image: registry.example.com/web:1.0
          env: [{name: MODE, value: fast}, {name: COLOR, value: blue}]
          resources: {limits: {cpu: "1", memory: 1Gi}}
          ports: [{containerPort: 80}]
      volumes: []
`;

/** As `kubectl get deployment web -o yaml` prints it. */
const liveDeployment = `
apiVersion: apps/v1
kind: Deployment
metadata:
  annotations: {deployment.kubernetes.io/revision: "3"}
  creationTimestamp: "2026-01-02T03:04:05Z"
  generation: 7
  managedFields:
  - apiVersion: apps/v1
    fieldsType: FieldsV1
    fieldsV1: {"f:spec": {"f:replicas": {}}}
    manager: kubectl-edit
    operation: Update
    time: "2026-01-02T03:04:05Z"
  name: web
  namespace: shop
  resourceVersion: "4711"
  uid: 7d1b5a2e-0f5e-4b7e-9f83-2f1d3a0f8c11
spec:
  progressDeadlineSeconds: 600
  replicas: 3
  revisionHistoryLimit: 10
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - env: [{name: MODE, value: fast}, {name: COLOR, value: blue}]
        image: registry.example.com/web:1.0
        imagePullPolicy: IfNotPresent
        name: app
        ports: [{containerPort: 80, protocol: TCP}]
        resources: {limits: {cpu: 1000m, memory: 1024Mi}}
      restartPolicy: Always
status: {readyReplicas: 3, replicas: 3}
`;

/** The Deployment controller's own annotation, as the report shows it. */
const revision = {
  type: "Added",
  path: 'metadata.annotations["deployment.kubernetes.io/revision"]',
  live: "3",
  reason: "TrustedManager",
  rule: "deployment-revision",
  message: "The Deployment controller counts its rollouts.",
};

describe("an object that is as Git says", () => {
  it("is InSync: quantities, defaults, empties and what the system writes are no drift", async () => {
    const { report, exitCode } = await compared(deployment, liveDeployment);
    expect(report).toEqual({
      objects: [
        {
          resource: { group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "web" },
          verdict: "InSync",
          changes: [],
          doubtful: [],
          excused: [revision],
        },
      ],
      summary: {
        total: 1,
        inSync: 1,
        drifted: 0,
        missing: 0,
        unexpected: 0,
        pending: 0,
        exempt: 0,
        unknown: 0,
        doubtful: 0,
        excused: 1,
        unknownFields: 0,
      },
    });
    expect(exitCode).toBe(0);
  });
});

describe("an object that was changed", () => {
  const live = liveDeployment
    .replace("replicas: 3\n  revision", "replicas: 5\n  revision")
    .replace("{name: MODE, value: fast}", "{name: MODE, value: slow}")
    .replace(", {name: COLOR, value: blue}", "");

  it("is Drifted, with each change at its path, and the absent side left out", async () => {
    const { report, exitCode } = await compared(deployment, live);
    expect(report.objects).toEqual([
      {
        resource: { group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "web" },
        verdict: "Drifted",
        type: "Modified",
        changes: [
          { type: "Modified", path: "spec.replicas", desired: 3, live: 5, managers: ["kubectl-edit"] },
          {
            type: "Removed",
            path: 'spec.template.spec.containers[name="app"].env[name="COLOR"]',
            desired: { name: "COLOR", value: "blue" },
          },
          {
            type: "Modified",
            path: 'spec.template.spec.containers[name="app"].env[name="MODE"].value',
            desired: "fast",
            live: "slow",
          },
        ],
        doubtful: [],
        excused: [revision],
      },
    ]);
    expect(report.summary).toMatchObject({ total: 1, drifted: 1, missing: 0, inSync: 0 });
    expect(exitCode).toBe(1);
  });

  it("names in the table who manages the field", async () => {
    const { table } = await compared(deployment, live);
    expect(table).toBe(
      [
        "Deployment.apps shop/web: Modified  (desired.yaml:2)",
        "  ~ spec.replicas: 3 -> 5  [kubectl-edit (Update 2026-01-02T03:04:05Z)]",
        '  - spec.template.spec.containers[name="app"].env[name="COLOR"]: {"name":"COLOR","value":"blue"}',
        '  ~ spec.template.spec.containers[name="app"].env[name="MODE"].value: "fast" -> "slow"',
        "1 object, 0 in sync, 1 drifted (0 missing), 0 pending, 0 unknown, 1 finding excused",
        "",
      ].join("\n"),
    );
  });

  it('may say 80 for "80" where either is allowed, but not another port', async () => {
    const service = (port: string) =>
      `{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: [{port: 80, targetPort: ${port}}]}}`;
    expect((await judged(service("80"), service("80"))).verdict).toBe("InSync");
    expect((await judged(service("80"), service("8080"))).changes).toHaveLength(1);
  });
});

describe("an object that only the live file holds", () => {
  const binding = (head = "") =>
    `---\n{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: extra, namespace: shop${head}}}\n`;
  const unexpectedIn = async (live: string) => {
    const { report } = await compared(configMap("name: settings, namespace: shop"), live);
    return report.objects.flatMap(({ resource, type, reason }) =>
      type === "Missing" || resource.name === "settings"
        ? []
        : [`${resource.kind} ${resource.name} ${type ?? reason}`],
    );
  };
  const settings = configMap("name: settings, namespace: shop, uid: s1");

  it("is Unexpected if its kind is declared, or sensitive, in a namespace that is spoken of", async () => {
    const service = "---\n{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}}\n";
    const elsewhere = binding().replace("namespace: shop", "namespace: bank");
    const rootCertificate = `---\n${configMap("name: kube-root-ca.crt, namespace: shop")}`;
    const extra = `---\n${configMap("name: extra, namespace: shop")}`;
    expect(await unexpectedIn(settings + extra + binding() + service + elsewhere + rootCertificate)).toEqual([
      "ConfigMap extra Unexpected",
      "RoleBinding extra Unexpected",
    ]);
  });

  it("is Unexpected where a manifest leaves its namespace to the live file, in that one", async () => {
    const { report } = await compared(configMap("name: settings"), settings + binding());
    expect(report.summary).toMatchObject({ total: 2, inSync: 1, unexpected: 1 });
  });

  it("is accounted for by an owner that the file holds, with that uid, if that makes such objects", async () => {
    const owner = (kind: string, uid: string) =>
      `, ownerReferences: [{apiVersion: apps/v1, kind: ${kind}, name: web, uid: ${uid}, controller: true}]`;
    const pod = (head: string) =>
      `---\n{apiVersion: v1, kind: Pod, metadata: {name: web-a, namespace: shop${head}}}\n`;
    const set =
      "---\n{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web, namespace: shop, uid: r1}}\n";
    expect(await unexpectedIn(settings + set + pod(owner("ReplicaSet", "r1")))).toEqual([
      "ReplicaSet web Unexpected",
    ]);
    expect(await unexpectedIn(settings + set + pod(owner("ReplicaSet", "forged")))).toEqual([
      "Pod web-a Unexpected",
      "ReplicaSet web Unexpected",
    ]);
    expect(await unexpectedIn(settings + set + binding(owner("ReplicaSet", "r1")))).toContain(
      "RoleBinding extra Unexpected",
    );
    expect(await unexpectedIn(settings + pod(owner("ReplicaSet", "r1")))).toEqual(["Pod web-a NotObserved"]);
  });

  it("is accounted for by the inventory of a deliverer that the file holds", async () => {
    const crd = `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kustomizations.kustomize.toolkit.fluxcd.io}
spec:
  group: kustomize.toolkit.fluxcd.io
  scope: Namespaced
  names: {kind: Kustomization, plural: kustomizations}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;
    const kustomization = (id: string) => `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
status: {inventory: {entries: [{id: ${id}, v: v1}]}}
`;
    const marked = binding(
      ", labels: {kustomize.toolkit.fluxcd.io/name: apps, kustomize.toolkit.fluxcd.io/namespace: flux-system}",
    );
    const verdictOn = async (live: string) => {
      const { report } = await compared(
        configMap("name: settings, namespace: shop") + `\n${crd}`,
        settings + live,
      );
      const found = report.objects.find(({ resource }) => resource.kind === "RoleBinding");
      return found?.type ?? found?.reason;
    };
    const id = "shop_extra_rbac.authorization.k8s.io_RoleBinding";
    expect(await verdictOn(`\n${kustomization(id)}${marked}`)).toBeUndefined();
    expect(await verdictOn(`\n${kustomization("shop_other__Pod")}${marked}`)).toBe("Unexpected");
    expect(await verdictOn(`\n${marked}`)).toBe("NotObserved");
  });

  it("is not reported while it is being deleted, and is if it has been for long", async () => {
    const going = (time: string) => unexpectedIn(settings + binding(`, deletionTimestamp: "${time}"`));
    expect(await going(new Date().toISOString())).toEqual([]);
    expect(await going("2026-01-02T03:04:05Z")).toEqual(["RoleBinding extra Unexpected"]);
  });
});

describe("an object that is not there", () => {
  it.each([
    ["an empty list", nothing],
    ["a list of nothing, as Go writes it", "apiVersion: v1\nkind: ConfigMapList\nitems: null\n"],
    ["other objects", "{apiVersion: v1, kind: Service, metadata: {name: other, namespace: shop}}"],
    ["one of that name in another namespace", configMap("name: settings, namespace: other")],
    [
      "one of that name of another kind",
      "{apiVersion: v1, kind: Secret, metadata: {name: settings, namespace: shop}}",
    ],
  ])("is Missing where live is %s", async (_, live) => {
    const { report, exitCode } = await compared(configMap("name: settings, namespace: shop"), live);
    expect(report.objects).toMatchObject([{ verdict: "Drifted", type: "Missing", changes: [] }]);
    expect(report.objects[0]).not.toHaveProperty("reason");
    expect(report.summary).toMatchObject({ drifted: 1, missing: 1 });
    expect(exitCode).toBe(1);
  });

  it("is Missing where the live file is empty, which is said: kubectl prints nothing where it fails, too", async () => {
    const { report, notice } = await compared(configMap("name: settings"), "");
    expect(report.summary).toMatchObject({ missing: 1 });
    expect(notice).toBe("live.yaml holds no objects, so everything is missing");
  });

  it("is Missing, Terminating, while it is being deleted", async () => {
    const live = configMap(
      'name: a, namespace: b, deletionTimestamp: "2026-01-02T03:04:05Z", finalizers: [x/y]',
    );
    expect(await judged(configMap("name: a, namespace: b"), live)).toMatchObject({
      verdict: "Drifted",
      type: "Missing",
      reason: "Terminating",
      changes: [],
    });
  });

  it("is InSync if it is a hook: it comes and goes", async () => {
    const hook = configMap("name: a, annotations: {helm.sh/hook: pre-install}");
    expect(await judged(hook, nothing)).toMatchObject({ verdict: "InSync", reason: "NotExpected" });
  });
});

describe("a live file that does not say who owns what", () => {
  const notice = async (live: string) => (await compared(configMap("name: a"), live)).notice;
  const added = (head: string) => configMap(head).replace("mode: fast", "mode: fast, extra: x");

  it("is said where something was added: a controller that did it is not excused", async () => {
    expect(await notice(added("name: a"))).toBe(
      "live.yaml does not say who owns what, so what controllers add is not excused; get it with: kubectl get --show-managed-fields -o yaml",
    );
  });

  it("is not said where it makes no difference", async () => {
    expect(await notice(configMap("name: a", "slow"))).toBe("");
    expect(await notice(added("name: a, managedFields: []"))).toBe("");
  });
});

describe("a file", () => {
  it("may hold many documents and lists, each object judged by itself, in their order", async () => {
    const desired = `${configMap("name: c")}---\n---\n${nothing.replace("[]", `[${configMap("name: a").trim()}]`)}---\n${configMap("name: b")}`;
    const live = JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: ["a", "b"].map((name) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name },
        data: { mode: name === "a" ? "slow" : "fast" },
      })),
    });
    const { report } = await compared(desired, live);
    expect(report.objects.map(({ resource, verdict, type }) => [resource.name, verdict, type])).toEqual([
      ["c", "Drifted", "Missing"],
      ["a", "Drifted", "Modified"],
      ["b", "InSync", undefined],
    ]);
    expect(report.summary).toMatchObject({ total: 3, inSync: 1, drifted: 2, missing: 1 });
  });

  it("may be a list as the API server sends it: its items say neither apiVersion nor kind", async () => {
    const live =
      "{apiVersion: v1, kind: ConfigMapList, metadata: {}, items: [{metadata: {name: a}, data: {mode: slow}}]}";
    expect((await judged(configMap("name: a"), live)).changes).toEqual([
      { type: "Modified", path: "data.mode", desired: "fast", live: "slow" },
    ]);
  });

  it.each([
    ["that is empty", "", "desired.yaml holds no objects, so there is nothing to compare"],
    ["of comments", "# nothing\n---\n", "desired.yaml holds no objects, so there is nothing to compare"],
    ["that is no YAML", "a: 1\nb: [", "desired.yaml:2: "],
    [
      "with a number that JavaScript cannot hold",
      "a: 1\nb: 9007199254740993",
      "desired.yaml:2: a number that cannot be held exactly",
    ],
    [
      "of JSON with such a number",
      '{"a":\n9007199254740993}',
      "desired.yaml:2: a number that cannot be held exactly",
    ],
    ["of JSON with a key that stands twice", '{"a": 1,\n"a": 2}', "desired.yaml:2: duplicated mapping key"],
    ["that is no text", "\u0000\u0001", "desired.yaml:1: null byte is not allowed"],
    ["without a kind", "apiVersion: v1\nmetadata: {name: a}", "desired.yaml:1: kind is missing"],
    [
      "without a name",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {}",
      "desired.yaml:1: metadata.name is missing",
    ],
  ])("%s is refused, with its place", async (_, text, message) => {
    expect(await refusal(text)).toContain(message);
  });

  it("of live objects that cannot be read is refused too", async () => {
    expect(await refusal(configMap("name: a"), "a: [")).toMatch(/^live\.yaml:1: /);
  });
});

describe("a manifest that states no namespace", () => {
  const desired = configMap("name: settings");
  const shop = configMap("name: settings, namespace: shop", "slow");
  const office = configMap("name: settings, namespace: office");

  it("means the one live object of its kind and name, wherever that is", async () => {
    const { resource, verdict } = await judged(desired, shop);
    expect([resource.namespace, verdict]).toEqual(["shop", "Drifted"]);
  });

  it("is Unknown where there are several, with what to do", async () => {
    const { report, exitCode, table } = await compared(desired, `${shop}---\n${office}`);
    expect(report.objects).toMatchObject([{ verdict: "Unknown", reason: "NotObserved", changes: [] }]);
    expect(table).toContain("in the namespaces office, shop; state one in the manifest, or by --namespace");
    expect(exitCode).toBe(2);
  });

  it("is in the namespace that --namespace names, and in no other", async () => {
    expect(await judged(desired, `${shop}---\n${office}`, "office")).toMatchObject({ verdict: "InSync" });
    const missing = await judged(desired, shop, "office");
    expect([missing.resource.namespace, missing.type]).toEqual(["office", "Missing"]);
  });

  it("does not take the object of one that states it", async () => {
    const { report } = await compared(`${desired}---\n${shop}`, shop);
    expect(report.objects.map(({ resource, verdict }) => [resource.namespace, verdict])).toEqual([
      ["", "Drifted"],
      ["shop", "InSync"],
    ]);
  });

  it("of a cluster-scoped kind has none, whatever either file says", async () => {
    const role = (head: string) =>
      `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {${head}}, rules: []}`;
    const heads = ["name: a", "name: a, namespace: shop"];
    for (const [desired = "", live = ""] of [heads, heads.toReversed()]) {
      const { resource, verdict } = await judged(role(desired), role(live));
      expect([resource.namespace, verdict]).toEqual(["", "InSync"]);
    }
  });
});

describe("a live object in another version of its kind", () => {
  const scaler = (version: string, more = "") =>
    `{apiVersion: autoscaling/${version}, kind: HorizontalPodAutoscaler, metadata: {name: web, namespace: shop}, spec: {maxReplicas: 5${more}}}\n`;

  it("is Unknown, since nobody can convert it here, with the command that gets the right one", async () => {
    const { report, exitCode, table } = await compared(scaler("v1"), scaler("v2"));
    expect(report.objects).toMatchObject([{ verdict: "Unknown", reason: "NotObserved" }]);
    expect(table).toContain("kubectl get horizontalpodautoscaler.v1.autoscaling web -n shop -o yaml");
    expect(exitCode).toBe(2);
  });

  it("is passed over where the file holds the right version too", async () => {
    const live = [scaler("v1"), scaler("v2", ", minReplicas: 2")].join("---\n");
    expect((await judged(scaler("v1"), live)).verdict).toBe("InSync");
  });
});

describe("a live object that the file holds twice", () => {
  const desired = configMap("name: a, namespace: b");

  it("is one, where both say the same", async () => {
    expect((await judged(desired, `${desired}---\n${desired}`)).verdict).toBe("InSync");
  });

  it("is Unknown, where they do not", async () => {
    const live = `${desired}---\n${configMap("name: a, namespace: b", "slow")}`;
    expect(await judged(desired, live)).toMatchObject({ verdict: "Unknown", reason: "NotObserved" });
  });
});

describe("a custom resource", () => {
  const crd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                size: {type: integer, default: 3}
                parts:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [id]
                  items:
                    type: object
                    required: [id]
                    properties: {id: {type: string}, weight: {type: integer}}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;
  const widget = (spec: string) =>
    `{apiVersion: example.com/v1, kind: Widget, metadata: {name: w, namespace: ns}, spec: ${spec}}\n`;
  const desired = widget("{parts: [{id: a, weight: 1}, {id: b}], free: {any: [thing]}}");

  it("is compared by the CRD beside it: keyed lists, defaults, unknown fields that are kept", async () => {
    const live = widget("{size: 3, parts: [{id: b}, {id: a, weight: 1}], free: {any: [thing]}}");
    const { report } = await compared(`${crd}---\n${desired}`, `${crd}---\n${live}`);
    expect(report.objects.map(({ resource, verdict }) => [resource.kind, verdict])).toEqual([
      ["CustomResourceDefinition", "InSync"],
      ["Widget", "InSync"],
    ]);
    const edited = live.replace("weight: 1", "weight: 2}, {id: c").replace("[thing]", "[other]");
    const changes = (await compared(`${crd}---\n${desired}`, `${crd}---\n${edited}`)).report.objects[1]
      ?.changes;
    expect(changes?.map(({ path }) => path)).toEqual([
      "spec.free.any",
      'spec.parts[id="a"].weight',
      'spec.parts[id="c"]',
    ]);
  });

  it("is Unknown without its CRD, even where both sides say the same", async () => {
    const { report, exitCode, table } = await compared(desired, desired);
    expect(report.objects).toMatchObject([{ verdict: "Unknown", reason: "KindNotServed", changes: [] }]);
    expect(report.summary).toMatchObject({ unknown: 1, inSync: 0 });
    expect(table).toContain("nor a CRD in the desired file know Widget in example.com/v1");
    expect(exitCode).toBe(2);
  });
});

describe("replicas set by a scaler that only the live file holds", () => {
  const crd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: apps.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: App, plural: apps}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
---
`;
  const app = (metadata = "") =>
    `{apiVersion: example.com/v1, kind: App, metadata: {name: web${metadata}}, spec: {size: 1}}\n---\n`;
  const workload = (replicas: number, metadata = "") =>
    `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web${metadata}}, spec: {replicas: ${replicas}, serviceName: web}}\n---\n`;
  const owned = (kind: string, apiVersion: string, uid: string) =>
    `name: web, namespace: shop, ownerReferences: [{apiVersion: ${apiVersion}, kind: ${kind}, name: web, uid: ${uid}, controller: true}]`;
  const range = "scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}";
  const hpa = (metadata: string) =>
    `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {${metadata}}, spec: {${range}, maxReplicas: 5}}\n---\n`;
  const keda = (metadata: string) =>
    `{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {${metadata}, uid: keda}, spec: {${range}, maxReplicaCount: 3}}\n---\n`;

  const at = ", namespace: shop";
  const desired = crd + app() + workload(2);
  const live = (replicas: number, ...scalers: readonly string[]) =>
    crd + app(`${at}, uid: app`) + workload(replicas, at) + scalers.join("");

  it.each([
    ["that a declared object controls", 4, [hpa(owned("App", "example.com/v1", "app"))], "InSync"],
    [
      "over a chain, of kinds without a schema too",
      4,
      [hpa(owned("ScaledObject", "keda.sh/v1alpha1", "keda")), keda(owned("App", "example.com/v1", "app"))],
      "InSync",
    ],
    ["that has no such range", 9, [hpa(owned("App", "example.com/v1", "app"))], "Drifted"],
    ["that names another uid", 4, [hpa(owned("App", "example.com/v1", "forged"))], "Drifted"],
    [
      "whose owner the file does not hold",
      4,
      [hpa(owned("ScaledObject", "keda.sh/v1alpha1", "keda"))],
      "Drifted",
    ],
    ["without an owner", 4, [hpa("name: web, namespace: shop")], "Drifted"],
  ])("are judged as in a cluster: one %s", async (_, replicas, scalers, verdict) => {
    const { report } = await compared(desired, live(replicas, ...scalers));
    const web = report.objects.find(({ resource }) => resource.kind === "StatefulSet");
    expect(web?.verdict).toBe(verdict);
    expect(web?.excused.map(({ reason, path }) => `${reason} ${path}`)).toEqual(
      verdict === "InSync" ? ["Scaler spec.replicas"] : [],
    );
  });
});

describe("a manifest that cannot be judged", () => {
  it("because two documents declare the object is DeclaredTwice, once, and the others are judged", async () => {
    const desired = [configMap("name: a"), configMap("name: b"), configMap("name: a", "slow")].join("---\n");
    const { report, table } = await compared(desired, configMap("name: b"));
    expect(report.objects.map(({ resource, verdict, reason }) => [resource.name, verdict, reason])).toEqual([
      ["a", "Unknown", "DeclaredTwice"],
      ["b", "InSync", undefined],
    ]);
    expect(table).toContain("desired.yaml:1 and desired.yaml:5");
  });

  it.each([
    ["SOPS ciphertext", "name: a", '"ENC[AES256_GCM,data:x]"', "NotRendered"],
    ["a Flux variable", "name: a", '"${MODE}"', "NotRendered"],
    ["a template expression", "name: a", '"{{ .Values.mode }}"', "NotRendered"],
    ["a vault placeholder", "name: a", '"<path:secret/data/x#y>"', "NotRendered"],
    ["a generated name", "generateName: a-", "fast", "NoName"],
  ])("because it holds %s is Unknown: %s, %s → %s", async (_, head, mode, reason) => {
    const { report, exitCode } = await compared(configMap(head, mode), nothing);
    expect(report.objects).toMatchObject([{ verdict: "Unknown", reason, changes: [], doubtful: [] }]);
    expect(report.objects[0]).not.toHaveProperty("type");
    expect(exitCode).toBe(2);
  });

  it("for want of a name is told from others of its kind", async () => {
    const { report } = await compared(
      `${configMap("generateName: a-")}---\n${configMap("generateName: a-")}`,
      nothing,
    );
    expect(report.objects.map(({ reason }) => reason)).toEqual(["NoName", "NoName"]);
  });

  it("does not hide drift beside it: the exit code is 1", async () => {
    const desired = `${configMap("generateName: a-")}---\n${configMap("name: b")}`;
    expect((await compared(desired, nothing)).exitCode).toBe(1);
  });
});

describe("a Secret", () => {
  const secret = (fields: string) =>
    `{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: ns}, ${fields}}\n`;
  const base64 = (text: string) => Buffer.from(text).toString("base64");

  it("is in sync whether it says data or stringData", async () => {
    const live = secret(`type: Opaque, data: {password: ${base64("hunter2")}}`);
    expect((await judged(secret("stringData: {password: hunter2}"), live)).verdict).toBe("InSync");
    expect((await judged(secret(`data: {password: ${base64("hunter2")}}`), live)).verdict).toBe("InSync");
  });

  it("that differs shows digests, in JSON and in the table, and never a value", async () => {
    const applied = JSON.stringify(
      JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: {}, stringData: { password: "hunter3" } }),
    );
    const live = secret(`data: {password: ${base64("hunter3")}}`).replace(
      "namespace: ns}",
      `namespace: ns, annotations: {kubectl.kubernetes.io/last-applied-configuration: ${applied}}}`,
    );
    const outcome = await compared(secret("stringData: {password: hunter2}"), live);
    expect(outcome.report.objects[0]?.changes).toEqual([
      {
        type: "Modified",
        path: "data.password",
        desired: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/),
        live: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/),
      },
      // The copy of another manifest is no mark of a deliverer.
      expect.objectContaining({ type: "Added" }),
    ]);
    expect(JSON.stringify(outcome)).not.toMatch(
      new RegExp(`hunter|${base64("hunter2")}|${base64("hunter3")}`),
    );
  });

  it.each([
    ["begins with an asterisk", "*hunter2"],
    ["begins with an exclamation mark", "!hunter2"],
    ["is a long number", "98765432109876543210"],
  ])("whose unquoted value %s is refused, and the value is not shown", async (_, value) => {
    const message = await refusal(
      `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  password: ${value}\n`,
    );
    expect(message).toMatch(/^desired\.yaml:5: .*; quote it if it is text$/);
    expect(message).not.toMatch(/hunter2|98765/);
  });
});
