/** Transitions in words: one log line each, the metrics, and Events on the policy. */
import type { Logger } from "pino";
import { policyResource } from "../api/names.ts";
import { changePath } from "../api/record.ts";
import type { Episode, Resolution } from "../controller/drift-store.ts";
import type { PolicyKey } from "../controller/policy-key.ts";
import { splitPolicyKey } from "../controller/policy-key.ts";
import type { Announcements } from "../controller/report.ts";
import { doubtReasons } from "../drift/doubt.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { EventNote, EventRecorder } from "../kubernetes/events.ts";
import { formatRef } from "../resource/resource.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export interface AnnouncementDeps {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly events: EventRecorder;
  uidOf(policy: PolicyKey): string | undefined;
}

export function createAnnouncements({ logger, metrics, events, uidOf }: AnnouncementDeps): Announcements {
  return {
    driftDetected(episode, { sinceArrivalMs, sinceWriteMs }) {
      logger.info(
        { ...about(episode), changes: paths(episode), latencyMs: sinceArrivalMs },
        "drift detected",
      );
      metrics.driftDetected(splitPolicyKey(episode.policy), {
        group: episode.resource.group,
        kind: episode.resource.kind,
        type: episode.type,
        latencySeconds: sinceArrivalMs / 1_000,
        ...(sinceWriteMs === undefined ? {} : { ageSeconds: sinceWriteMs / 1_000 }),
      });
      const what = [episode.type, ...paths(episode)].join(" ");
      note(episode.policy, {
        type: "Warning",
        reason: "DriftDetected",
        action: "Detect",
        note: `${formatRef(episode.resource)}: ${what}`,
      });
    },
    driftChanged(episode) {
      logger.info({ ...about(episode), changes: paths(episode) }, "drift changed");
    },
    doubtful(policy, ref, { change, reason }) {
      const field = changePath(change);
      logger.warn({ policy, object: formatRef(ref), field, reason }, "doubtful finding");
      note(policy, {
        type: "Warning",
        reason: "DoubtfulFinding",
        action: "Detect",
        note: `${formatRef(ref)}: ${field} may be Holdfast's own fault (${reason}: ${doubtReasons[reason]}); it is counted and left alone, here and on other objects of the kind`,
      });
    },
    ownershipWiped(policy, ref) {
      logger.warn({ policy, object: formatRef(ref) }, "the ownership record was wiped");
      metrics.ownershipWiped(splitPolicyKey(policy));
      note(policy, {
        type: "Warning",
        reason: "OwnershipWiped",
        action: "Detect",
        note: `${formatRef(ref)}: its managedFields are gone, so nobody can tell any more which program wrote what; a server-side apply starts them anew`,
      });
    },
    unknownFields(policy, ref, fields) {
      const paths = fields.slice(0, maxPaths).map(formatPath);
      logger.warn({ policy, object: formatRef(ref), fields: paths }, "Git states fields that nobody knows");
      note(policy, {
        type: "Warning",
        reason: "UnknownField",
        action: "Detect",
        note: `${formatRef(ref)}: the API server does not know ${paths.join(", ")}, and drops it; correct it in Git`,
      });
    },
    driftResolved(episode, resolution: Resolution) {
      logger.info({ ...about(episode), resolution }, "drift resolved");
      metrics.driftResolved(splitPolicyKey(episode.policy), resolution);
      note(episode.policy, {
        type: "Normal",
        reason: "DriftResolved",
        action: "Detect",
        note: `${formatRef(episode.resource)}: ${resolution}`,
      });
    },
    rollbackBegun(episode, as) {
      logger.debug({ ...about(episode), as }, "rollback begun");
      return true;
    },
    rollbackEnded(episode, result) {
      const level = result === "Succeeded" ? "info" : "warn";
      const reason = episode.attempt?.message ?? "";
      logger[level]({ ...about(episode), result, ...(reason === "" ? {} : { reason }) }, "rollback ended");
      metrics.rollbackEnded(splitPolicyKey(episode.policy), result);
      if (result === "Succeeded") return;
      note(episode.policy, {
        type: "Warning",
        reason: `Rollback${result}`,
        action: "Rollback",
        note: reason,
      });
    },
  };

  function note(policy: PolicyKey, event: Omit<EventNote, "regarding">): void {
    const uid = uidOf(policy);
    const { group, version, kind } = policyResource;
    const regarding = {
      group,
      version,
      kind,
      ...splitPolicyKey(policy),
      ...(uid === undefined ? {} : { uid }),
    };
    events.record({ ...event, regarding });
  }
}

/** At most this many paths in one line; the record has more. */
const maxPaths = 10;

function paths({ verdict }: Episode): readonly string[] {
  return (verdict?.changes ?? []).slice(0, maxPaths).map(changePath);
}

function about({ policy, resource, type, recordName, revision }: Episode) {
  return { policy, object: formatRef(resource), type, record: recordName, revision };
}
