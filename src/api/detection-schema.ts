/** `spec.detection` of a GitRepoPolicy: how live objects are judged, and what is never drift. */
import { z } from "zod";
import { parsePathPattern } from "../fieldpath/path-pattern.ts";
import { labelNameSchema } from "./fields.ts";

/** The message names the character at fault, which a pattern cannot. */
const pathSchema = z
  .string()
  .min(1)
  .max(1024)
  .regex(pathForm(), { error: ({ input }) => pathFault(String(input)) ?? "is no path" });

const objectMatchSchema = z
  .strictObject({
    group: z
      .string()
      .max(253)
      .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/, "write it as apps, or empty for the core group")
      .optional()
      .describe("The API group, without a version; empty is the core group. Default: any group."),
    kinds: z
      .array(
        z
          .string()
          .min(1)
          .max(63)
          .regex(/^[A-Z][A-Za-z0-9]*$/, "write the kind as manifests do, e.g. Deployment"),
      )
      .min(1)
      .max(32)
      .optional()
      .describe("Kinds as manifests write them. Default: any kind."),
    names: z
      .array(
        z
          .string()
          .min(1)
          .max(253)
          .regex(/^[^\s/%]+$/, "write a name, or a glob such as web-*"),
      )
      .min(1)
      .max(32)
      .optional()
      .describe("Names of objects; `*` and `?` are globs. Default: any name."),
    namespaces: z
      .array(
        z
          .string()
          .min(1)
          .max(63)
          .regex(/^[a-z0-9*?-]+$/, "write a namespace, or a glob such as team-*"),
      )
      .min(1)
      .max(32)
      .optional()
      .describe("Their namespaces; `*` and `?` are globs. Default: any, and cluster-scoped objects."),
  })
  .describe("Objects for which all that is stated here holds; at least one of the fields is stated.");

const matchSchema = z.array(objectMatchSchema).min(1).max(16);

const pathsSchema = z.array(pathSchema).min(1).max(32);

const ignoreSchema = z.strictObject({
  name: labelNameSchema.describe("Names the rule in reports."),
  match: matchSchema.describe("Which objects: one of these must fit."),
  paths: pathsSchema.describe(
    'Which fields, each with what is below it: `spec.replicas`, `spec.template.spec.containers[name="app"].image`, `webhooks[*].clientConfig`, `metadata.annotations["example.com/*"]`.',
  ),
  reason: z.string().min(1).max(256).describe("Why, for whoever reads the report."),
});

const trustSchema = z.strictObject({
  name: labelNameSchema.describe("Names the rule in reports."),
  match: matchSchema.describe("Which objects: one of these must fit."),
  manager: z
    .string()
    .min(1)
    .max(128)
    .regex(/[^*?\s]/, "must name a manager; what anybody may write belongs into ignore")
    .describe("The field manager as `metadata.managedFields` names it; `*` and `?` are globs."),
  paths: pathsSchema.describe("Which fields it may own, each with what is below it; written as for ignore."),
});

const trackingSchema = z.strictObject({
  label: z
    .string()
    .min(1)
    .max(317)
    .regex(
      /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
      "is no label; write it as app.kubernetes.io/instance",
    )
    .describe("The label's key."),
  value: z
    .string()
    .min(1)
    .max(63)
    .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, "is no label value")
    .describe("Its value on every object of this policy. Another one is drift."),
});

export const detectionSchema = z
  .strictObject({
    mode: z
      .enum(["Exact", "Declared"])
      .default("Exact")
      .describe(
        "Exact: what was added without being declared is drift too. Declared: only fields that Git states are compared.",
      ),
    unexpected: z
      .enum(["Ignore", "Report"])
      .default("Report")
      .describe("Report: objects that Git does not declare are drift."),
    sensitiveKinds: z
      .enum(["Watch", "DeclaredOnly"])
      .default("Watch")
      .describe(
        "Watch: workloads, RBAC, admission, CustomResourceDefinitions and NetworkPolicies are watched for unexpected objects even where Git declares none.",
      ),
    ignore: z
      .array(ignoreSchema)
      .max(64)
      .default([])
      .describe("Fields that are never drift, whoever writes them."),
    trust: z
      .array(trustSchema)
      .max(64)
      .default([])
      .describe(
        "Controllers that may own fields: what they own there is no drift, what others own there is.",
      ),
    tracking: trackingSchema
      .optional()
      .describe("The label by which the deliverer tracks its objects, e.g. Argo CD with label tracking."),
  })
  .prefault({})
  .describe("How live objects are judged, and what is never drift.");

export type DetectionSpec = z.infer<typeof detectionSchema>;

/** What is wrong with a path pattern; undefined if nothing. */
export function pathFault(text: string): string | undefined {
  try {
    parsePathPattern(text);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

/** What `parsePathPattern` reads, as far as the API server can check it. */
function pathForm(): RegExp {
  const name = "[A-Za-z_$][A-Za-z0-9_$-]*";
  const text = '"(?:[^"\\\\]|\\\\.)*"';
  const value = `(?:${text}|-?[0-9]+(?:\\.[0-9]+)?|true|false|null)`;
  const key = `(?:${name}|${text})=${value}`;
  const bracket = `\\[(?:\\*|[0-9]+|${text}|=${value}|${key}(?:,${key})*)\\]`;
  return new RegExp(`^(?:${name}|\\[${text}\\])(?:\\.${name}|${bracket})*$`);
}
