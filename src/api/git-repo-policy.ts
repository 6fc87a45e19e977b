/** The GitRepoPolicy resource: the one description from which its CRD, its types and its checks come. */
import { z } from "zod";
import { conditionSchema } from "./condition.ts";

const dnsLabel = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const objectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
/** What git-check-ref-format allows and no shell or option parser can misread. */
const refName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._/+-]*$/);

const refSchema = z
  .strictObject({
    branch: refName.optional().describe("The branch whose newest commit is followed."),
    tag: refName.optional().describe("The tag that is followed; it may be moved."),
    semver: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe("A range such as `>=1.2.0 <2`; the highest matching tag is followed."),
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional()
      .describe("The full id of one commit."),
  })
  .describe("What to follow: exactly one of branch, tag, semver and commit.");

const sourceSchema = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .max(2048)
      .regex(/^(https:\/\/|ssh:\/\/|file:\/\/\/|[A-Za-z0-9._-]+@[A-Za-z0-9._-]+:)[^\s]*$/)
      .describe(
        "The repository, by https or ssh. Other schemes and private addresses only if the operator's administrator allows them. Never with credentials: they belong into secretRef.",
      ),
    ref: refSchema,
    path: z
      .string()
      .max(1024)
      .regex(/^(\.|[^/\s].*)?$/)
      .default("")
      .describe("The folder that holds the manifests; default: the root."),
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
      .regex(/^([0-9]+h)?([0-9]+m)?([0-9]+s)?$/)
      .default("1m")
      .describe("How often the remote head is read: between 5s and 24h."),
    secretRef: z
      .strictObject({ name: objectName.describe("Name of the Secret, in the policy's namespace.") })
      .optional()
      .describe("Credentials: username and password, bearerToken, or identity and known_hosts; caFile."),
  })
  .describe("Where the desired objects come from.");

const rollbackSchema = z
  .strictObject({
    mode: z
      .enum(["Never", "Always"])
      .default("Never")
      .describe("Never: drift is recorded. Always: it is undone as well."),
    serviceAccountName: objectName
      .optional()
      .describe(
        "The ServiceAccount in the policy's namespace that writes, by impersonation. Required unless mode is Never.",
      ),
  })
  .prefault({})
  .describe("Whether and as whom drift is undone.");

/** `spec`, defaults included. */
export const policySpecSchema = z.strictObject({
  source: sourceSchema,
  targetNamespace: dnsLabel
    .optional()
    .describe("The namespace of manifests that state none; default: the policy's own."),
  rollback: rollbackSchema,
  suspend: z.boolean().default(false).describe("Stops rollback; detection and records go on."),
});

const count = z.int().min(0);

const statusSourceSchema = z.strictObject({
  revision: z
    .string()
    .max(512)
    .optional()
    .describe("The newest fetched revision, e.g. `main@sha1:<commit>`."),
  commitTime: z.string().max(64).optional().describe("When the commit says that it was made."),
  claimedAuthor: z
    .string()
    .max(256)
    .optional()
    .describe("Whom the commit names as its author; nobody has checked it."),
  fetchTime: z.string().max(64).optional().describe("When this revision was fetched."),
  headReadTime: z.string().max(64).optional().describe("When the remote head was last read."),
});

const statusDriftSchema = z.strictObject({
  name: z.string().max(253).describe("Name of the DriftRecord."),
  object: z.string().max(512).describe("Kind, namespace and name."),
  type: z.enum(["Modified", "Missing", "Unexpected"]),
  firstSeenTime: z.string().max(64),
  changes: count.describe("How many fields differ."),
  firstPath: z.string().max(512).optional().describe("The first of them."),
  manager: z.string().max(128).optional().describe("The program that wrote it, by its own word."),
});

export const policyStatusSchema = z.strictObject({
  observedGeneration: z.int().optional(),
  conditions: z.array(conditionSchema).max(16).optional(),
  source: statusSourceSchema.optional(),
  objects: z
    .strictObject({
      total: count,
      inSync: count,
      drifted: count.describe("All types of drift."),
      missing: count.describe("Of those drifted: absent though delivered before."),
      pending: count.describe("Git has moved on, the deliverer has not."),
      unknown: count.describe("Could not be judged; the reasons are in the conditions and the log."),
    })
    .optional()
    .describe("How many objects have which verdict."),
  drifts: z.array(statusDriftSchema).max(20).optional().describe("The oldest twenty open drifts."),
});

export type PolicySpec = z.infer<typeof policySpecSchema>;
export type PolicyStatus = z.infer<typeof policyStatusSchema>;
