/** What one GET says of an owner: no more is kept of it than the judgement on what it owns asks for. */
import { type Inventory, inventoryOf } from "../drift/inventories.ts";
import type { UnknownReason } from "../drift/verdict.ts";
import { type DelivererMark, marksOf } from "../resource/deliverer-mark.ts";
import { type OwnerReference, ownersOf } from "../resource/owner.ts";
import type { KubernetesObject } from "../resource/resource.ts";

export type OwnerRead =
  | {
      readonly type: "Present";
      readonly uid: string;
      readonly owners: readonly OwnerReference[];
      readonly marks: readonly DelivererMark[];
      /** Of a deliverer's object. */
      readonly inventory?: Inventory;
    }
  | { readonly type: "Absent" }
  | { readonly type: "Failed"; readonly reason: UnknownReason; readonly message: string };

/** What is kept of an owner that was read. */
export function ownerReadOf(object: KubernetesObject): OwnerRead {
  const inventory = inventoryOf(object);
  return {
    type: "Present",
    uid: object.metadata.uid ?? "",
    owners: ownersOf(object),
    marks: marksOf(object),
    ...(inventory === undefined ? {} : { inventory }),
  };
}
