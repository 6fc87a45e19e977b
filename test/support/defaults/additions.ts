/** What the table of additions says of an object, held against the server's answer. */

import { sameJson } from "../../../src/diff/same-json.ts";
import type { FieldPath } from "../../../src/fieldpath/field-path.ts";
import { formatPath } from "../../../src/fieldpath/format-path.ts";
import { type PathPattern, parsePathPattern, relate } from "../../../src/fieldpath/path-pattern.ts";
import {
  isJsonObject,
  type Json,
  type KubernetesObject,
  parseApiVersion,
} from "../../../src/resource/resource.ts";
import { keyElement } from "../../../src/schema/item-key.ts";
import { anyNode, type Roots, type SchemaNode } from "../../../src/schema/schema-node.ts";
import { type ServerAddition, serverAdditions } from "../../../src/schema/server-additions.ts";

/** What it says must be there and is not: one line each. A pattern of many paths demands none of them. */
export function additionsOf(roots: Roots): readonly string[] {
  return rowsFor(roots).flatMap(({ addition, pattern }) => {
    const path = concretePath(pattern);
    const wanted = path === undefined ? undefined : addition.expected?.(roots, path);
    if (path === undefined || wanted === undefined || sameJson(wanted, valueAt(roots.live, path) ?? null))
      return [];
    return [`${formatPath(path)}: the server should have added ${JSON.stringify(wanted)}`];
  });
}

/** The answer without what the server added by path, where nothing else predicts it. */
export function withoutAdditions(
  roots: Roots,
  { schema, predicted }: { readonly schema: SchemaNode; readonly predicted: Json },
): KubernetesObject {
  const rows = rowsFor(roots);
  const isAdded = (path: FieldPath, value: Json) =>
    rows.some(
      ({ addition, pattern }) =>
        relate(pattern, path) === "covers" &&
        (addition.expected === undefined || sameJson(addition.expected(roots, path) ?? null, value)),
    );
  return without(roots.live, { schema, path: [], predicted }) as KubernetesObject; // as it was, but for fields

  function without(value: Json, at: Place): Json {
    if (Array.isArray(value)) {
      const items = at.schema.type === "list" ? at.schema : undefined;
      const others = Array.isArray(at.predicted) ? (at.predicted as readonly Json[]) : [];
      return (value as readonly Json[]).flatMap((item, i) => {
        const path: FieldPath = [
          ...at.path,
          items?.listType === "map" ? keyElement(item, items.keys) : { type: "index", index: i },
        ];
        if (i >= others.length && isAdded(path, item)) return [];
        return [without(item, { schema: items?.items ?? anyNode, path, predicted: others[i] })];
      });
    }
    if (!isJsonObject(value)) return value;
    const members = Object.entries(value).flatMap(([name, member]): readonly (readonly [string, Json])[] => {
      const path: FieldPath = [...at.path, { type: "field", name }];
      const other =
        isJsonObject(at.predicted) && Object.hasOwn(at.predicted, name) ? at.predicted[name] : undefined;
      if (other === undefined && isAdded(path, member)) return [];
      return [[name, without(member, { schema: stepInto(at.schema, name), path, predicted: other })]];
    });
    return Object.fromEntries(members);
  }
}

interface Place {
  readonly schema: SchemaNode;
  readonly path: FieldPath;
  readonly predicted: Json | undefined;
}

interface Row {
  readonly addition: ServerAddition;
  readonly pattern: PathPattern;
}

function rowsFor({ desired }: Roots): readonly Row[] {
  const { apiVersion, kind } = desired as KubernetesObject; // roots are whole objects
  const { group } = parseApiVersion(apiVersion);
  return serverAdditions
    .filter((addition) => addition.group === group && addition.kinds.includes(kind))
    .map((addition) => ({ addition, pattern: parsePathPattern(addition.path) }));
}

/** Undefined if it stands for many paths. */
function concretePath({ steps }: PathPattern): FieldPath | undefined {
  const path = steps.flatMap((step): FieldPath => {
    if (step.type === "field" && !step.isGlob) return [{ type: "field", name: step.name }];
    return step.type === "value" ? [step] : [];
  });
  return path.length === steps.length ? path : undefined;
}

function valueAt(object: Json, path: FieldPath): Json | undefined {
  return path.reduce<Json | undefined>((at, element) => {
    if (element.type === "field") return isJsonObject(at) ? at[element.name] : undefined;
    const items = Array.isArray(at) ? (at as readonly Json[]) : [];
    return element.type === "value" ? items.find((item) => sameJson(item, element.value)) : undefined;
  }, object);
}

function stepInto(schema: SchemaNode, name: string): SchemaNode {
  if (schema.type === "map") return schema.values;
  return (schema.type === "struct" ? schema.fields.get(name)?.node : undefined) ?? anyNode;
}
