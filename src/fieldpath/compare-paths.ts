/** Order and containment of paths. */
import type { Json } from "../resource/resource.ts";
import type { FieldPath, PathElement } from "./field-path.ts";
import { formatElement } from "./format-path.ts";

/** Sorts as the paths' texts would, but by element: a parent stands before what is below it, and 10 behind 9. */
export function comparePaths(a: FieldPath, b: FieldPath): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined || y === undefined) break;
    const order = compareElements(x, y);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Whether `path` is `ancestor` or lies below it. */
export function isWithin(path: FieldPath, ancestor: FieldPath): boolean {
  if (ancestor.length > path.length) return false;
  return ancestor.every((element, i) => {
    const other = path[i];
    return other !== undefined && sameElement(element, other);
  });
}

/** Whether one of two paths is the other or lies below it. */
export function pathsOverlap(a: FieldPath, b: FieldPath): boolean {
  return a.length <= b.length ? isWithin(b, a) : isWithin(a, b);
}

/** Equality by value; the order of a key's fields does not matter. */
export function sameElement(a: PathElement, b: PathElement): boolean {
  switch (a.type) {
    case "field":
      return b.type === "field" && a.name === b.name;
    case "index":
      return b.type === "index" && a.index === b.index;
    case "value":
      return b.type === "value" && JSON.stringify(a.value) === JSON.stringify(b.value);
    case "key":
      return b.type === "key" && sameFields(a.fields, b.fields);
  }
}

function sameFields(a: { readonly [key: string]: Json }, b: { readonly [key: string]: Json }): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
  );
}

function compareElements(a: PathElement, b: PathElement): number {
  if (a.type === "index" && b.type === "index") return a.index - b.index;
  const [x, y] = [formatElement(a), formatElement(b)];
  if (x === y) return 0;
  return x < y ? -1 : 1;
}
