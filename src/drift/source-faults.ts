/** What is wrong in Git itself, whatever is live. */
import { withStringDataFolded } from "../diff/secret.ts";
import type { FieldPath } from "../fieldpath/field-path.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { unknownFields } from "../schema/unknown-fields.ts";

/** Paths of fields that a manifest states and its kind's schema does not know. */
export type UnknownFields = readonly FieldPath[];

/** Fields that the API server does not know: it drops them without a word, so Git says something that nobody obeys. */
export function unknownFieldsOf(desired: KubernetesObject, schema: SchemaNode): UnknownFields {
  return unknownFields(withStringDataFolded(desired), schema);
}
