/** The way from the root of an object to the value at hand: made into a path only when somebody asks. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import type { Json } from "../resource/resource.ts";
import { keyElement } from "./item-key.ts";
import type { ListNode } from "./schema-node.ts";

/** Nothing is allocated on the way: most walks find nothing and need no path at all. */
export class PathStack {
  /** A field's name; or, for an item of a list, the list's schema, with the item in `#items` and its index in `#indices`. */
  readonly #steps: (string | ListNode)[] = [];
  readonly #items: Json[] = [];
  readonly #indices: number[] = [];

  get depth(): number {
    return this.#steps.length;
  }

  enterField(name: string): void {
    this.#steps.push(name);
  }

  enterItem(item: Json, index: number, list: ListNode): void {
    this.#steps.push(list);
    this.#items.push(item);
    this.#indices.push(index);
  }

  leave(): void {
    if (typeof this.#steps.pop() === "string") return;
    this.#items.pop();
    this.#indices.pop();
  }

  /** Items of `map` lists by their keys, of sets by their value, of atomic lists by index. */
  toPath(): FieldPath {
    let at = 0;
    return this.#steps.map((step) => {
      if (typeof step === "string") return { type: "field", name: step };
      const [item = null, index = 0] = [this.#items[at], this.#indices[at]];
      at += 1;
      return step.listType === "atomic" ? { type: "index", index } : keyElement(item, step.keys);
    });
  }
}
