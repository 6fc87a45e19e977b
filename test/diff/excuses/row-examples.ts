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

const fluxTimes = ["source", "kustomize", "helm", "notification", "image"].flatMap((name) =>
  ["requestedat", "forceat", "resetat"].map((what) => [`flux-${name}-${what}`, times] as const),
);

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
  "external-secret-sync": { value: "1767225600", wrong: ["", "now", "12", 1_767_225_600] },
};
