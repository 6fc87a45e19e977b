/** One difference between desired and live. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import type { Json } from "../resource/resource.ts";

/** A field manager that owns a changed path, as `metadata.managedFields` says. It names a program, never a person. */
export interface FieldManager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly subresource?: string;
  /** RFC 3339, whole seconds; absent on scale and merged entries. */
  readonly time?: string;
}

/** One change stands at the highest path that is wholly absent on the other side. Values are redacted already. */
export type FieldChange =
  | {
      readonly type: "Added";
      readonly path: FieldPath;
      readonly live: Json;
      /** What the server would have put there by itself; left out if nothing. */
      readonly default?: Json;
      readonly managers: readonly FieldManager[];
    }
  | { readonly type: "Removed"; readonly path: FieldPath; readonly desired: Json }
  | {
      readonly type: "Modified";
      readonly path: FieldPath;
      readonly desired: Json;
      readonly live: Json;
      readonly managers: readonly FieldManager[];
      /** The items of a list that is merged by key stand in another order; changes inside them are changes of their own. */
      readonly orderOnly?: true;
    };

/** `Declared`: only fields that Git states. `Exact`: also what was added without being declared. */
export type DetectionMode = "Declared" | "Exact";
