/** A policy as the reconcilers know it: parsed once, defaults applied. */
import type { KubernetesObject } from "../resource/resource.ts";
import type { RenderType, SourceRef } from "../resource/source.ts";
import { type Detection, detectionFaults, toDetection } from "./detection.ts";
import { type PolicySpec, policySpecSchema } from "./git-repo-policy.ts";
import { describeIssue } from "./issue.ts";

export interface Policy {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly source: {
    readonly url: string;
    readonly ref: SourceRef;
    /** Without slashes at its ends; "" is the root. */
    readonly path: string;
    readonly render: RenderType;
    readonly intervalSeconds: number;
    readonly secretName?: string;
  };
  readonly targetNamespace: string;
  readonly detection: Detection;
  readonly rollback: { readonly mode: "Never" | "Always"; readonly serviceAccountName?: string };
  readonly suspend: boolean;
}

export type ParsedPolicy =
  | { readonly type: "Valid"; readonly policy: Policy }
  /** What is wrong, by field; for the policy's author. */
  | { readonly type: "Invalid"; readonly message: string };

const shortestIntervalSeconds = 5;
const longestIntervalSeconds = 86_400;
/** More at once would help nobody. */
const maxIssues = 5;

/** Reads a GitRepoPolicy. Never throws: what the CRD let through may still be wrong. */
export function parsePolicy(object: KubernetesObject): ParsedPolicy {
  const parsed = policySpecSchema.safeParse(object["spec"]);
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, maxIssues).map((issue) => describeIssue(issue, "spec"));
    return { type: "Invalid", message: issues.join("; ") };
  }
  const spec = parsed.data;
  const faults = [
    ...urlFaults(spec),
    ...refFaults(spec),
    ...pathFaults(spec),
    ...intervalFaults(spec),
    ...detectionFaults(spec.detection),
    ...rollbackFaults(spec),
  ];
  if (faults.length > 0) return { type: "Invalid", message: faults.join("; ") };
  return { type: "Valid", policy: toPolicy(object, spec) };
}

function toPolicy({ metadata }: KubernetesObject, spec: PolicySpec): Policy {
  const { source, rollback } = spec;
  const namespace = metadata.namespace ?? "";
  return {
    namespace,
    name: metadata.name ?? "",
    uid: metadata.uid ?? "",
    generation: metadata.generation ?? 0,
    source: {
      url: source.url,
      // refFaults has seen to it that exactly one is there.
      ref: Object.fromEntries(
        Object.entries(source.ref).filter(([, value]) => value !== undefined),
      ) as SourceRef,
      path: normalPath(source.path),
      render: source.render.type,
      intervalSeconds: parseSeconds(source.interval),
      ...(source.secretRef === undefined ? {} : { secretName: source.secretRef.name }),
    },
    targetNamespace: spec.targetNamespace ?? namespace,
    detection: toDetection(spec.detection),
    rollback: {
      mode: rollback.mode,
      ...(rollback.serviceAccountName === undefined
        ? {}
        : { serviceAccountName: rollback.serviceAccountName }),
    },
    suspend: spec.suspend,
  };
}

function urlFaults({ source: { url } }: PolicySpec): readonly string[] {
  if (!/^https:\/\/[^/]*@|^ssh:\/\/[^/@]*:[^/]*@/.test(url)) return [];
  return ["spec.source.url: must not hold credentials; put them into a Secret named in secretRef"];
}

function refFaults({ source: { ref } }: PolicySpec): readonly string[] {
  const stated = Object.values(ref).filter((value) => value !== undefined).length;
  return [
    ...(stated === 1 ? [] : ["spec.source.ref: state exactly one of branch, tag, semver and commit"]),
    ...(ref.branch?.startsWith("refs/") ? ["spec.source.ref.branch: write it without refs/heads/"] : []),
    ...(ref.tag?.startsWith("refs/") ? ["spec.source.ref.tag: write it without refs/tags/"] : []),
  ];
}

function pathFaults({ source: { path } }: PolicySpec): readonly string[] {
  return path.split("/").includes("..") ? ["spec.source.path: must not contain '..'"] : [];
}

function intervalFaults({ source: { interval } }: PolicySpec): readonly string[] {
  const seconds = parseSeconds(interval);
  if (seconds >= shortestIntervalSeconds && seconds <= longestIntervalSeconds) return [];
  return [`spec.source.interval: ${JSON.stringify(interval)} is not between 5s and 24h`];
}

function rollbackFaults({ rollback }: PolicySpec): readonly string[] {
  if (rollback.mode === "Never" || rollback.serviceAccountName !== undefined) return [];
  return [
    "spec.rollback.serviceAccountName: required unless spec.rollback.mode is Never; name the account that may write",
  ];
}

function normalPath(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

/** `1h30m10s`, as the schema's pattern has it. */
function parseSeconds(duration: string): number {
  const [, hours = "0", minutes = "0", seconds = "0"] =
    /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ?? [];
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}
