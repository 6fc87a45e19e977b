/** The comparison of two files, with no cluster: schemas are the shipped ones and those of CRDs beside the objects. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { redactObject } from "../diff/redact.ts";
import { assess } from "../drift/assess.ts";
import type { DriftInput } from "../drift/input.ts";
import type { DriftVerdict } from "../drift/verdict.ts";
import { createDigest } from "../operator/digest.ts";
import { type Manifest, readManifests } from "../render/manifests.ts";
import { findUnfinished } from "../render/unfinished.ts";
import { type ResourceKey, refOf, resourceKey } from "../resource/resource.ts";
import type { DiffOutcome } from "./diff.ts";
import { createOfflineSchemas, type OfflineSchemas } from "./offline-schemas.ts";

/** Objects are matched by group, kind, namespace and name; what only the live file holds is not looked at. */
export function diffFiles(desiredPath: string, livePath: string): DiffOutcome {
  const desired = readFile(desiredPath);
  if (typeof desired === "string") return { type: "Failed", message: desired };
  const live = readFile(livePath);
  if (typeof live === "string") return { type: "Failed", message: live };
  const schemas = createOfflineSchemas(desired.map(({ object }) => object));
  const keys = desired.map((manifest) => keyOf(manifest, schemas));
  const liveByKey = new Map(live.map((manifest) => [keyOf(manifest, schemas), manifest]));
  const results = desired.map((manifest, i) => {
    const key = keys[i];
    const isTwice = keys.filter((other) => other === key).length > 1;
    const { object, line } = manifest;
    const verdict = isTwice
      ? declaredTwice(desiredPath)
      : judge(manifest, key === undefined ? undefined : liveByKey.get(key), schemas);
    const origin = { repository: "", revision: "", path: desiredPath, line };
    return { resource: schemas.refOf(object), verdict, origin };
  });
  return { type: "Compared", results };
}

function keyOf({ object }: Manifest, schemas: OfflineSchemas): ResourceKey {
  return resourceKey(schemas.refOf(object));
}

/** A key of this process's own: equal digests are equal values, and nobody else needs to agree. */
const digest = createDigest(randomBytes(32));

function judge({ object }: Manifest, live: Manifest | undefined, schemas: OfflineSchemas): DriftVerdict {
  const schema = schemas.schemaOf(object);
  const ref = refOf(object);
  if (schema === undefined) {
    const message = `neither the shipped schemas nor a CRD in the desired file know ${ref.kind} in ${object.apiVersion}`;
    return { status: "Unknown", reason: "KindNotServed", message };
  }
  if (live !== undefined && live.object.apiVersion !== object.apiVersion) {
    const message = `live is given in ${live.object.apiVersion}; get it in ${object.apiVersion}`;
    return { status: "Unknown", reason: "NotObserved", message };
  }
  const unfinished = findUnfinished(object);
  const input: DriftInput = {
    resource: ref,
    revision: "",
    desired:
      unfinished === undefined
        ? { type: "Stated", body: redactObject(object, digest) }
        : { type: "Unfinished", ...unfinished },
    live:
      live === undefined
        ? { type: "Absent", sinceMs: 0 }
        : { type: "Present", body: redactObject(live.object, digest), arrivedAtMs: 0 },
    // A comparison of two files takes it that what Git says was delivered.
    delivered: { uid: "", resourceVersion: "", revision: "", policyGeneration: 0, completed: false },
    schema,
    policy: { mode: "Declared", rollback: "Never", suspended: false, generation: 0 },
    source: { headReadAtMs: 0 },
    nowMs: 0,
  };
  return assess(input);
}

function declaredTwice(path: string): DriftVerdict {
  return { status: "Unknown", reason: "DeclaredTwice", message: `declared twice in ${path}; keep one` };
}

function readFile(path: string): readonly Manifest[] | string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path === "-" ? 0 : path);
  } catch (error) {
    return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const file = readManifests(bytes, path);
  return file.type === "Failed" ? file.fault.message : file.manifests;
}
