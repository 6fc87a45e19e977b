/** Markdown for docs/metrics.md: every metric of Holdfast with its labels, when to look at it, and useful queries. */
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { code, page, table } from "./markdown.ts";

/** What a metric is good for, beyond its help text; by name, in the order of the page. */
export const whenToLook: Readonly<Record<string, string>> = {
  holdfast_objects:
    "First: is anything `Drifted`, and how much cannot be judged (`Unknown`) or may be Holdfast's own fault (`Doubtful`)?",
  holdfast_excused_findings:
    "A rise after a new rule, or a new controller: how much is explained away, and is that wanted?",
  holdfast_policy_ready: "Where it is 0, drift goes unseen; the policy's condition `Ready` says why.",
  holdfast_drift_detected_total: "Which kinds are edited by hand, and how often.",
  holdfast_drift_resolved_total: "Who puts things right: Holdfast, the deliverer, or nobody.",
  holdfast_rollbacks_total:
    "`Forbidden`, `Immutable` and `Failed` leave drift in place; a `Conflict` is tried again.",
  holdfast_detection_latency_seconds: "How fast Holdfast itself is.",
  holdfast_change_age_seconds:
    "How old a change is when it is known, with the API server's part; large after Holdfast was down.",
  holdfast_ownership_wiped_total:
    "A rise means that somebody hides who wrote what: the Event names the object.",
  holdfast_source_fetches_total: "Whether Git can be read, and how often it changes.",
  holdfast_ledger_size: "How much there is to export; it never shrinks.",
  holdfast_ledger_writable: "Where it is 0, nothing is rolled back: the log says why.",
  holdfast_source_age_seconds: "Whether Holdfast judges by what Git says now; compare it with the interval.",
  holdfast_source_interval_seconds: "Beside the age: what the policy asks for.",
  holdfast_watch_broken: "Where it stays 1, drift of that kind goes unseen.",
  holdfast_watch_restarts_total: "Many of them point at the API server, a proxy, or rights that are missing.",
  holdfast_queue_depth: "One that stays above 0 means that Holdfast does not keep up.",
  holdfast_reconcile_seconds: "Which part is slow when a queue is long.",
  holdfast_build_info: "Which version runs; gone where none does.",
};

/** By label, what it says where its values are not listed. */
const openLabels: Readonly<Record<string, string>> = {
  policy_namespace: "the namespace of the GitRepoPolicy",
  policy: "the name of the GitRepoPolicy",
  group: "the API group of the kind; empty for the core group",
  kind: "a kind that a policy declares",
  version: "the version of Holdfast",
};

/** What somebody wants to know, and how to ask Prometheus. */
export const usefulQueries: readonly (readonly [question: string, query: string])[] = [
  ["What drifts now?", 'sum by (policy_namespace, policy) (holdfast_objects{status="Drifted"}) > 0'],
  [
    "How much of what Git declares is in sync?",
    'sum(holdfast_objects{status="InSync"}) / sum(holdfast_objects)',
  ],
  ["What cannot be judged?", 'holdfast_objects{status="Unknown"} > 0 or holdfast_policy_ready == 0'],
  [
    "Which kinds were edited by hand in the last week?",
    "sum by (group, kind) (increase(holdfast_drift_detected_total[7d])) > 0",
  ],
  [
    "Which share of the drifts of a day did Holdfast undo?",
    'sum(increase(holdfast_drift_resolved_total{resolution="RolledBack"}[1d])) / sum(increase(holdfast_drift_resolved_total[1d]))',
  ],
  [
    "Within which time are 99 % of the drifts known?",
    "histogram_quantile(0.99, sum by (le) (rate(holdfast_detection_latency_seconds_bucket[1h])))",
  ],
  [
    "Which sources missed more than one reading?",
    "holdfast_source_age_seconds > 2 * holdfast_source_interval_seconds",
  ],
  ["Does Holdfast keep up?", "max by (queue) (min_over_time(holdfast_queue_depth[10m])) > 0"],
];

export async function metricsPage(): Promise<string> {
  const found = await describedMetrics();
  return page([
    "# Metrics",
    "<!-- Made by `make generate` from src/telemetry: change it there, or in dev/generate/metrics-page.ts. -->",
    "Holdfast serves its metrics at `/metrics` (`--metrics-address`). No label holds an object's name: the number of series follows the number of policies and kinds. What is bounded is there from the start, as zero, so that the first event is a rise; the series of a policy or a watch that is gone go with it. `config/alerting` has the alerts.",
    table(
      ["Metric", "Type", "Labels", "Meaning", "When to look at it"],
      found.map(({ name, type, help, labels: some }) => [
        code(name),
        type,
        [...some.keys()].map(code).join(", "),
        help,
        whenToLook[name] ?? "",
      ]),
    ),
    "Prometheus adds `_bucket`, `_sum` and `_count` to the name of a histogram. Metrics of the process (`process_*`, `nodejs_*`) are prom-client's own.",
    "## Labels",
    table(["Label", "Values"], labelRows(found)),
    "## Useful queries",
    ...usefulQueries.map(([question, query]) => `${question}\n\n\`\`\`promql\n${query}\n\`\`\``),
  ]);
}

/** One row for each label; for one that says other words elsewhere, one for each metric. */
function labelRows(found: readonly DescribedMetric[]): readonly (readonly string[])[] {
  const uses = found.flatMap(({ name, labels }) =>
    [...labels].map(([label, values]) => ({
      name,
      label,
      says: openLabels[label] ?? [...values].map(code).join(", "),
    })),
  );
  const rows = uses.map(({ name, label, says }) => {
    const isAlike = uses.every((other) => other.label !== label || other.says === says);
    return [isAlike ? code(label) : `${code(label)} of ${code(name)}`, says] as const;
  });
  return [...new Map(rows)];
}

interface DescribedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Each with the values that it has before anything happens. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

/** From a registry in which one policy is known that declares one kind. */
async function describedMetrics(): Promise<readonly DescribedMetric[]> {
  const policy = { namespace: "namespace", name: "name" };
  const kinds = [{ group: "apps", kind: "Deployment" }];
  const metrics = createMetrics({
    version: "version",
    ledger: () => ({ size: 0, isWritable: true }),
    queueDepths: () => ({ source: 0, drift: 0, record: 0, status: 0 }),
    sources: () => [{ policy, ageSeconds: 0, intervalSeconds: 60 }],
  });
  metrics.policySeen(policy);
  metrics.policyDeclares(policy, kinds);
  metrics.watchesWanted(kinds);
  const found = await metrics.registry.getMetricsAsJSON();
  const order = Object.keys(whenToLook);
  const ours = found
    .filter(({ name }) => name.startsWith("holdfast_"))
    .sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  return ours.map(({ name, type, help, values }) => ({
    name,
    type: String(type),
    help,
    labels: labelsOf(values),
  }));
}

function labelsOf(
  series: readonly { readonly labels: Readonly<Record<string, unknown>> }[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const labels = new Map<string, Set<string>>();
  for (const { labels: some } of series) {
    for (const [label, value] of Object.entries(some)) {
      // The bounds of a histogram's buckets.
      if (label !== "le") labels.set(label, (labels.get(label) ?? new Set()).add(String(value)));
    }
  }
  return labels;
}
