/** What external-secrets writes into Secrets that Git declares, and onto its own objects. */
import type { ExcuseRow } from "../excuse-row.ts";
import { published, sources } from "./evidence.ts";
import { isTimeOrSeconds } from "./values.ts";

/** One name for each ExternalSecret: `externalsecrets.external-secrets.io/NAME`, or a digest of a long one. */
const managers = ["externalsecrets.external-secrets.io/*", "external-secrets"];

const secret = {
  reason: "TrustedManager",
  group: "",
  kinds: ["Secret"],
  managers,
  source: "external-secrets/external-secrets: pkg/controllers/externalsecret/externalsecret_controller.go",
} as const;

/** Each kind of the operator, and what it is kept by. */
const finalizers = {
  ExternalSecret: "externalsecrets.external-secrets.io/externalsecret-cleanup",
  ClusterExternalSecret: "externalsecrets.external-secrets.io/clusterexternalsecret-cleanup",
  PushSecret: "pushsecret.externalsecrets.io/finalizer",
  SecretStore: "secretstore.externalsecrets.io/finalizer",
  ClusterSecretStore: "secretstore.externalsecrets.io/finalizer",
} as const;

export const secretRows: readonly ExcuseRow[] = [
  {
    ...secret,
    name: "external-secret-data",
    path: "data",
    why: "external-secrets writes the values that it fetched.",
  },
  {
    ...secret,
    name: "external-secret-annotations",
    path: 'metadata.annotations["reconcile.external-secrets.io/data-hash"]',
    why: "external-secrets keeps a digest of what it wrote.",
  },
  ...["created-by", "managed"].map(
    (name): ExcuseRow => ({
      ...secret,
      name: `external-secret-${name}`,
      path: `metadata.labels["reconcile.external-secrets.io/${name}"]`,
      why: "external-secrets marks the Secrets that it writes.",
      source: "external-secrets/external-secrets: apis/externalsecrets/v1",
    }),
  ),
  ...Object.entries(finalizers).map(
    ([kind, finalizer]): ExcuseRow => ({
      name: `external-secret-finalizer-${kind.toLowerCase()}`,
      reason: "TrustedManager",
      group: "external-secrets.io",
      kinds: [kind],
      path: `metadata.finalizers[="${finalizer}"]`,
      managers: ["external-secrets"],
      why: "external-secrets keeps the object until it has cleaned up behind it.",
      source: sources("external-secrets/external-secrets: pkg/controllers, Dockerfile", published),
    }),
  ),
  ...["force-sync", "external-secrets.io/force-sync"].map(
    (annotation): ExcuseRow => ({
      name: annotation === "force-sync" ? "external-secret-sync" : "external-secret-sync-prefixed",
      reason: "Operation",
      group: "external-secrets.io",
      kinds: ["ExternalSecret", "ClusterExternalSecret", "PushSecret"],
      path: `metadata.annotations["${annotation}"]`,
      check: isTimeOrSeconds,
      why: "Somebody had the values fetched at once.",
      source:
        annotation === "force-sync"
          ? "https://external-secrets.io/latest/introduction/faq/"
          : "external-secrets/external-secrets: apis/externalsecrets/v1",
    }),
  ),
];
