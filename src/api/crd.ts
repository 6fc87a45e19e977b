/** zod schemas → CustomResourceDefinitions with structural schemas. */
import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { recordSpecSchema, recordStatusSchema } from "./drift-record.ts";
import { policySpecSchema, policyStatusSchema } from "./git-repo-policy.ts";
import { apiGroup, apiVersion } from "./names.ts";

/** A rule that a schema cannot say, in CEL, with the message that the user sees. */
interface Rule {
  readonly rule: string;
  readonly message: string;
}

interface Definition {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  /** By path below the root, e.g. `spec.source.ref`. */
  readonly rules: Readonly<Record<string, readonly Rule[]>>;
  readonly columns: readonly JsonObject[];
}

const definitions: readonly Definition[] = [
  {
    kind: "GitRepoPolicy",
    plural: "gitrepopolicies",
    shortName: "grp",
    description:
      "GitRepoPolicy says which Git repository the cluster is held to, and what to do about drift.",
    spec: policySpecSchema,
    status: policyStatusSchema,
    rules: {
      "spec.source.ref": [
        {
          rule: "[has(self.branch), has(self.tag), has(self.semver), has(self.commit)].filter(x, x).size() == 1",
          message: "spec.source.ref: state exactly one of branch, tag, semver and commit",
        },
      ],
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
      "spec.rollback": [
        {
          rule: "!has(self.mode) || self.mode == 'Never' || has(self.serviceAccountName)",
          message: "spec.rollback.serviceAccountName: required unless spec.rollback.mode is Never",
        },
      ],
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
  },
  {
    kind: "DriftRecord",
    plural: "driftrecords",
    shortName: "drift",
    description:
      "DriftRecord tells one drift of one object, from first sight to its end. Holdfast writes it; it is not edited.",
    spec: recordSpecSchema,
    status: recordStatusSchema,
    rules: { spec: [{ rule: "self == oldSelf", message: "spec: a DriftRecord is not edited" }] },
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
  },
];

/** The CRDs, by the plural names of their kinds. */
export function customResourceDefinitions(): ReadonlyMap<string, JsonObject> {
  return new Map(definitions.map((definition) => [definition.plural, toCrd(definition)]));
}

function toCrd(definition: Definition): JsonObject {
  const { kind, plural, shortName, columns } = definition;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${apiGroup}` },
    spec: {
      group: apiGroup,
      scope: "Namespaced",
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ["holdfast"],
      },
      versions: [
        {
          name: apiVersion,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema(definition) },
          subresources: { status: {} },
          additionalPrinterColumns: columns,
        },
      ],
    },
  };
}

function rootSchema({ description, spec, status, rules }: Definition): JsonObject {
  return {
    type: "object",
    description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: structural(jsonSchemaOf(spec), { path: "spec", rules }),
      status: structural(jsonSchemaOf(status), { path: "status", rules }),
    },
  };
}

function jsonSchemaOf(schema: z.ZodType): Json {
  // What users write, hence what may be left out: defaults are filled in by the API server.
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json; // a JSON Schema is JSON
}

/** Fields of JSON Schema that a structural schema may have as well. */
const kept = [
  "type",
  "description",
  "default",
  "enum",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "maxItems",
  "minItems",
  "required",
];

/** Keeps what the API server takes, adds bounds of integers, list types and rules. */
function structural(
  schema: Json,
  at: { readonly path: string; readonly rules: Definition["rules"] },
): JsonObject {
  if (!isJsonObject(schema)) throw new Error(`no schema at ${at.path}`);
  const out: Record<string, Json> = {};
  for (const name of kept) {
    const value = schema[name];
    if (value !== undefined) out[name] = value;
  }
  if (out["type"] === "integer") Object.assign(out, { format: "int64" });
  const { properties, items } = schema;
  if (isJsonObject(properties)) {
    out["properties"] = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [
        name,
        structural(property, { ...at, path: `${at.path}.${name}` }),
      ]),
    );
  }
  if (items !== undefined) Object.assign(out, { items: structural(items, at), ...listType(at.path) });
  const rules = at.rules[at.path];
  if (rules !== undefined)
    out["x-kubernetes-validations"] = rules.map(({ rule, message }) => ({ rule, message }));
  return out;
}

/** Lists of objects are merged by key, so that two writers of a status do not undo one another. */
function listType(path: string): JsonObject {
  if (path === "status.conditions")
    return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] };
  if (path === "status.drifts")
    return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] };
  return { "x-kubernetes-list-type": "atomic" };
}

function conditionColumn(name: string, type: string): JsonObject {
  return { name, type: "string", jsonPath: `.status.conditions[?(@.type=="${type}")].status` };
}

function ageColumn(): JsonObject {
  return { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
}
