/** Transitions in words: one log line each, and the metrics. */
import type { Logger } from "pino";
import { changePath } from "../api/record.ts";
import type { Episode, Resolution } from "../controller/drift-store.ts";
import { splitPolicyKey } from "../controller/policy-key.ts";
import type { Announcements } from "../controller/report.ts";
import { formatRef } from "../resource/resource.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export function createAnnouncements({
  logger,
  metrics,
}: {
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Announcements {
  return {
    driftDetected(episode, { sinceArrivalMs, sinceWriteMs }) {
      logger.info(
        { ...about(episode), changes: paths(episode), latencyMs: sinceArrivalMs },
        "drift detected",
      );
      metrics.driftDetected(splitPolicyKey(episode.policy), {
        kind: episode.resource.kind,
        type: episode.type,
        latencySeconds: sinceArrivalMs / 1_000,
        ...(sinceWriteMs === undefined ? {} : { ageSeconds: sinceWriteMs / 1_000 }),
      });
    },
    driftChanged(episode) {
      logger.info({ ...about(episode), changes: paths(episode) }, "drift changed");
    },
    driftResolved(episode, resolution: Resolution) {
      logger.info({ ...about(episode), resolution }, "drift resolved");
      metrics.driftResolved(splitPolicyKey(episode.policy), resolution);
    },
    rollbackEnded(episode, result) {
      const level = result === "Succeeded" ? "info" : "warn";
      logger[level](
        { ...about(episode), result, reason: episode.attempt?.message || undefined },
        "rollback ended",
      );
      metrics.rollbackEnded(splitPolicyKey(episode.policy), result);
    },
  };
}

/** At most this many paths in one line; the record has more. */
const maxPaths = 10;

function paths({ verdict }: Episode): readonly string[] {
  return (verdict?.changes ?? []).slice(0, maxPaths).map(changePath);
}

function about({ policy, resource, type, recordName, revision }: Episode) {
  return { policy, object: formatRef(resource), type, record: recordName, revision };
}
