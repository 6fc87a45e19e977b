/** The GitRepoPolicy resource: the one description from which its CRD, its types and its checks come. */
import { z } from "zod";
import { conditionSchema } from "./condition.ts";
import { detectionSchema } from "./detection-schema.ts";
import { countSchema, driftTypeSchema, labelNameSchema, objectNameSchema, timeSchema } from "./fields.ts";

/** Stricter than git-check-ref-format: nothing that a shell, an option parser or rev-parse could misread. */
const refNameSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_+@#=-]*([./][A-Za-z0-9_+@#=-]+)*$/,
    "is no branch or tag name; write it as main or release/1.2, without refs/heads/",
  );

const refSchema = z
  .strictObject({
    branch: refNameSchema.optional().describe("The branch whose newest commit is followed."),
    tag: refNameSchema.optional().describe("The tag that is followed; it may be moved."),
    semver: z
      .string()
      .min(1)
      .max(128)
      .regex(/^[0-9A-Za-z.*<>=~^|+ -]+$/, "is no range; write it as >=1.2.0 <2")
      .optional()
      .describe("A range such as `>=1.2.0 <2`; the highest matching tag is followed."),
    commit: z
      .string()
      .max(40)
      .regex(/^[0-9a-f]{40}$/, "write the commit's full id, 40 hexadecimal digits in lower case")
      .optional()
      .describe("The full id of one commit: 40 hexadecimal digits."),
  })
  .describe("What to follow: exactly one of branch, tag, semver and commit.");

const sourceSchema = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .max(2048)
      .regex(
        /^(https:\/\/[^\s/-]|ssh:\/\/[^\s/-]|file:\/\/\/|[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9_][A-Za-z0-9._-]*:)[^\s\p{Cc}]*$/u,
        "write it as https://host/path, ssh://user@host/path or user@host:path",
      )
      .describe(
        "The repository, by https or ssh (`user@host:path` too). Private addresses and file URLs only if the operator's administrator allows them. Never with a password or token: those belong into secretRef.",
      ),
    ref: refSchema,
    path: z
      .string()
      .max(1024)
      .regex(
        /^([^/\s\p{Cc}][^\p{Cc}]*)?$/u,
        "write it relative to the repository's root, without a leading '/'",
      )
      .default("")
      .describe("The folder that holds the manifests, from the repository's root. Empty: the root itself."),
    render: z
      .strictObject({
        type: z
          .enum(["Auto", "Plain", "Kustomize"])
          .default("Auto")
          .describe("Auto: Kustomize where the path holds a kustomization file, else plain YAML and JSON."),
      })
      .prefault({})
      .describe("How the manifests are made."),
    interval: z
      .string()
      .max(16)
      .regex(/^([0-9]{1,4}h)?([0-9]{1,4}m)?([0-9]{1,5}s)?$/, "write it as 30s, 5m or 1h30m")
      .default("1m")
      .describe("How often the remote head is read: between 5s and 24h."),
    secretRef: z
      .strictObject({ name: objectNameSchema.describe("Name of the Secret, in the policy's namespace.") })
      .optional()
      .describe(
        "Credentials: `username` and `password`, or `bearerToken`, or `identity` and `known_hosts`; and `caFile`. The operator needs a Role that lets it get this Secret.",
      ),
  })
  .describe("Where the desired objects come from.");

const rollbackSchema = z
  .strictObject({
    mode: z
      .enum(["Never", "Always"])
      .default("Never")
      .describe("Never: drift is recorded. Always: it is undone as well."),
    serviceAccountName: objectNameSchema
      .optional()
      .describe(
        "The ServiceAccount in the policy's namespace that writes, by impersonation. Required unless mode is Never.",
      ),
  })
  .prefault({})
  .describe("Whether and as whom drift is undone.");

/** `spec`, defaults included. */
export const policySpecSchema = z
  .strictObject({
    source: sourceSchema,
    targetNamespace: labelNameSchema
      .optional()
      .describe("The namespace of manifests that state none; default: the policy's own."),
    detection: detectionSchema,
    rollback: rollbackSchema,
    suspend: z.boolean().default(false).describe("Stops rollback; detection and records go on."),
  })
  .describe("What the policy's author asks for.");

const statusSourceSchema = z
  .strictObject({
    revision: z
      .string()
      .max(512)
      .optional()
      .describe("The newest revision that was fetched and rendered, e.g. `main@sha1:<commit>`."),
    commitTime: timeSchema.optional().describe("When the commit says that it was made."),
    claimedAuthor: z
      .string()
      .max(256)
      .optional()
      .describe("Whom the commit names as its author; nobody has checked it."),
    fetchTime: timeSchema.optional().describe("When this revision was fetched."),
    headReadTime: timeSchema.optional().describe("When the remote head was last read."),
  })
  .describe("How the repository stands.");

const statusObjectsSchema = z
  .strictObject({
    total: countSchema.describe("All that the revision declares, and what is judged beside it."),
    inSync: countSchema.describe("Compared, and what Git says."),
    drifted: countSchema.describe("All types of drift."),
    missing: countSchema.describe("Of those drifted: absent though delivered before."),
    unexpected: countSchema.describe("Of those drifted: in the cluster, and declared by nobody."),
    pending: countSchema.describe("Git has moved on, the deliverer has not."),
    unknown: countSchema.describe("Could not be judged; the reasons are in the conditions and the log."),
    doubtful: countSchema.describe("What differs may be Holdfast's own fault: counted, never rolled back."),
    excused: countSchema.describe(
      "Findings, not objects, that are no drift: a controller, a deliverer's mark or a rule answers for them.",
    ),
  })
  .describe("How many objects have which verdict.");

const statusDriftSchema = z.strictObject({
  name: z.string().max(253).describe("Name of the DriftRecord."),
  object: z.string().max(512).describe("Kind, namespace and name."),
  type: driftTypeSchema.describe("How it drifts."),
  firstSeenTime: timeSchema.describe("When the drift was first seen."),
  changes: countSchema.describe("How many fields differ."),
  firstPath: z.string().max(512).optional().describe("The first of them."),
  manager: z.string().max(128).optional().describe("The program that wrote it, by its own word."),
});

export const policyStatusSchema = z
  .strictObject({
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .describe("The metadata.generation that this status was made for."),
    conditions: z
      .array(conditionSchema)
      .max(16)
      .optional()
      .describe("Ready, InSync, and while they hold Reconciling, Stalled and RollbackHeld."),
    source: statusSourceSchema.optional(),
    objects: statusObjectsSchema.optional(),
    unmatchedRules: z
      .array(z.string().max(63))
      .max(32)
      .optional()
      .describe("Rules of spec.detection.ignore and trust that excuse nothing any more; they can go."),
    drifts: z.array(statusDriftSchema).max(20).optional().describe("The oldest twenty open drifts."),
  })
  .describe("What Holdfast has found; it is the only writer.");

export type PolicySpec = z.infer<typeof policySpecSchema>;
export type PolicyStatus = z.infer<typeof policyStatusSchema>;
