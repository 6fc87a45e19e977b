/** The DriftRecord resource: one drift of one object, from first sight to its end. */
import { z } from "zod";
import { countSchema, driftTypeSchema, timeSchema } from "./fields.ts";

/** Bounds that keep one record, with all that the API server adds to it, within 8 KiB; sizes are bytes of UTF-8. */
export const recordLimits = {
  bytes: 8_192,
  /** What the API server adds: uid, version, times and, most of it, managedFields. */
  serverBytes: 1_536,
  repositoryBytes: 512,
  originPathBytes: 512,
  messageBytes: 1_000,
  changes: 50,
  valueBytes: 512,
  /** Of a change for which there is no room else. */
  briefValueBytes: 128,
  pathBytes: 512,
  managers: 8,
  managerBytes: 160,
} as const;

const objectSchema = z
  .strictObject({
    group: z.string().max(253).describe("API group; empty for the core group."),
    version: z.string().max(63).describe("The version in which Git states it."),
    kind: z.string().max(63).describe("E.g. Deployment."),
    namespace: z.string().max(63).describe("Empty for cluster-scoped kinds."),
    name: z.string().max(253).describe("The object's name."),
    uid: z
      .string()
      .max(64)
      .optional()
      .describe("The uid at first sight; for a missing object, that of the one delivered."),
  })
  .describe("The object that drifted.");

export const recordSpecSchema = z
  .strictObject({
    policyName: z.string().min(1).max(253).describe("The GitRepoPolicy, in the record's namespace."),
    object: objectSchema,
    type: driftTypeSchema.describe("How it drifted."),
    revision: z.string().max(512).describe("The newest revision when the drift was first seen."),
    deliveredRevision: z
      .string()
      .max(512)
      .optional()
      .describe("The older revision that the drift is against, while the newest is not delivered."),
    origin: z
      .strictObject({
        repository: z
          .string()
          .max(recordLimits.repositoryBytes)
          .describe("The repository's URL; a very long one is cut."),
        path: z
          .string()
          .max(recordLimits.originPathBytes)
          .describe("The file; for Kustomize the overlay's folder. A very long one is cut."),
        line: z.int().min(1).optional().describe("Known for plain YAML only."),
      })
      .optional()
      .describe("Where Git states the object."),
    firstSeenTime: timeSchema.describe("When the drift was first seen."),
  })
  .describe("What stays the same as long as the drift lasts.");

const valueNote = `As JSON. A longer one is cut at ${recordLimits.valueBytes} bytes (where there is no room, at ${recordLimits.briefValueBytes}), and ends with the SHA-256 of the whole.`;

const changeSchema = z.strictObject({
  path: z
    .string()
    .max(recordLimits.pathBytes)
    .describe('The field, e.g. `spec.template.spec.containers[name="app"].image`.'),
  type: z
    .enum(["Added", "Removed", "Modified"])
    .describe("Added: Git does not state it. Removed: it is gone. Modified: it has another value."),
  desired: z.string().max(recordLimits.valueBytes).optional().describe(`What Git says. ${valueNote}`),
  live: z.string().max(recordLimits.valueBytes).optional().describe(`What the cluster says. ${valueNote}`),
  managers: z
    .array(z.string().max(recordLimits.managerBytes))
    .max(recordLimits.managers)
    .optional()
    .describe("Programs that own the field, by their own word."),
  redacted: z.boolean().optional().describe("The values are keyed digests: equal digests are equal values."),
});

export const recordStatusSchema = z
  .strictObject({
    changes: z
      .array(changeSchema)
      .max(recordLimits.changes)
      .optional()
      .describe("The fields that differ, as last judged; none where the object is missing."),
    changesTotal: countSchema
      .optional()
      .describe("How many fields differ; more than are listed where the list was cut to the record's size."),
    lastSeenTime: timeSchema.optional().describe("When the drift last changed."),
    rollback: z
      .strictObject({
        result: z
          .enum(["Written", "Conflict", "Forbidden", "Immutable", "Failed"])
          .describe("How the attempt ended."),
        message: z
          .string()
          .max(recordLimits.messageBytes)
          .describe("Why, in the API server's words; empty if it was written."),
        time: timeSchema.describe("When the attempt ended."),
      })
      .optional()
      .describe("The last attempt to undo the drift."),
    resolution: z
      .enum([
        "RolledBack",
        "RevertedByDeliverer",
        "RevertedByOther",
        "AdoptedInGit",
        "RuleChanged",
        "PolicyDeleted",
        "ObjectGone",
      ])
      .optional()
      .describe("How the drift ended; absent while it lasts."),
    resolvedTime: timeSchema.optional().describe("When it ended."),
  })
  .describe("What changes while the drift lasts, and how it ended.");

export type RecordSpec = z.infer<typeof recordSpecSchema>;
export type RecordStatus = z.infer<typeof recordStatusSchema>;
export type RecordChange = z.infer<typeof changeSchema>;
