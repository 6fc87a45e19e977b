/** For each shipped excuse that checks a value: one that is right, and some that are wrong. */
import type { Json, JsonObject } from "../../../src/resource/resource.ts";

interface Example {
  readonly value: Json;
  readonly wrong: readonly Json[];
  /** What the live object holds beside it. */
  readonly live?: JsonObject;
  /** What Git states beside what is live. */
  readonly desired?: JsonObject;
  /** What the live object may not hold beside it. */
  readonly wrongBeside?: readonly JsonObject[];
}

const identity = { name: "w", namespace: "shop", uid: "u-1" };
const time = "2026-03-04T05:06:07Z";
const times: Example = {
  value: time,
  wrong: ["now", "2026-03-04", "2026-13-04T05:06:07Z", "", 7, null, { at: time }, `${time} and more`],
};
const trackingId = "shop_web:example.com/Widget:shop/w";

const annotated = (annotations: JsonObject): JsonObject => ({ metadata: { ...identity, annotations } });
const labelled = (labels: JsonObject): JsonObject => ({ metadata: { ...identity, labels } });

const release = { "meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop" };

const fluxRows = (kind: "kustomize" | "helm"): { readonly [name: string]: Example } => {
  const prefix = `${kind}.toolkit.fluxcd.io`;
  const labels = { [`${prefix}/name`]: "apps", [`${prefix}/namespace`]: "flux-system" };
  const wrong = ["", "Apps", "a b", "-x", 7, "x".repeat(64)];
  return {
    [`flux-${kind}-name`]: {
      value: "apps",
      wrong,
      live: labelled(labels),
      wrongBeside: [labelled({}), labelled({ [`${prefix}/namespace`]: "Flux" })],
    },
    [`flux-${kind}-namespace`]: {
      value: "flux-system",
      wrong: [...wrong, "a.b"],
      live: labelled(labels),
      wrongBeside: [labelled({}), labelled({ [`${prefix}/name`]: "" })],
    },
  };
};

/** What is excused depends on the Secret, not on the value: the operator sees no more of it than a digest. */
const accountToken: Example = {
  value: "eyJhbGciOiJSUzI1NiJ9",
  wrong: [],
  live: { type: "kubernetes.io/service-account-token" },
  wrongBeside: [{ type: "Opaque" }, { type: null }],
};

/** The CLI of Flux writes a time, its documentation shows seconds, a Receiver writes what Go shows to people. */
const goTime = "2026-03-04 05:06:07.890123456 +0000 UTC m=+3625.123456789";
const fluxRequest: Example = {
  ...times,
  wrong: [...times.wrong, "12", `${goTime} and more`, "2026-03-04 05:06:07"],
};

const fluxTimes = ["source", "kustomize", "helm", "notification", "image"].flatMap((name) =>
  ["requestedat", "forceat", "resetat"].map((what) => [`flux-${name}-${what}`, fluxRequest] as const),
);

const seconds: Example = { value: "1767225600", wrong: ["", "now", "12", 1_767_225_600] };

const reloaderVariables = ["variable", "init-variable"].flatMap((what) =>
  ["configmap", "secret"].map((kind): readonly [string, Example] => {
    const name = `STAKATER_some_${kind.toUpperCase()}`;
    return [
      `reloader-${what}-${kind}`,
      {
        value: { name, value: "0c0d1e2f" },
        wrong: [
          { name, value: "http://proxy" },
          { name, value: "0c0d", valueFrom: { secretKeyRef: { name: "x", key: "y" } } },
          { name, valueFrom: { secretKeyRef: { name: "x", key: "y" } } },
          { name, value: 7 },
          { value: "0c0d" },
          "0c0d",
        ],
      },
    ];
  }),
);

const stated = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] };
const aks = { key: "kubernetes.azure.com/managedby", operator: "NotIn", values: ["aks"] };
const controlPlane = { key: "control-plane", operator: "DoesNotExist" };
const exists = { key: "control-plane", operator: "Exists" };

