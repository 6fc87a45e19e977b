/** Which fields the API server fills always, and with the same value, as far as objects and its answers show. */

import { isOmitted } from "../../src/diff/omission.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../../src/resource/resource.ts";
import { builtInTypeKey } from "../../src/schema/built-in-types.ts";
import type { SchemaNode, StructNode } from "../../src/schema/schema-node.ts";

/** Identity and metadata are no kind's own, a status is never compared. */
const atTheTop: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status"]);

const none: ReadonlySet<string> = new Set();

interface Place<Node extends SchemaNode = SchemaNode> {
  readonly schema: Node;
  /** Fields that say nothing here. */
  readonly ignored: ReadonlySet<string>;
}

export class FilledFields {
  readonly #byHand: ReadonlySet<string>;
  /** The values seen in place of nothing, as JSON; `undefined` where nothing stayed nothing. */
  readonly #seen = new Map<string, Set<string | undefined>>();

  constructor(byHand: readonly string[]) {
    this.#byHand = new Set(byHand);
  }

  observe(sent: KubernetesObject, answer: KubernetesObject, schema: SchemaNode): void {
    if (schema.type === "struct") this.#fields(sent, answer, { schema, ignored: atTheTop });
  }

  /** Sorted by field. @throws Error if a field is filled now so and now otherwise. */
  constants(): { readonly [field: string]: Json } {
    const filled = [...this.#seen].filter(([, values]) => values.size > 1 || !values.has(undefined));
    const doubtful = filled.filter(([, values]) => values.size > 1);
    if (doubtful.length > 0) {
      const list = doubtful.map(([field, values]) => `${field}: ${[...values].join(" or ")}`).join("\n");
      throw new Error(`these need rows by hand that say when the server fills in what:\n${list}`);
    }
    const constants = filled.flatMap(([field, [value]]) =>
      value === undefined ? [] : [[field, JSON.parse(value) as Json] as const],
    );
    return Object.fromEntries(constants.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #value(sent: Json, answer: Json, { schema, ignored }: Place): void {
    if (schema.type === "list" && Array.isArray(sent) && Array.isArray(answer)) {
      for (const [i, item] of sent.entries())
        this.#value(item, answer[i] ?? null, { schema: schema.items, ignored: none });
      return;
    }
    if (!isJsonObject(sent) || !isJsonObject(answer)) return;
    if (schema.type === "struct") this.#fields(sent, answer, { schema, ignored });
    if (schema.type !== "map") return;
    for (const [key, value] of Object.entries(sent))
      this.#value(value, answer[key] ?? null, { schema: schema.values, ignored: none });
  }

  #fields(sent: JsonObject, answer: JsonObject, { schema, ignored }: Place<StructNode>): void {
    const { name, fields } = schema;
    for (const [fieldName, field] of fields) {
      if (ignored.has(fieldName)) continue;
      const key = `${builtInTypeKey(name) ?? name}.${fieldName}`;
      const [stated, found] = [sent[fieldName] ?? undefined, answer[fieldName] ?? undefined];
      if (stated === undefined && !this.#byHand.has(key)) {
        const isFilled = found !== undefined && !isOmitted(found, field);
        // What stands inside of an object that was filled in is filled into the object.
        const value = isFilled && field.node.type === "struct" ? {} : found;
        this.#note(key, isFilled ? JSON.stringify(value) : undefined);
      }
      if (found === undefined) continue;
      this.#value(stated ?? {}, found, { schema: field.node, ignored: this.#byHandWithin(key) });
    }
  }

  #byHandWithin(key: string): ReadonlySet<string> {
    const within = [...this.#byHand].filter((field) => field.startsWith(`${key}/`));
    return new Set(within.map((field) => field.slice(key.length + 1)));
  }

  #note(key: string, value: string | undefined): void {
    const values = this.#seen.get(key);
    if (values === undefined) this.#seen.set(key, new Set([value]));
    else values.add(value);
  }
}
