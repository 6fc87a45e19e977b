/** The CustomResourceDefinitions of our kinds, made from their zod schemas. */
import type { z } from "zod";
import type { JsonObject } from "../resource/resource.ts";
import { recordSpecSchema, recordStatusSchema } from "./drift-record.ts";
import { policySpecSchema, policyStatusSchema } from "./git-repo-policy.ts";
import { apiGroup, apiVersion, policyResource, recordResource } from "./names.ts";
import { type Rule, type SchemaExtras, structuralSchema } from "./structural-schema.ts";

interface Definition extends SchemaExtras {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  readonly columns: readonly JsonObject[];
}

/** Of an item of a list, which the API server names by its index. */
const objectMatchRule: Rule = {
  rule: "has(self.group) || has(self.kinds) || has(self.names) || has(self.namespaces)",
  message: "state at least one of group, kinds, names and namespaces",
};

const policyDefinition: Definition = {
  ...policyResource,
  shortName: "grp",
  description: "GitRepoPolicy says which Git repository the cluster is held to, and what to do about drift.",
  spec: policySpecSchema,
  status: policyStatusSchema,
  // What parsePolicy checks too, for policies that come from files; the messages name the field, as CEL's do not.
  rules: {
    "spec.source.url": [
      {
        rule: "!self.matches('^https://[^/]*@') && !self.matches('^ssh://[^/@]*:[^/]*@')",
        message: "spec.source.url: must not hold credentials; put them into a Secret named in secretRef",
      },
    ],
    "spec.source.ref": [
      {
        rule: "[has(self.branch), has(self.tag), has(self.semver), has(self.commit)].filter(x, x).size() == 1",
        message: "spec.source.ref: state exactly one of branch, tag, semver and commit",
      },
    ],
    "spec.source.ref.branch": [fullRefRule("spec.source.ref.branch", "refs/heads/")],
    "spec.source.ref.tag": [fullRefRule("spec.source.ref.tag", "refs/tags/")],
    "spec.source.path": [
      {
        rule: "!self.split('/').exists(part, part == '..')",
        message: "spec.source.path: must not contain '..'",
      },
    ],
    "spec.source.interval": [
      {
        rule: "self != '' && duration(self) >= duration('5s') && duration(self) <= duration('24h')",
        message: "spec.source.interval: must be between 5s and 24h",
      },
    ],
    "spec.detection.ignore[].match[]": [objectMatchRule],
    "spec.detection.trust[].match[]": [objectMatchRule],
    "spec.rollback": [
      {
        rule: "!has(self.mode) || self.mode == 'Never' || has(self.serviceAccountName)",
        message: "spec.rollback.serviceAccountName: required unless spec.rollback.mode is Never",
      },
    ],
  },
  listKeys: {
    "spec.detection.ignore": ["name"],
    "spec.detection.trust": ["name"],
    "status.conditions": ["type"],
    "status.drifts": ["name"],
  },
  columns: [
    conditionColumn("Ready", "Ready"),
    conditionColumn("In sync", "InSync"),
    { name: "Drifted", type: "integer", jsonPath: ".status.objects.drifted" },
    { name: "Unknown", type: "integer", jsonPath: ".status.objects.unknown" },
    { name: "Mode", type: "string", jsonPath: ".spec.rollback.mode" },
    { name: "Revision", type: "string", jsonPath: ".status.source.revision" },
    ageColumn(),
  ],
};

const recordDefinition: Definition = {
  ...recordResource,
  shortName: "drift",
  description:
    "DriftRecord tells one drift of one object, from first sight to its end. Holdfast writes it; it is not edited.",
  spec: recordSpecSchema,
  status: recordStatusSchema,
  rules: { spec: [{ rule: "self == oldSelf", message: "spec: a DriftRecord is not edited" }] },
  listKeys: {},
  columns: [
    { name: "Policy", type: "string", jsonPath: ".spec.policyName" },
    { name: "Kind", type: "string", jsonPath: ".spec.object.kind" },
    { name: "Namespace", type: "string", jsonPath: ".spec.object.namespace", priority: 1 },
    { name: "Name", type: "string", jsonPath: ".spec.object.name" },
    { name: "Type", type: "string", jsonPath: ".spec.type" },
    { name: "Path", type: "string", jsonPath: ".status.changes[0].path" },
    { name: "Live", type: "string", jsonPath: ".status.changes[0].live", priority: 1 },
    { name: "Resolution", type: "string", jsonPath: ".status.resolution" },
    ageColumn(),
  ],
};

/** The CRDs, by the plural names of their kinds. */
export function customResourceDefinitions(): ReadonlyMap<string, JsonObject> {
  return new Map([policyDefinition, recordDefinition].map((one) => [one.plural, toCrd(one)]));
}

function toCrd(definition: Definition): JsonObject {
  const { kind, plural, shortName, columns } = definition;
  const version = {
    name: apiVersion,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: rootSchema(definition) },
    subresources: { status: {} },
    additionalPrinterColumns: columns,
  };
  const names = {
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    shortNames: [shortName],
    categories: ["holdfast"],
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${apiGroup}` },
    spec: { group: apiGroup, scope: "Namespaced", names, versions: [version] },
  };
}

function rootSchema({ description, spec, status, ...extras }: Definition): JsonObject {
  return {
    type: "object",
    description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: structuralSchema(spec, "spec", extras),
      status: structuralSchema(status, "status", extras),
    },
  };
}

function fullRefRule(field: string, prefix: string): Rule {
  return { rule: "!self.startsWith('refs/')", message: `${field}: write it without ${prefix}` };
}

function conditionColumn(name: string, type: string): JsonObject {
  return { name, type: "string", jsonPath: `.status.conditions[?(@.type=="${type}")].status` };
}

function ageColumn(): JsonObject {
  return { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
}