export const examples: { readonly [row: string]: Example } = {
  "deployment-revision": { value: "12", wrong: ["", "x", 12, "-1"] },
  "aggregated-rules": {
    value: [{ verbs: ["get"] }],
    wrong: [],
    live: { aggregationRule: {} },
    wrongBeside: [{ aggregationRule: null }],
  },
  "account-token-token": accountToken,
  "account-token-ca-crt": accountToken,
  "account-token-namespace": accountToken,
  "account-token-service-account-uid": accountToken,
  "last-applied": {
    value: JSON.stringify({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } }),
    wrong: ["", "{", "{}", "null", "[]", 7],
  },
  "argocd-tracking-id": {
    value: trackingId,
    wrong: [
      "shop_web:example.com/Widget:shop/other",
      "shop_web:example.com/Widget:payments/w",
      "shop_web:example.com/Gadget:shop/w",
      "shop_web:other.com/Widget:shop/w",
      "example.com/Widget:shop/w",
      ":example.com/Widget:shop/w",
      "a_b_c:example.com/Widget:shop/w",
      "Shop!:example.com/Widget:shop/w",
      "shop_web:example.com/Widget:shop/w/w",
      "shop_web:example.com/Widget:/w",
      "",
      7,
    ],
  },
  "argocd-installation-id": {
    value: "production",
    wrong: ["", 7],
    live: annotated({ "argocd.argoproj.io/tracking-id": trackingId }),
    wrongBeside: [
      annotated({}),
      annotated({ "argocd.argoproj.io/tracking-id": "shop_web:example.com/Widget:shop/other" }),
    ],
  },
  ...fluxRows("kustomize"),
  ...fluxRows("helm"),
  "helm-release-name": {
    value: "web",
    wrong: ["", "Web", "a b", 7],
    live: annotated(release),
    wrongBeside: [annotated({}), annotated({ "meta.helm.sh/release-namespace": "Shop" })],
  },
  "helm-release-namespace": {
    value: "shop",
    wrong: ["", "Shop", "a.b", 7],
    live: annotated(release),
    wrongBeside: [annotated({}), annotated({ "meta.helm.sh/release-name": "" })],
  },
  "helm-managed-by": {
    value: "Helm",
    wrong: ["helm", "Tiller", "", 7],
    live: annotated(release),
    wrongBeside: [annotated({}), annotated({ "meta.helm.sh/release-name": "web" })],
  },
  restart: times,
  "restart-kruise": times,
  "restart-rollout": times,
  "restart-rancher": times,
  "argocd-refresh": { value: "hard", wrong: ["", "soft", "Hard", 7] },
  ...Object.fromEntries(fluxTimes),
  "istio-failure-policy": { value: "Fail", wrong: ["Ignore", "", 7] },
  "cert-manager-secret-label": { value: "true", wrong: ["false", "", true] },
  "external-secret-sync": seconds,
  "external-secret-sync-prefixed": seconds,
  "keda-scaled-object-label": { value: "w", wrong: ["", "other", 7] },
  "rollout-revision": { value: "12", wrong: ["", "x", 12, "-1"] },
  ...Object.fromEntries(reloaderVariables),
  "openshift-account-pull-secrets": {
    value: [{ name: "registry" }, { name: "w-dockercfg-x7k2p" }],
    wrong: [
      [{ name: "registry" }, { name: "other" }],
      [{ name: "w-dockercfg-x7k2p" }],
      [{ name: "registry" }, { name: "w-dockercfg-x7k2p/../x" }],
      { name: "w-dockercfg-x7k2p" },
      "w-dockercfg-x7k2p",
    ],
    live: { imagePullSecrets: [{ name: "registry" }] },
  },
  "openshift-service-ca": {
    value: "-----BEGIN CERTIFICATE-----",
    wrong: [],
    live: annotated({ "service.beta.openshift.io/inject-cabundle": "true" }),
    wrongBeside: [annotated({}), annotated({ "service.beta.openshift.io/inject-cabundle": "false" })],
  },
  "openshift-trusted-ca": {
    value: "-----BEGIN CERTIFICATE-----",
    wrong: [],
    live: labelled({ "config.openshift.io/inject-trusted-cabundle": "true" }),
    wrongBeside: [labelled({}), labelled({ "config.openshift.io/inject-trusted-cabundle": "false" })],
  },
  "aks-webhook-exclusions": {
    value: { matchExpressions: [stated, aks, controlPlane], matchLabels: { team: "shop" } },
    wrong: [
      { matchExpressions: [stated, aks, exists], matchLabels: { team: "shop" } },
      { matchExpressions: [aks], matchLabels: { team: "shop" } },
      { matchExpressions: [stated, aks] },
      { matchExpressions: [stated, aks], matchLabels: { team: "payments" } },
      { matchExpressions: [stated, { ...aks, values: ["aks", "shop"] }], matchLabels: { team: "shop" } },
      { matchExpressions: "all", matchLabels: { team: "shop" } },
      [],
      "x",
    ],
    live: {
      webhooks: [
        { name: "other" },
        { name: "some", namespaceSelector: { matchExpressions: [stated], matchLabels: { team: "shop" } } },
      ],
    },
    wrongBeside: [
      { webhooks: [] },
      { webhooks: null },
      { webhooks: [{ name: "some" }] },
      { webhooks: [{ name: "some", namespaceSelector: "all" }] },
    ],
  },
};
