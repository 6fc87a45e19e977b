/** `holdfast diff --suggest`: what a grown cluster has beside Git, grouped, with rules to review. */
import type { FieldChange } from "../diff/field-change.ts";
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import { writeYaml } from "../render/write-yaml.ts";
import type { Json } from "../resource/resource.ts";
import type { DiffResult } from "./diff-report.ts";
import { printable } from "./printable.ts";

/** Findings of one sort: who wrote what of which kind. */
interface Group {
  readonly kind: string;
  readonly group: string;
  /** Who owns all of them; undefined if nobody does, or several. */
  readonly manager: string | undefined;
  /** Pattern text → how many findings. */
  readonly paths: Map<string, number>;
  readonly objects: Set<string>;
}

/**
 * Programs behind which people sit, and names that the server itself gives: none of them is trusted with anything.
 * kubectl and client-go name themselves after the program, or its User-Agent, unless they are told otherwise.
 */
const personal =
  /^(kubectl|k9s|Lens|lens|headlamp|Mozilla|curl|node-fetch|node-client|python-requests|OpenAPI-Generator|unknown|before-first-apply|ancient-changes|dashboard|rancher)/;

/** What a rule of the CRD holds at most. */
const maxPaths = 32;
const maxRules = 32;
/** From so many keys of one prefix on, the prefix is what they have in common. */
const fewKeys = 3;

/** Trust rules as YAML, ready to review; ignore rules commented out, since their reasons are for the user to give. */
export function suggestRules(results: readonly DiffResult[]): string {
  const groups = [...groupsOf(results)].sort((a, b) => total(b) - total(a) || (a.kind < b.kind ? -1 : 1));
  if (groups.length === 0) return "# nothing to suggest: no field of a declared object differs\n";
  const trust = groups.filter(({ manager }) => isController(manager)).slice(0, maxRules);
  const ignore = groups.filter(({ manager }) => !isController(manager)).slice(0, maxRules);
  const lines = [
    "# What differs, by who wrote it. A rule makes a difference invisible: keep those that you understand.",
    ...groups.map(describe),
    ...(trust.length === 0
      ? ["# No controller is behind any of this, so there is nobody to trust."]
      : yamlLines({ spec: { detection: { trust: trust.map(trustRule) } } })),
    ...(ignore.length === 0
      ? []
      : [
          "# Written by hand, by several programs, or by nobody that can be named. Better put into Git (-o patch) or taken away;",
          "# if it must stay, say why:",
          ...yamlLines({ spec: { detection: { ignore: ignore.map(ignoreRule) } } }).map(
            (line) => `# ${line}`,
          ),
        ]),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function groupsOf(results: readonly DiffResult[]): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const { resource, verdict } of results) {
    if (verdict.status !== "Drifted") continue;
    for (const change of verdict.changes) {
      const manager = managerOf(change);
      const id = `${manager ?? ""} ${resource.kind}.${resource.group}`;
      const known = groups.get(id);
      const group = known ?? newGroup(resource, manager);
      if (known === undefined) groups.set(id, group);
      const pattern = patternOf(change.path);
      group.paths.set(pattern, (group.paths.get(pattern) ?? 0) + 1);
      group.objects.add(`${resource.namespace}/${resource.name}`);
    }
  }
  return groups.values();
}

function newGroup({ kind, group }: DiffResult["resource"], manager: string | undefined): Group {
  return { kind, group, manager, paths: new Map(), objects: new Set() };
}

/** The one manager of a finding. What is gone has none. */
function managerOf(change: FieldChange): string | undefined {
  if (change.type === "Removed") return undefined;
  const names = new Set(change.managers.map(({ name }) => name));
  return names.size === 1 ? [...names][0] : undefined;
}

function isController(manager: string | undefined): boolean {
  return manager !== undefined && !personal.test(manager);
}

/** Any item on the way; the last element stays, since it is what was found. */
function patternOf(path: FieldPath): string {
  const pieces: string[] = [];
  let fields: PathElement[] = [];
  const flush = () => {
    if (fields.length === 0) return;
    const text = formatPath(fields);
    pieces.push(pieces.length > 0 && !text.startsWith("[") ? `.${text}` : text);
    fields = [];
  };
  for (const [i, element] of path.entries()) {
    if (element.type === "field" || i === path.length - 1) fields.push(element);
    else {
      flush();
      pieces.push("[*]");
    }
  }
  flush();
  return pieces.join("");
}

/** Keys with a common prefix, `a.example.com/…`, as one glob where there are many. */
function pathsOf({ paths }: Group): string[] {
  const byPrefix = Map.groupBy(paths.keys(), (path) => /^(.*\["[^"*?/]+\/)[^"]*"\]$/.exec(path)?.[1] ?? path);
  return [...byPrefix]
    .flatMap(([prefix, members]) =>
      members.length >= fewKeys && prefix.endsWith("/") ? [`${prefix}*"]`] : members,
    )
    .slice(0, maxPaths)
    .sort();
}

function matchOf({ kind, group }: Group): Json {
  return [{ group, kinds: [kind] }];
}

function trustRule(group: Group, index: number): Json {
  return {
    name: ruleName(group, index),
    match: matchOf(group),
    manager: group.manager ?? "",
    paths: pathsOf(group),
  };
}

function ignoreRule(group: Group, index: number): Json {
  return {
    name: ruleName(group, index),
    match: matchOf(group),
    paths: pathsOf(group),
    reason: "say here why this may differ from Git",
  };
}

/** A DNS label, and of its own. */
function ruleName({ kind, manager }: Group, index: number): string {
  const text = `${manager ?? "several"}-${kind}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const plain = text.replace(/^-+/, "").slice(0, 50).replace(/-+$/, "");
  return `${plain === "" ? "rule" : plain}-${index + 1}`;
}

function describe(group: Group): string {
  const { kind, manager, objects } = group;
  const by = manager === undefined ? "by nobody that can be named, or by several" : `by ${manager}`;
  const paths = [...group.paths].sort(([, a], [, b]) => b - a).slice(0, 3);
  const examples = paths.map(([path, count]) => `${path} (${count})`).join(", ");
  const more = group.paths.size > paths.length ? `, and ${group.paths.size - paths.length} more` : "";
  return `#   ${total(group)} on ${objects.size} ${kind}, ${by}: ${examples}${more}`;
}

function total({ paths }: Group): number {
  return [...paths.values()].reduce((sum, count) => sum + count, 0);
}

function yamlLines(value: Json): readonly string[] {
  return writeYaml(value).trimEnd().split("\n");
}
