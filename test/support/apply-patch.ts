/** RFC 6902 applied to an object, as strictly as the API server does it. */
import type { JsonPatchOperation } from "../../src/drift/json-patch.ts";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";

type Mutable = null | boolean | number | string | Mutable[] | { [field: string]: Mutable };

/** @throws Error where the API server would refuse the patch. */
export function applyPatch(
  object: KubernetesObject,
  operations: readonly JsonPatchOperation[],
): KubernetesObject {
  const root = structuredClone(object) as Mutable; // a copy of JSON is JSON
  for (const operation of operations) apply(root, operation);
  return root as unknown as KubernetesObject; // what was an object still is
}

function apply(root: Mutable, operation: JsonPatchOperation): void {
  const tokens = operation.path
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = tokens.pop();
  let parent: Mutable = root;
  for (const token of tokens) {
    const next: Mutable | undefined = Array.isArray(parent)
      ? parent[Number(token)]
      : isObject(parent)
        ? parent[token]
        : undefined;
    if (next === undefined) throw new Error(`no such path: ${operation.path}`);
    parent = next;
  }
  if (last === undefined) throw new Error("the whole object is never replaced");
  if (Array.isArray(parent)) return applyToList(parent, last, operation);
  if (!isObject(parent)) throw new Error(`no such path: ${operation.path}`);
  if (operation.op !== "add" && !Object.hasOwn(parent, last))
    throw new Error(`no such path: ${operation.path}`);
  if (operation.op === "remove") delete parent[last];
  // Not by assignment: a key may be called `__proto__`.
  else Object.defineProperty(parent, last, { ...plainMember, value: copy(operation.value) });
}

const plainMember = { enumerable: true, configurable: true, writable: true };

function applyToList(list: Mutable[], token: string, operation: JsonPatchOperation): void {
  const index = token === "-" ? list.length : Number(token);
  const most = operation.op === "add" ? list.length : list.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > most)
    throw new Error(`no such index: ${operation.path}`);
  if (operation.op === "remove") list.splice(index, 1);
  else list.splice(index, operation.op === "add" ? 0 : 1, copy(operation.value));
}

function copy(value: Json): Mutable {
  return structuredClone(value) as Mutable; // a copy of JSON is JSON
}

function isObject(value: Mutable): value is { [field: string]: Mutable } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
