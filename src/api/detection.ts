/** `spec.detection` as the reconcilers know it: patterns parsed once. */
import type { ExcuseRules, IgnoreRule, TrustRule } from "../diff/excuse-rules.ts";
import type { DetectionMode } from "../diff/field-change.ts";
import { parsePathPattern } from "../fieldpath/path-pattern.ts";
import type { ObjectMatch } from "../resource/object-match.ts";
import { type DetectionSpec, pathFault } from "./detection-schema.ts";

export interface Detection extends ExcuseRules {
  readonly mode: DetectionMode;
  readonly unexpected: "Ignore" | "Report";
  readonly sensitiveKinds: "Watch" | "DeclaredOnly";
}

const root = "spec.detection";

type RuleSpec = DetectionSpec["ignore"][number] | DetectionSpec["trust"][number];
type MatchSpec = RuleSpec["match"][number];

/** What the schema cannot say, by field. */
export function detectionFaults({ ignore, trust }: DetectionSpec): readonly string[] {
  return [...ruleFaults(ignore, `${root}.ignore`), ...ruleFaults(trust, `${root}.trust`)];
}

/** Of a spec without faults, so that every path parses. */
export function toDetection(spec: DetectionSpec): Detection {
  const { mode, unexpected, sensitiveKinds, tracking } = spec;
  const ignore = spec.ignore.map(
    ({ match, paths, ...rest }): IgnoreRule => ({
      ...rest,
      match: match.map(toMatch),
      paths: paths.map(parsePathPattern),
    }),
  );
  const trust = spec.trust.map(
    ({ match, paths, ...rest }): TrustRule => ({
      ...rest,
      match: match.map(toMatch),
      paths: paths.map(parsePathPattern),
    }),
  );
  return { mode, unexpected, sensitiveKinds, ignore, trust, ...(tracking === undefined ? {} : { tracking }) };
}

function ruleFaults(rules: readonly RuleSpec[], field: string): readonly string[] {
  const names = rules.map(({ name }) => name);
  return rules.flatMap(({ name, match, paths }, i) => [
    ...(names.indexOf(name) === i ? [] : [`${field}[${i}]: another rule is called ${name}`]),
    ...match.flatMap((one, j) =>
      statesNothing(one)
        ? [`${field}[${i}].match[${j}]: state at least one of group, kinds, names and namespaces`]
        : [],
    ),
    ...paths.flatMap((path, j) => {
      const fault = pathFault(path);
      return fault === undefined ? [] : [`${field}[${i}].paths[${j}]: ${fault}`];
    }),
  ]);
}

function statesNothing({ group, kinds, names, namespaces }: MatchSpec): boolean {
  return [group, kinds, names, namespaces].every((field) => field === undefined);
}

function toMatch({ group, kinds, names, namespaces }: MatchSpec): ObjectMatch {
  return {
    ...(group === undefined ? {} : { group }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(names === undefined ? {} : { names }),
    ...(namespaces === undefined ? {} : { namespaces }),
  };
}
