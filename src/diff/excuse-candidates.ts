/** Everything that could excuse a finding on one object, in one form: shipped rows, and the policy's rules. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import { relate } from "../fieldpath/path-pattern.ts";
import { matchesGlob } from "../resource/glob.ts";
import { matchesObject } from "../resource/object-match.ts";
import { refOf } from "../resource/resource.ts";
import type { Excuse, ExcuseContext, IgnoreRule, TrackingLabel, TrustRule } from "./excuse-rules.ts";
import { shippedRows } from "./excuses/shipped.ts";
import { isOwnedBy, type Owners } from "./owned-by.ts";
import { rowExcuse } from "./row-excuse.ts";

/** Answers, for one object, what could excuse a finding at a path, or part of it. */
export function excusesFor(context: ExcuseContext): (path: FieldPath) => readonly Excuse[] {
  const ref = refOf(context.live);
  const ofPolicy = policyExcuses(context);
  return (path) => {
    const rows = shippedRows.find(ref, path);
    const related = ofPolicy.filter(({ pattern }) => relate(pattern, path) !== "apart");
    return rows.length === 0 ? related : [...rows.map((row) => rowExcuse(row, context)), ...related];
  };
}

function policyExcuses(context: ExcuseContext): readonly Excuse[] {
  const { ignore, trust, tracking } = context.rules;
  if (ignore.length === 0 && trust.length === 0 && tracking === undefined) return [];
  const ref = refOf(context.live);
  return [
    ...(tracking === undefined ? [] : [trackingExcuse(tracking)]),
    ...trust.filter(({ match }) => matchesObject(match, ref)).flatMap((rule) => trustExcuses(rule, context)),
    ...ignore.filter(({ match }) => matchesObject(match, ref)).flatMap(ignoreExcuses),
  ];
}

function ignoreExcuses({ name, paths, reason }: IgnoreRule): readonly Excuse[] {
  return paths.map((pattern) => ({
    pattern,
    reason: "IgnoreRule",
    rule: name,
    message: reason,
    accepts: () => true,
  }));
}

function trustExcuses({ name, manager, paths }: TrustRule, context: ExcuseContext): readonly Excuse[] {
  const owners: Owners = { isTrusted: (entry) => matchesGlob(manager, entry.manager), mayBeNobody: false };
  return paths.map((pattern) => ({
    pattern,
    reason: "TrustRule",
    rule: name,
    message: `the policy trusts the manager ${manager} with this field`,
    accepts: (part, change) => change.type !== "Removed" && isOwnedBy(part, owners, context),
  }));
}

function trackingExcuse({ label, value }: TrackingLabel): Excuse {
  const names = ["metadata", "labels", label];
  return {
    pattern: {
      text: `metadata.labels[${JSON.stringify(label)}]`,
      steps: names.map((name) => ({ type: "field", name, isGlob: false })),
    },
    reason: "DelivererMark",
    rule: "tracking",
    message: "the policy says that the deliverer puts this label with this value on every object",
    accepts: (part, change) => change.type === "Added" && part.value === value,
  };
}
