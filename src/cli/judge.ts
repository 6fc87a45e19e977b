/** One declared object and what is live of it → its verdict, as one look can give it. */
import { randomBytes } from "node:crypto";
import { type Declaration, unpackBody } from "../controller/desired-store.ts";
import type { ExcuseRules } from "../diff/excuse-rules.ts";
import type { DetectionMode } from "../diff/field-change.ts";
import { redactObject } from "../diff/redact.ts";
import { assess } from "../drift/assess.ts";
import type { DesiredState, DriftInput, LiveState } from "../drift/input.ts";
import type { ScalerClaim } from "../drift/scalers.ts";
import { unknownFieldsOf } from "../drift/source-faults.ts";
import { createDigest } from "../operator/digest.ts";
import type { KubernetesObject, ResourceRef } from "../resource/resource.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import type { DiffResult } from "./diff-report.ts";

/** What is live of one declared object, and the schema of its kind. */
export interface Observation {
  readonly live: LiveState;
  readonly schema: SchemaNode;
  /** Where the live object was found, if that says more than the declaration. */
  readonly ref?: ResourceRef;
}

/** What a policy, or the command's flags, say of judging. */
export interface Rules extends ExcuseRules {
  readonly mode: DetectionMode;
}

export interface JudgeContext {
  readonly rules: Rules;
  /** Whether the table of server defaults is of the API server's release; default: it is. */
  readonly tableFits?: boolean;
  /** What scalers may change on the object. */
  readonly scalers: readonly ScalerClaim[];
}

export function judge(
  declaration: Declaration,
  { live, schema, ref }: Observation,
  { rules, scalers, tableFits = true }: JudgeContext,
): DiffResult {
  const resource = ref ?? declaration.ref;
  const { revision } = declaration.origin;
  const input: DriftInput = {
    resource,
    revision,
    desired: desiredState(declaration),
    live,
    // One look cannot know what was delivered when: what differs is shown.
    delivered: { uid: "", resourceVersion: "", revision, policyGeneration: 0, completed: false },
    schema,
    scalers,
    tableFits,
    policy: { mode: rules.mode, rules, rollback: "Never", suspended: false, generation: 0 },
    source: { headReadAtMs: 0 },
    nowMs: 0,
  };
  const verdict = assess(input);
  const unknownFields = input.desired.type === "Stated" ? unknownFieldsOf(input.desired.body, schema) : [];
  return {
    resource,
    verdict,
    origin: declaration.origin,
    input,
    ...(unknownFields.length === 0 ? {} : { unknownFields }),
  };
}

/** Whether anything of the live object could change the verdict. */
export function needsLive({ refused, unfinished }: Declaration): boolean {
  return refused === undefined && unfinished === undefined;
}

/** A live object that was found; its secret values are digests from here on. */
export function present(object: KubernetesObject): LiveState {
  return { type: "Present", body: redact(object), arrivedAtMs: 0 };
}

export function redact(object: KubernetesObject): KubernetesObject {
  return redactObject(object, digest);
}

export const absent: LiveState = { type: "Absent", sinceMs: 0 };

/** A live object of which nothing can be said, and why. */
export function notObserved(message: string): LiveState {
  return { type: "Unknown", reason: "NotObserved", message };
}

/** A key of this process's own: equal digests are equal values, and nobody else needs to agree. */
const digest = createDigest(randomBytes(32));

function desiredState({ bytes, refused, unfinished }: Declaration): DesiredState {
  if (refused !== undefined) return { type: "Refused", ...refused };
  if (unfinished !== undefined) return { type: "Unfinished", ...unfinished };
  return { type: "Stated", body: redact(unpackBody(bytes)) };
}
