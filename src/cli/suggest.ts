/** `holdfast diff --suggest`: what a grown cluster has beside Git, grouped, with rules to review. */
import { writeYaml } from "../render/write-yaml.ts";
import type { Json, JsonObject } from "../resource/resource.ts";
import type { DiffResult } from "./diff-report.ts";
import { printable } from "./printable.ts";
import { type SuggestGroup, suggestGroups } from "./suggest-groups.ts";

/** What a policy holds at most: rules of a sort, paths and names of a rule. */
const maxRules = 64;
const maxPaths = 32;
const maxNames = 16;
/** From so many keys of one prefix on, the prefix is what they have in common. */
const manyKeys = 3;

/** Trust rules as YAML, ready to review; ignore rules commented out, since their reasons are for the user to give. */
export function suggestRules(results: readonly DiffResult[]): string {
  const groups = suggestGroups(results);
  if (groups.length === 0) return "# nothing to suggest: no field of a declared object differs\n";
  const trust = groups.flatMap((group) => draftsOf(group, trustRule));
  const ignore = groups.flatMap((group) => draftsOf(group, ignoreRule));
  const left = Math.max(0, trust.length - maxRules) + Math.max(0, ignore.length - maxRules);
  const lines = [
    "# What differs, by who wrote it. A rule makes a difference invisible: keep those that you understand.",
    ...groups.map(describe),
    ...(left === 0 ? [] : [`# ${left} more rules are left out: a policy holds ${maxRules} of each sort.`]),
    ...(trust.length > 0 ? [] : ["# No controller owns any of this alone, so there is nobody to trust."]),
    ...(ignore.length === 0
      ? []
      : [
          "# What is commented out was written by hand, by several, or by nobody that can be named. Better put it into Git",
          "# (holdfast diff -o patch) or undo it; if it must stay beside Git, take the comment signs away and say why.",
        ]),
    ...blocks(numbered(trust), numbered(ignore)),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

/** One block, so that rules of either sort can be taken over together. */
function blocks(trust: readonly Json[], ignore: readonly Json[]): readonly string[] {
  if (trust.length === 0) return yamlLines({ spec: { detection: { ignore } } }).map((line) => `# ${line}`);
  return [
    ...yamlLines({ spec: { detection: { trust } } }),
    ...(ignore.length === 0 ? [] : yamlLines({ ignore }).map((line) => `    # ${line}`)),
  ];
}

/** A rule before it is numbered. */
interface Draft {
  readonly stem: string;
  readonly rule: JsonObject;
}

type RuleOf = (group: SuggestGroup, paths: readonly string[]) => JsonObject | undefined;

function draftsOf(group: SuggestGroup, ruleOf: RuleOf): readonly Draft[] {
  const paths = pathsOf(group);
  const parts = Array.from({ length: Math.ceil(paths.length / maxPaths) }, (_, i) =>
    paths.slice(i * maxPaths, (i + 1) * maxPaths),
  );
  return parts.flatMap((part) => {
    const rule = ruleOf(group, part);
    return rule === undefined ? [] : [{ stem: stemOf(group), rule }];
  });
}

function numbered(drafts: readonly Draft[]): readonly JsonObject[] {
  return drafts.slice(0, maxRules).map(({ stem, rule }, i) => ({ name: `${stem}-${i + 1}`, ...rule }));
}

function trustRule({ kind, group, controller }: SuggestGroup, paths: readonly string[]) {
  if (controller === undefined) return undefined;
  return { match: [{ group, kinds: [kind] }], manager: controller, paths };
}

/** Of few objects by their names: what somebody did to one of them is no reason to look away from all. */
function ignoreRule({ kind, group, controller, names }: SuggestGroup, paths: readonly string[]) {
  if (controller !== undefined) return undefined;
  const few = names.size > maxNames ? {} : { names: [...names].sort() };
  return {
    match: [{ group, kinds: [kind], ...few }],
    paths,
    reason: "say here why this may differ from Git",
  };
}

/** Keys with a common prefix, `example.com/…`, as one glob where there are many. */
function pathsOf({ paths }: SuggestGroup): readonly string[] {
  const byPrefix = Map.groupBy(paths.keys(), (path) => /^(.*\["[^"*?/]+\/)[^"]*"\]$/.exec(path)?.[1] ?? path);
  return [...byPrefix]
    .flatMap(([prefix, members]) =>
      members.length >= manyKeys && prefix.endsWith("/") ? [`${prefix}*"]`] : members,
    )
    .sort();
}

/** The beginning of a DNS label. */
function stemOf({ kind, by }: SuggestGroup): string {
  const text = `${by}-${kind}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return text.replace(/^-+/, "").slice(0, 50).replace(/-+$/, "");
}

function describe({ kind, group, by, paths, names, count }: SuggestGroup): string {
  const type = group === "" ? kind : `${kind}.${group}`;
  const most = [...paths].sort(([, a], [, b]) => b - a).slice(0, 3);
  const examples = most.map(([path, times]) => `${path} (${times})`).join(", ");
  const more = paths.size > most.length ? `, and ${paths.size - most.length} more` : "";
  return `#   ${count} on ${names.size} ${type}, by ${by}: ${examples}${more}`;
}

function yamlLines(value: Json): readonly string[] {
  return writeYaml(value).trimEnd().split("\n");
}
