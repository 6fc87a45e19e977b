/** The drift whose record is longest: every name at its limit, every text of what JSON has to escape. */
import type { Episode } from "../../src/controller/drift-store.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { FieldChange } from "../../src/diff/field-change.ts";
import { recordName } from "../../src/operator/record-name.ts";

/** A name of so many characters that Kubernetes takes. */
const name = (length: number) => "n".repeat(length);
const quotes = (length: number) => '"'.repeat(length);
const commit = "0123456789abcdef0123456789abcdef01234567";
const at = new Date("2026-01-02T03:04:05Z");

/** In the namespace given, so that it can be written to a cluster; default: one with the longest of names. */
export function longestEpisode(namespace = name(63)): Episode {
  // Too long for a label; one that is not would be shorter by more than the label takes.
  const policy = policyKey({ namespace, name: name(253) });
  const resource = {
    group: name(253),
    version: name(63),
    kind: `K${name(62)}`,
    namespace: name(63),
    name: name(253),
  };
  return {
    policy,
    resource,
    recordName: recordName({ policy, resource, firstSeenAt: at }),
    uid: name(64),
    type: "Unexpected",
    origin: {
      repository: `https://${quotes(2_040)}`,
      revision: `main@sha1:${commit}`,
      path: "\u0001".repeat(4_096),
      line: Number.MAX_SAFE_INTEGER,
    },
    revision: `${name(255)}@sha1:${commit}`,
    deliveredRevision: `${name(255)}@sha1:${commit}`,
    firstSeenAt: at,
    lastSeenAt: at,
    verdict: {
      status: "Drifted",
      type: "Modified",
      changes: Array.from({ length: 1_000 }, longestChange),
      against: `${name(255)}@sha1:${commit}`,
    },
    attempt: {
      result: "Forbidden",
      message: quotes(5_000),
      atMs: at.getTime(),
      resourceVersion: "1",
      policyGeneration: 1,
      streak: 1,
    },
    resolution: { type: "RevertedByDeliverer", at },
  };
}

function longestChange(): FieldChange {
  return {
    type: "Modified",
    path: [{ type: "field", name: quotes(600) }],
    desired: quotes(2_000),
    live: `${quotes(2_000)}!`,
    managers: Array.from({ length: 20 }, () => ({ name: quotes(200), operation: "Update" })),
  };
}
