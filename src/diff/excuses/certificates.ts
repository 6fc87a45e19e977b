/** Certificate authorities that are put into webhooks, APIServices and CRDs, and certificates into Secrets. */
import type { ExcuseRow } from "../excuse-row.ts";
import { byProgram, published, sources } from "./evidence.ts";

/** What manifests state where the authority is to be filled in: nothing, or a line break. */
const placeholders = ["", "Cg==", "Cgo="];

const webhooks = {
  reason: "TrustedManager",
  group: "admissionregistration.k8s.io",
  kinds: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
  path: "webhooks[*].clientConfig.caBundle",
  placeholders,
} as const;
const validating = { ...webhooks, kinds: ["ValidatingWebhookConfiguration"] } as const;
const definitions = {
  reason: "TrustedManager",
  group: "apiextensions.k8s.io",
  kinds: ["CustomResourceDefinition"],
  path: "spec.conversion.webhook.clientConfig.caBundle",
  placeholders,
} as const;
const services = {
  reason: "TrustedManager",
  group: "apiregistration.k8s.io",
  kinds: ["APIService"],
  path: "spec.caBundle",
  placeholders,
} as const;

/** Who injects an authority, and where. */
const injectors = [
  {
    id: "cert-manager",
    managers: ["cert-manager-cainjector", "cainjector"],
    why: "cert-manager's injector puts in the authority that the object asks for by annotation.",
    source: sources(
      "cert-manager/cert-manager: pkg/controller/cainjector/reconciler.go, cmd/cainjector/app/controller.go",
      "its older name: issue 4838 there",
    ),
    targets: { webhook: webhooks, crd: definitions, apiservice: services },
  },
  {
    id: "openshift",
    managers: ["service-ca-operator"],
    why: "OpenShift's service-ca operator puts in the authority that the object asks for by annotation.",
    source: sources("openshift/service-ca-operator: pkg/controller/cabundleinjector/starter.go", byProgram),
    targets: { webhook: webhooks, crd: definitions, apiservice: services },
  },
  {
    id: "external-secrets",
    managers: ["external-secrets"],
    why: "external-secrets' certificate controller puts in the authority of its own webhooks.",
    source: sources(
      "external-secrets/external-secrets: pkg/controllers/webhookconfig, pkg/controllers/crds, Dockerfile",
      byProgram,
    ),
    targets: { webhook: validating, crd: definitions },
  },
  {
    id: "webhook-certgen",
    managers: ["kube-webhook-certgen"],
    why: "The certificate job of ingress-nginx and kube-prometheus-stack puts in the authority that it made.",
    source: sources(
      "kubernetes/ingress-nginx: images/kube-webhook-certgen/rootfs (pkg/k8s/k8s.go, Dockerfile)",
      byProgram,
    ),
    targets: { webhook: webhooks, apiservice: services },
  },
  {
    id: "istio",
    managers: ["pilot-discovery"],
    why: "istiod puts the mesh's authority into its webhooks.",
    source: sources("istio/istio: pkg/webhooks/webhookpatch.go", published),
    targets: { webhook: webhooks },
  },
  {
    id: "keda",
    managers: ["keda"],
    why: "KEDA's certificate rotation puts in the authority of its own webhook and metrics service.",
    source: sources("kedacore/keda: pkg/certificates/certificate_manager.go, Dockerfile", published),
    targets: { webhook: validating, apiservice: services },
  },
  {
    id: "gatekeeper",
    managers: ["gatekeeper"],
    why: "Gatekeeper's certificate rotation puts in the authority of its own webhooks.",
    source: "open-policy-agent/gatekeeper: main.go, pkg/version/version.go (its user agent)",
    targets: { webhook: webhooks },
  },
] as const;

const issued =
  "cert-manager/cert-manager: pkg/controller/certificates/issuing/internal/secret.go, pkg/util/useragent.go";

export const certificateRows: readonly ExcuseRow[] = [
  ...injectors.flatMap(({ id, managers, why, source, targets }) =>
    Object.entries(targets).map(
      ([target, row]): ExcuseRow => ({ ...row, name: `${id}-ca-${target}`, managers, why, source }),
    ),
  ),
  {
    ...webhooks,
    name: "istio-failure-policy",
    kinds: ["ValidatingWebhookConfiguration"],
    path: 'webhooks[name="*validation.istio.io"].failurePolicy',
    managers: ["pilot-discovery"],
    placeholders: ["Ignore"],
    check: (value) => value === "Fail",
    why: "istiod hardens the policy of its validating webhook once it is ready to answer.",
    source: sources("istio/istio: pkg/webhooks/validation/controller/controller.go", published),
  },
  ...["tls.crt", "tls.key", "ca.crt"].map(
    (key): ExcuseRow => ({
      name: `cert-manager-secret-${key.replace(".", "-")}`,
      reason: "TrustedManager",
      group: "",
      kinds: ["Secret"],
      path: `data["${key}"]`,
      managers: ["cert-manager-certificates-issuing"],
      why: "cert-manager writes the certificate that it issued.",
      source: issued,
    }),
  ),
  {
    name: "cert-manager-secret-annotations",
    reason: "TrustedManager",
    group: "",
    kinds: ["Secret"],
    path: 'metadata.annotations["cert-manager.io/*"]',
    managers: ["cert-manager-certificates-issuing"],
    why: "cert-manager describes the certificate that it issued.",
    source: issued,
  },
  {
    name: "cert-manager-secret-label",
    reason: "TrustedManager",
    group: "",
    kinds: ["Secret"],
    path: 'metadata.labels["controller.cert-manager.io/fao"]',
    managers: ["cert-manager-certificates-issuing"],
    check: (value) => value === "true",
    why: "cert-manager marks the Secrets that it watches.",
    source: issued,
  },
];
