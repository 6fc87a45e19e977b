/** Equality of values that count whole: both sides are looked at, since nothing in them is left to others. */
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { keptField, memberField } from "../schema/member-field.ts";
import { type ListNode, type Roots, type SchemaNode, type StructField } from "../schema/schema-node.ts";
import { matchItems } from "./list-items.ts";
import { isDropped, isFilled, isOmitted } from "./omission.ts";
import { sameJson } from "./same-json.ts";
import { sameScalar } from "./scalar.ts";

/**
 * Whether live is what the server makes of desired: the same but for spellings, zeros that it leaves out, values that
 * it puts in, and fields that it does not know and drops.
 */
export function sameAtomic(
  desired: Json,
  live: Json,
  { schema, roots }: { readonly schema: SchemaNode; readonly roots: Roots },
): boolean {
  return desired === live || new Equality(roots).same(desired, live, schema);
}

/** A field as Git states it, and what Git states of the object that it is a field of. */
export interface StatedField {
  readonly field: StructField;
  /** Undefined if Git says nothing of it. */
  readonly stated: Json | undefined;
  readonly parent: JsonObject;
  readonly roots: Roots;
}

/**
 * Whether the server put the live value there by itself: in place of nothing, or of a zero that it cannot tell from
 * nothing, or, in a few fields, of whatever Git states.
 */
export function isServerMade(live: Json, at: StatedField): boolean {
  return at.field.fills !== undefined && new Equality(at.roots).isServerMade(live, at);
}

/** Deeper than any real object: below, values are compared without their schema and without recursion. */
const deepest = 100;

class Equality {
  readonly #roots: Roots;
  #depth = 0;

  constructor(roots: Roots) {
    this.#roots = roots;
  }

  same(desired: Json, live: Json, schema: SchemaNode): boolean {
    if (desired === live) return true;
    if (this.#depth >= deepest) return sameJson(desired, live);
    this.#depth += 1;
    const same = this.#sameValues(desired, live, schema);
    this.#depth -= 1;
    return same;
  }

  isServerMade(live: Json, { field, stated, parent }: Omit<StatedField, "roots">): boolean {
    const { fills } = field;
    if (fills === undefined || !isFilled(field, parent, this.#roots)) return false;
    if (stated !== undefined && !isOmitted(stated, field) && fills.overrides !== true) return false;
    if (fills.value === undefined) return true;
    const expected = fills.value(parent, this.#roots);
    return expected !== undefined && this.same(expected, live, field.node);
  }

  #sameValues(desired: Json, live: Json, schema: SchemaNode): boolean {
    switch (schema.type) {
      case "any":
        return sameJson(desired, live);
      case "scalar":
        return sameScalar(desired, live, schema.format);
      case "list":
        if (!Array.isArray(desired) || !Array.isArray(live)) return sameJson(desired, live);
        return this.#sameLists(desired, live, schema);
      case "map":
      case "struct":
        // Some types are written as an object or as something else (JSONSchemaPropsOrBool).
        if (!isJsonObject(desired) || !isJsonObject(live)) return sameJson(desired, live);
        for (const name of Object.keys(desired)) {
          if (!this.#sameMember(name, { desired, live, schema })) return false;
        }
        for (const name of Object.keys(live)) {
          if (!Object.hasOwn(desired, name) && !this.#sameMember(name, { desired, live, schema }))
            return false;
        }
        return true;
    }
  }

  #sameMember(
    name: string,
    { desired, live, schema }: { desired: JsonObject; live: JsonObject; schema: SchemaNode },
  ): boolean {
    const known = memberField(schema, name);
    const field = known ?? keptField;
    const stated = present(desired, name);
    const found = present(live, name);
    // What the server does not know it drops; it is reported as a fault of the source.
    if (found === undefined) {
      if (stated === undefined || known === undefined || isOmitted(stated, field)) return true;
      return isDropped(field, desired, this.#roots);
    }
    if (stated === undefined ? isOmitted(found, field) : this.same(stated, found, field.node)) return true;
    return this.isServerMade(found, { field, stated, parent: desired });
  }

  #sameLists(desired: readonly Json[], live: readonly Json[], schema: ListNode): boolean {
    if (desired.length !== live.length) return false;
    const matches = this.#matches(desired, live, schema);
    return desired.every((item, i) => {
      const other = live[matches === undefined ? i : (matches[i] ?? -1)];
      return other !== undefined && this.same(item, other, schema.items);
    });
  }

  /** Inside a value that counts whole there are lists whose own order means nothing. */
  #matches(desired: readonly Json[], live: readonly Json[], schema: ListNode): readonly number[] | undefined {
    if (schema.listType === "atomic" || schema.ordered) return undefined;
    return matchItems(desired, live, schema.keys);
  }
}

function present(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}
