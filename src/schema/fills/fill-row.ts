/** One row of the table of server defaults, as data: where the API server puts in what, and how that is known. */
import type { Json } from "../../resource/resource.ts";
import type { ComputationName } from "./computations.ts";

export interface FillRow {
  /**
   * `<group>.<Type>.<field>`, of every version of the group. `<group>.<Type>.<outer>/<field>` is a field of what
   * `outer` holds, where that type's fields are filled otherwise elsewhere.
   */
  readonly field: string;
  /** All of them hold; always, if left out. */
  readonly when?: readonly Condition[];
  readonly value: FillValue;
  /** Only inside of objects of these kinds. */
  readonly kinds?: readonly string[];
  /** Even where Git states a value. */
  readonly overrides?: true;
  /** Chosen by the server, and free to be changed later on the same object. */
  readonly mutable?: true;
  /** Why, and in which function of Kubernetes that can be read. */
  readonly reason: string;
}

export type FillValue =
  /** The server's own choice: nobody can say which value. */
  | "allocated"
  /** None: what Git states is left out. */
  | "dropped"
  | { readonly is: Json }
  | { readonly copyOf: FieldRef }
  | { readonly computed: ComputationName };

/** Fields joined by dots, beginning with a sibling, or with `/` at the root of what Git states: `/spec/updateStrategy`. */
export type FieldRef = string;

/** What holds of a field, be it a sibling or one named from the root. */
export type Condition =
  /** It has one of these values. Unset (absent, null or an empty text), it counts as `otherwise`. */
  | { readonly field: FieldRef; readonly in: readonly Json[]; readonly otherwise?: Json }
  | { readonly field: FieldRef; readonly notIn: readonly Json[] }
  /** It is stated, an empty value included. */
  | { readonly field: FieldRef; readonly isSet: boolean }
  /** It is a list or map, or a text, with something in it. */
  | { readonly field: FieldRef; readonly hasContent: boolean }
  /** The image that it names is pulled each time, since it says `latest` or nothing. */
  | { readonly field: FieldRef; readonly isLatestImage: boolean }
  /** Of the object's fields none is set but these. */
  | { readonly onlyFields: readonly string[] };
