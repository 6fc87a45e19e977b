/** Patterns of paths, as rules state them: which fields a rule is about. */
import { hasWildcard, matchesGlob } from "../resource/glob.ts";
import type { Json } from "../resource/resource.ts";
import type { FieldPath, PathElement } from "./field-path.ts";
import { PathReader } from "./path-reader.ts";

/** A path in which `[*]` is any item, and a `*` or `?` inside quotes a glob. It covers what is below it too. */
export interface PathPattern {
  /** As it was written. */
  readonly text: string;
  readonly steps: readonly PatternStep[];
}

export type PatternStep =
  | { readonly type: "field"; readonly name: string; readonly isGlob: boolean }
  /** An item has at least these keys: `[port=80]` is port 80 of every protocol. */
  | { readonly type: "key"; readonly fields: readonly (readonly [name: string, value: Json])[] }
  | { readonly type: "value"; readonly value: Json }
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "anyItem" };

/** `covers`: the path is the pattern's or below it; `below`: a longer path could be; `apart`: none could. */
export type PatternRelation = "covers" | "below" | "apart";

/**
 * Reads a pattern: a path as Kubernetes writes it, with `[*]` and globs. A star outside of both is refused, since it
 * would be a guess what it stands for.
 * @throws PathSyntaxError
 */
export function parsePathPattern(text: string): PathPattern {
  const reader = new PathReader(text);
  const steps: PatternStep[] = [];
  while (!reader.atEnd) steps.push(readStep(reader, steps.length === 0));
  if (steps.length === 0) reader.fail("a path has at least one field");
  return { text, steps };
}

/** How a path lies to the pattern. */
export function relate({ steps }: PathPattern, path: FieldPath): PatternRelation {
  const shared = Math.min(steps.length, path.length);
  for (let i = 0; i < shared; i++) {
    const [step, element] = [steps[i], path[i]];
    if (step === undefined || element === undefined || !fits(step, element)) return "apart";
  }
  return path.length >= steps.length ? "covers" : "below";
}

function readStep(reader: PathReader, isFirst: boolean): PatternStep {
  if (reader.stands("*") || reader.stands(".*"))
    reader.fail(
      '"*" alone is refused: write [*] for any item, or a glob in quotes such as ["example.com/*"],',
    );
  if (isFirst && reader.stands("[") && !reader.stands('["')) reader.fail("a path begins with a field");
  if (reader.stands("[]")) reader.fail("write [*] for any item, or name its keys,");
  if (reader.take("[*]")) return { type: "anyItem" };
  const element = reader.readElement(isFirst);
  switch (element.type) {
    case "field":
      return { ...element, isGlob: hasWildcard(element.name) };
    case "key":
      return { type: "key", fields: Object.entries(element.fields) };
    case "value":
    case "index":
      return element;
  }
}

function fits(step: PatternStep, element: PathElement): boolean {
  switch (step.type) {
    case "field":
      return (
        element.type === "field" &&
        (element.name === step.name || (step.isGlob && matchesGlob(step.name, element.name)))
      );
    case "key":
      return (
        element.type === "key" &&
        step.fields.every(
          ([name, value]) => Object.hasOwn(element.fields, name) && fitsValue(value, element.fields[name]),
        )
      );
    case "value":
      return element.type === "value" && fitsValue(step.value, element.value);
    case "index":
      return element.type === "index" && element.index === step.index;
    case "anyItem":
      return element.type !== "field";
  }
}

function fitsValue(wanted: Json, value: Json | undefined): boolean {
  if (typeof wanted === "string" && typeof value === "string") return matchesGlob(wanted, value);
  return wanted === value || JSON.stringify(wanted) === JSON.stringify(value);
}
