/** What live says as a JSON 6902 patch: of what Kustomize puts together nobody can say in which file it is to be changed. */
import type { JsonPatchOperation } from "../drift/json-patch.ts";
import { takeOver } from "../drift/take-over.ts";
import { writeYaml } from "../render/write-yaml.ts";
import { formatRef } from "../resource/resource.ts";
import { fileDiff } from "./file-diff.ts";
import type { Drifted, Part } from "./git-patch.ts";

/** A new file, and how to make Kustomize read it. */
export function kustomizePatch({ resource, changes, desired, live, origin }: Drifted, path: string): Part {
  const operations: JsonPatchOperation[] = [];
  let object = desired;
  for (const change of changes) {
    const taken = takeOver(change, object, live);
    object = taken.object;
    operations.push(...taken.operations);
  }
  const name = formatRef(resource);
  if (operations.length === 0)
    return { comments: [`${name}: is to be edited by hand in ${origin.path}`], diff: "" };
  const text = writeYaml(operations);
  const diff = fileDiff(path, { before: undefined, after: text, hidden: [] });
  if (diff.type === "Refused") return { comments: [`${name}: ${diff.why}`], diff: "" };
  const { group, version, kind } = resource;
  const target = { ...(group === "" ? {} : { group }), version, kind, name: resource.name };
  const entry = writeYaml({ patches: [{ path: path.slice(path.lastIndexOf("/") + 1), target }] });
  return {
    comments: [
      `${name}: put this into the kustomization.yaml of ${origin.path}`,
      "(with the name that the object has before a namePrefix or nameSuffix of it):",
      ...entry
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`),
    ],
    diff: diff.text,
  };
}
