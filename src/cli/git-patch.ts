/** `holdfast diff -o patch`: the patch that makes Git say what live says. */

import type { FieldChange } from "../diff/field-change.ts";
import { isRedactedPath } from "../diff/redact.ts";
import { takeOver } from "../drift/take-over.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import { editYaml, objectInText, type PlaceInFile } from "../render/edit-yaml.ts";
import { secretLines } from "../render/secret-lines.ts";
import { apiVersionOf, formatRef, type KubernetesObject, type ResourceRef } from "../resource/resource.ts";
import type { DiffResult } from "./diff-report.ts";
import { fileDiff, isOutside } from "./file-diff.ts";
import { kustomizePatch } from "./kustomize-patch.ts";
import { printable } from "./printable.ts";

/** The text of a file of the compared revision; undefined if it cannot be read. */
export type ReadFile = (path: string) => Promise<string | undefined>;

/** What could not be put into a patch is said in comments, all before the first hunk: `git apply` looks at none of them. */
export async function gitPatch(results: readonly DiffResult[], readFile: ReadFile): Promise<string> {
  const patch = new PatchText();
  const files = new Map<string, Drifted[]>();
  const taken = new Set<string>();
  for (const result of results) {
    const drifted = driftedOf(result, patch);
    if (drifted === undefined) continue;
    const { path, line } = drifted.origin;
    if (line === undefined) {
      const file = await freeName(drifted, { readFile, taken });
      patch.add(kustomizePatch(drifted, file));
    } else files.set(path, [...(files.get(path) ?? []), drifted]);
  }
  for (const [path, drifted] of files) await patchFile({ path, drifted, readFile }, patch);
  return patch.text();
}

/** An object of which some changes can be shown. */
export interface Drifted {
  readonly resource: ResourceRef;
  readonly origin: NonNullable<DiffResult["origin"]>;
  readonly changes: readonly FieldChange[];
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
}

export interface Part {
  readonly comments: readonly string[];
  readonly diff: string;
}

class PatchText {
  readonly #comments: string[] = [];
  readonly #diffs: string[] = [];

  comment(...lines: readonly string[]): void {
    this.#comments.push(...lines);
  }

  add({ comments, diff }: Part): void {
    this.comment(...comments);
    if (diff !== "") this.#diffs.push(diff);
  }

  text(): string {
    const hint =
      this.#diffs.length === 0
        ? "There is nothing to put into Git by a patch."
        : "Makes Git say what is live. Review it, then, where these paths begin: git apply";
    const comments = [hint, ...this.#comments].map((line) => `# ${printable(line)}\n`);
    return [...comments, ...this.#diffs].join("");
  }
}

function driftedOf({ resource, verdict, origin, input }: DiffResult, patch: PatchText): Drifted | undefined {
  if (verdict.status !== "Drifted") return undefined;
  const name = formatRef(resource);
  if (verdict.type === "Missing") {
    patch.comment(`${name}: gone from the cluster: delete it in ${origin?.path ?? "Git"} or deliver it`);
    return undefined;
  }
  if (verdict.type === "Unexpected") {
    patch.comment(`${name}: not in Git. To put it there, begin with: ${getCommand(resource)}`);
    return undefined;
  }
  const isShown = ({ path }: FieldChange) => !isRedactedPath(kindOf(resource), path);
  for (const change of verdict.changes)
    if (!isShown(change)) patch.comment(`cannot be shown: ${name}: ${formatPath(change.path)}`);
  const changes = verdict.changes.filter(isShown);
  if (changes.length === 0) return undefined;
  if (origin === undefined || input?.desired.type !== "Stated" || input.live.type !== "Present") {
    patch.comment(`${name}: where it comes from is not known`);
    return undefined;
  }
  return { resource, origin, changes, desired: input.desired.body, live: input.live.body };
}

function kindOf(resource: ResourceRef) {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind };
}

function getCommand({ group, version, kind, namespace, name }: ResourceRef): string {
  const type = group === "" ? kind : `${kind}.${version}.${group}`;
  return `kubectl get ${type} ${name}${namespace === "" ? "" : ` -n ${namespace}`} -o yaml`;
}

interface FileTask {
  readonly path: string;
  readonly drifted: readonly Drifted[];
  readonly readFile: ReadFile;
}

async function patchFile({ path, drifted, readFile }: FileTask, patch: PatchText): Promise<void> {
  const before = await readFile(path);
  if (before === undefined) return patch.comment(`${path} cannot be read, so nothing is taken over into it`);
  if (isOutside(path)) patch.comment(`${path} is outside of this folder: apply with patch -p1 -d /`);
  let text = before;
  // From below, so that lines above stay where they are.
  const fromBelow = drifted.toSorted((a, b) => (b.origin.line ?? 0) - (a.origin.line ?? 0));
  for (const one of fromBelow) text = takeAllOver(text, one, patch);
  const diff = fileDiff(path, { before, after: text, hidden: [secretLines(before), secretLines(text)] });
  if (diff.type === "Refused") patch.comment(`${path}: ${diff.why}`);
  else patch.add({ comments: [], diff: diff.text });
}

function takeAllOver(before: string, { resource, origin, changes, live }: Drifted, patch: PatchText): string {
  const { kind, name, namespace } = resource;
  let text = before;
  for (const change of changes) {
    const place = { line: origin.line ?? 1, apiVersion: apiVersionOf(resource), kind, name, namespace };
    const edited = editOne(text, { place, change, live });
    if (edited === undefined)
      patch.comment(
        `${formatRef(resource)}: ${formatPath(change.path)} is to be edited by hand in ${origin.path}`,
      );
    else text = edited;
  }
  return text;
}

function editOne(
  text: string,
  { place, change, live }: { place: PlaceInFile; change: FieldChange; live: KubernetesObject },
): string | undefined {
  const stated = objectInText(text, place);
  if (stated === undefined) return undefined;
  const { object, operations } = takeOver(change, stated, live);
  return operations.length === 0 ? undefined : editYaml(text, place, object);
}

/** Beside the overlay, and no file that is there already. */
async function freeName(
  { resource, origin }: Drifted,
  { readFile, taken }: { readFile: ReadFile; taken: Set<string> },
): Promise<string> {
  const plain = `live-${resource.kind}-${resource.name}`.toLowerCase().replaceAll(/[^a-z0-9.-]/g, "-");
  const folder = origin.path.replace(/\/+$/, "");
  for (let count = 1; ; count++) {
    const name = `${plain}${count === 1 ? "" : `-${count}`}.yaml`;
    const path = folder === "" || folder === "." ? name : `${folder}/${name}`;
    if (taken.has(path) || (await readFile(path)) !== undefined) continue;
    taken.add(path);
    return path;
  }
}
