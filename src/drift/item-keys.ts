/** Paths as people write them, made into paths as changes have them. */
import { nodeAt } from "../diff/parts.ts";
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import { keyElement } from "../schema/item-key.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { memberAt, valueAt } from "./path-walk.ts";

/**
 * Names list items by all of their keys, where somebody wrote an index or some of the keys: `ports[0]` and
 * `ports[containerPort=80]` are `ports[containerPort=80,protocol="TCP"]`. An index counts in Git, or else in live.
 */
export function withItemKeys(
  path: FieldPath,
  { desired, live }: { readonly desired: KubernetesObject; readonly live: KubernetesObject },
  schema: SchemaNode,
): FieldPath {
  const named: PathElement[] = [];
  for (const element of path) {
    const node = nodeAt(schema, named);
    if (element.type === "field" || node.type !== "list" || node.listType === "atomic") {
      named.push(element);
      continue;
    }
    const [item] = [desired, live].flatMap((side) => {
      const list = valueAt(side, named);
      const found = list === undefined ? undefined : memberAt(list, element);
      return found === undefined ? [] : [found];
    });
    named.push(item === undefined ? element : keyElement(item, node.keys));
  }
  return named;
}
