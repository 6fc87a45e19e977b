/** Paths as text, written as Kubernetes writes them. */
import type { FieldPath, PathElement } from "./field-path.ts";
import { PathReader } from "./path-reader.ts";

/** Field names that need no quotes. */
const plainName = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;

/**
 * Writes a path: `spec.containers[name="app"].args[0]`, `metadata.annotations["a.b/c"]`, `finalizers[="x"]`.
 * The empty path, the object itself, is `.`.
 */
export function formatPath(path: FieldPath): string {
  if (path.length === 0) return ".";
  let text = "";
  for (const element of path) text += formatElement(element, text === "");
  return text;
}

/** Writes one element as it stands inside a path; a field at the head has no dot. */
export function formatElement(element: PathElement, isFirst = false): string {
  switch (element.type) {
    case "field":
      if (!plainName.test(element.name)) return `[${JSON.stringify(element.name)}]`;
      return isFirst ? element.name : `.${element.name}`;
    case "key":
      return `[${Object.entries(element.fields)
        .map(
          ([name, value]) => `${plainName.test(name) ? name : JSON.stringify(name)}=${JSON.stringify(value)}`,
        )
        .join(",")}]`;
    case "value":
      return `[=${JSON.stringify(element.value)}]`;
    case "index":
      return `[${element.index}]`;
  }
}

/**
 * Reads what `formatPath` writes.
 * @throws PathSyntaxError
 */
export function parsePath(text: string): FieldPath {
  if (text === ".") return [];
  const reader = new PathReader(text);
  const path: PathElement[] = [];
  while (!reader.atEnd) path.push(reader.readElement(path.length === 0));
  if (path.length === 0) reader.fail("a path has at least one field");
  return path;
}
