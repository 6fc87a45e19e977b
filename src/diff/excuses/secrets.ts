/** What external-secrets writes into Secrets that Git declares, and onto its own objects. */
import type { ExcuseRow } from "../excuse-row.ts";
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
const operatorsOwn = ["ExternalSecret", "ClusterExternalSecret", "PushSecret"];

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
    path: 'metadata.annotations["reconcile.external-secrets.io/*"]',
    why: "external-secrets keeps a digest of what it wrote.",
  },
  {
    ...secret,
    name: "external-secret-labels",
    path: 'metadata.labels["reconcile.external-secrets.io/*"]',
    why: "external-secrets marks the Secrets that it writes.",
  },
  {
    name: "external-secret-finalizer",
    reason: "TrustedManager",
    group: "external-secrets.io",
    kinds: operatorsOwn,
    path: 'metadata.finalizers[="*externalsecrets*"]',
    managers,
    why: "external-secrets keeps the object until it has cleaned up behind it.",
    source: "external-secrets/external-secrets: pkg/controllers/externalsecret/externalsecret_controller.go",
  },
  {
    name: "external-secret-sync",
    reason: "Operation",
    group: "external-secrets.io",
    kinds: operatorsOwn,
    path: 'metadata.annotations["force-sync"]',
    check: isTimeOrSeconds,
    why: "Somebody had the values fetched at once.",
    source: "https://external-secrets.io/latest/introduction/faq/",
  },
];
