/** What the API server's schema says of a value, as far as comparing needs it. */
import type { Json, JsonObject } from "../resource/resource.ts";
import type { DisplacesField, DisplacesItem } from "./alternatives.ts";

/** A node may refer to itself, directly or not (JSONSchemaProps does): walk it along a value, never on its own. */
export type SchemaNode = AnyNode | ScalarNode | StructNode | MapNode | ListNode;

/** Nothing is known: a preserve-unknown-fields value, or a kind without a schema. */
export interface AnyNode {
  readonly type: "any";
}

/** How two spellings of one value are recognised as equal; `plain` has one spelling only. */
export type ScalarFormat = "plain" | "quantity" | "bytes" | "time" | "microTime";

export interface ScalarNode {
  readonly type: "scalar";
  readonly format: ScalarFormat;
}

/** An object whose fields the schema names. */
export interface StructNode {
  readonly type: "struct";
  /** The name of the type, e.g. `io.k8s.api.core.v1.PodSpec`; empty for the inner objects of a custom resource. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, StructField>;
  /** The server replaces it as a whole. */
  readonly atomic: boolean;
  /** Fields beyond the named ones are kept (`x-kubernetes-preserve-unknown-fields`). */
  readonly open: boolean;
  /** Of its fields the server allows one at a time. */
  readonly displaces?: DisplacesField | undefined;
}

export interface StructField {
  readonly node: SchemaNode;
  readonly omits: Omission;
  /** What the server puts in by itself; absent for most fields. */
  readonly fills?: ServerFill;
}

/**
 * Which stated values the server cannot tell from an absent field, and leaves out when it writes the object: none of
 * them (custom resources, pointers in Go), empty lists and maps, or every zero (`false`, `0`, `""` as well).
 */
export type Omission = "nothing" | "empty" | "zero";

/** A value that the server puts in where Git states none, or a zero that it cannot tell from none. */
export interface ServerFill {
  /**
   * What it puts in, given what Git states of the object that the field is of; undefined if it puts in nothing there.
   * Left out where the value is the server's to choose: its presence says nothing.
   */
  readonly value?: (parent: JsonObject, roots: Roots) => Json | undefined;
  /** The scalar that it always puts in, whatever the object: `value` answers the same. */
  readonly constant?: Json;
  /** Whether it does, given the object that the field is of; always, if left out. */
  readonly when?: (parent: JsonObject, roots: Roots) => boolean;
  /** It does so even where Git states a value. */
  readonly overrides?: true;
  /** Whether it leaves out what Git states, given the object that the field is of. */
  readonly drops?: (parent: JsonObject, roots: Roots) => boolean;
  /** A value of the server's choice that can be changed afterwards without the object being made anew. */
  readonly mutable?: true;
}

/** Both objects from their roots, for what depends on more than a field's siblings (the kind, the name, the uid). */
export interface Roots {
  readonly desired: JsonObject;
  readonly live: JsonObject;
}

export const noRoots: Roots = { desired: {}, live: {} };

/** An object with free keys: labels, annotations, ConfigMap data. */
export interface MapNode {
  readonly type: "map";
  readonly values: SchemaNode;
  readonly atomic: boolean;
}

export interface ListNode {
  readonly type: "list";
  readonly items: SchemaNode;
  /** `map`: items are told apart by `keys`; `set`: by value; `atomic`: the list counts as one value. */
  readonly listType: "map" | "set" | "atomic";
  /** Of a `map` list only, and then at least one. */
  readonly keys: readonly ListKey[];
  /** Whether the order of a `map` list has an effect. */
  readonly ordered: boolean;
  /** Items are told apart by something else besides their keys. */
  readonly displaces?: DisplacesItem | undefined;
}

/** A field by which list items are told apart, and what its absence stands for. */
export interface ListKey {
  readonly name: string;
  readonly defaultValue?: Json;
  /** The server cannot tell an empty text from an absent field. */
  readonly isOmittedIfEmpty: boolean;
}

export const anyNode: AnyNode = { type: "any" };
