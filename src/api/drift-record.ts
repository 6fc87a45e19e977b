/** The DriftRecord resource: one drift of one object, from first sight to its end. */
import { z } from "zod";

export const recordLimits = { changes: 50, valueBytes: 512, totalBytes: 8_192 } as const;

const time = z.string().max(64);

const objectSchema = z.strictObject({
  group: z.string().max(253).describe("API group; empty for the core group."),
  version: z.string().max(63),
  kind: z.string().max(63),
  namespace: z.string().max(63).describe("Empty for cluster-scoped kinds."),
  name: z.string().max(253),
  uid: z
    .string()
    .max(64)
    .optional()
    .describe("The uid at first sight; for a missing object, that of the one delivered."),
});

export const recordSpecSchema = z.strictObject({
  policyName: z.string().min(1).max(253).describe("The GitRepoPolicy, in the record's namespace."),
  object: objectSchema,
  type: z.enum(["Modified", "Missing", "Unexpected"]),
  revision: z.string().max(512).describe("The newest revision when the drift was first seen."),
  deliveredRevision: z
    .string()
    .max(512)
    .optional()
    .describe("The older revision that the drift is against, while the newest is not delivered."),
  origin: z
    .strictObject({
      repository: z.string().max(2048),
      path: z.string().max(1024),
      line: z.int().min(1).optional().describe("Known for plain YAML only."),
    })
    .optional()
    .describe("Where Git states the object."),
  firstSeenTime: time,
});

const changeSchema = z.strictObject({
  path: z.string().max(1024),
  type: z.enum(["Added", "Removed", "Modified"]),
  desired: z.string().max(1024).optional().describe("As JSON, cut at 512 bytes."),
  live: z.string().max(1024).optional().describe("As JSON, cut at 512 bytes."),
  managers: z
    .array(z.string().max(256))
    .max(8)
    .optional()
    .describe("Programs that own the field, by their own word."),
  redacted: z.boolean().optional().describe("The values are keyed digests: equal digests are equal values."),
});

export const recordStatusSchema = z.strictObject({
  changes: z.array(changeSchema).max(recordLimits.changes).optional(),
  changesTotal: z
    .int()
    .min(0)
    .optional()
    .describe("More than there are changes listed here, if the list was cut."),
  lastSeenTime: time.optional().describe("When the drift last changed."),
  rollback: z
    .strictObject({
      result: z.enum(["Written", "Conflict", "Forbidden", "Immutable", "Failed"]),
      message: z.string().max(1024),
      time,
    })
    .optional()
    .describe("The last attempt."),
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
    .describe("How the drift ended."),
  resolvedTime: time.optional(),
});

export type RecordSpec = z.infer<typeof recordSpecSchema>;
export type RecordStatus = z.infer<typeof recordStatusSchema>;
export type RecordChange = z.infer<typeof changeSchema>;
