/** Conditions of rows as functions. */
import type { Json, JsonObject } from "../../resource/resource.ts";
import type { Roots } from "../schema-node.ts";
import { compileFieldRef, own } from "./field-ref.ts";
import type { Condition } from "./fill-row.ts";
import { isLatestImage } from "./image-tag.ts";

export type Holds = (parent: JsonObject, roots: Roots) => boolean;

export function compileCondition(condition: Condition): Holds {
  if ("onlyFields" in condition) return (parent) => hasOnly(parent, condition.onlyFields);
  const read = compileFieldRef(condition.field);
  if ("isSet" in condition) return (parent, roots) => (read(parent, roots) !== undefined) === condition.isSet;
  if ("hasContent" in condition)
    return (parent, roots) => hasContent(read(parent, roots)) === condition.hasContent;
  if ("isLatestImage" in condition)
    return (parent, roots) => isLatest(read(parent, roots)) === condition.isLatestImage;
  if ("notIn" in condition) return (parent, roots) => !condition.notIn.includes(read(parent, roots) ?? null);
  const { in: values, otherwise } = condition;
  return (parent, roots) => {
    const value = read(parent, roots);
    const counted = value === undefined || value === "" ? otherwise : value;
    return counted !== undefined && values.includes(counted);
  };
}

/** All of them; undefined if there are none. */
export function compileConditions(conditions: readonly Condition[]): Holds | undefined {
  const [first, second, ...others] = conditions.map(compileCondition);
  if (first === undefined || second === undefined) return first;
  const rest = [second, ...others];
  return (parent, roots) => first(parent, roots) && rest.every((holds) => holds(parent, roots));
}

function hasOnly(parent: JsonObject, fields: readonly string[]): boolean {
  return Object.keys(parent).every((field) => fields.includes(field) || own(parent, field) === undefined);
}

function isLatest(image: Json | undefined): boolean {
  return typeof image === "string" && isLatestImage(image);
}

function hasContent(value: Json | undefined): boolean {
  if (typeof value !== "object" || value === null) return value !== undefined && value !== "";
  return Object.keys(value).length > 0;
}
