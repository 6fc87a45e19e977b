/** Whether kubectl's last-applied annotation says nothing but what Git says, or said at the last delivery. */
import type { PathElement } from "../../fieldpath/field-path.ts";
import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
  parseApiVersion,
} from "../../resource/resource.ts";
import { keyElement } from "../../schema/item-key.ts";
import { anyNode, type ListNode, type SchemaNode } from "../../schema/schema-node.ts";
import { sameAtomic } from "../atomic.ts";
import type { ValueCheck, ValueContext } from "../excuse-row.ts";
import { matchItems } from "../list-items.ts";
import { isEmpty } from "../omission.ts";
import { isPart } from "../part-of.ts";
import { stepInto } from "../parts.ts";
import { isTextOf } from "../same-text.ts";
import { withStringDataFolded } from "../secret.ts";

/**
 * It parses, names this very object, and each of its leaves is one that the current or the delivered revision holds,
 * or a valid mark. Anything else would come back at the next `kubectl apply`, or would hide what is to be pruned.
 */
export const isLastApplied: ValueCheck = (value, at) => {
  if (typeof value !== "string") return false;
  // Nearly always it is what Git says, word for word: that takes neither parsing nor schema nor paths.
  if (isOf(at.desired, at.live) && isTextOf(value, asApplied(at.desired))) return true;
  const mark = parseObject(value);
  if (mark === undefined || !isOf(mark, at.live)) return false;
  return isPart(mark, at.desired) || new Reading(at).holds(withStringDataFolded(mark));
};

/** kubectl writes annotations where the manifest states none. */
function asApplied(desired: KubernetesObject): KubernetesObject {
  const { metadata } = desired;
  return metadata.annotations === undefined
    ? { ...desired, metadata: { ...metadata, annotations: {} } }
    : desired;
}

/** Deeper than any real object. */
const deepest = 100;

const identity: ReadonlySet<string> = new Set(["apiVersion", "kind"]);

class Reading {
  readonly #at: ValueContext;
  readonly #sources: readonly KubernetesObject[];
  readonly #path: PathElement[] = [];

  constructor(at: ValueContext) {
    this.#at = at;
    this.#sources = [at.desired, ...(at.delivered === undefined ? [] : [at.delivered])].map(
      withStringDataFolded,
    );
  }

  /** Of an object whose identity is known to be right. */
  holds(mark: KubernetesObject): boolean {
    if (!this.#sources.some(({ apiVersion }) => apiVersion === mark.apiVersion)) return false;
    return Object.entries(mark).every(([name, value]) => {
      if (identity.has(name)) return true;
      const isMetadata = name === "metadata";
      return this.#below(isMetadata ? withoutIdentity(mark.metadata) : value, {
        element: { type: "field", name },
        sources: this.#sources.map((source) => memberOf(source, name)),
        node: isMetadata ? anyNode : this.#at.schema,
      });
    });
  }

  /** Whether the sources, which stand at the same place, together hold every leaf of the value. */
  #holds(value: Json, sources: readonly (Json | undefined)[], node: SchemaNode): boolean {
    if (isEmpty(value) || sources.includes(value)) return true;
    if (this.#path.length > deepest) return false;
    if (isJsonObject(value) && !isAtomic(node)) {
      return Object.entries(value).every(([name, member]) =>
        this.#below(member, {
          element: { type: "field", name },
          sources: sources.map((source) => memberOf(source, name)),
          node,
        }),
      );
    }
    if (isJsonList(value) && node.type === "list" && node.listType !== "atomic") {
      return this.#holdsItems(value, sources, node);
    }
    return this.#holdsWhole(value, sources, node);
  }

  #below(
    value: Json,
    at: {
      readonly element: PathElement;
      readonly sources: readonly (Json | undefined)[];
      readonly node: SchemaNode;
    },
  ): boolean {
    this.#path.push(at.element);
    const isHeld = this.#holds(value, at.sources, stepInto(at.node, at.element));
    this.#path.pop();
    return isHeld;
  }

  #holdsItems(items: readonly Json[], sources: readonly (Json | undefined)[], node: ListNode): boolean {
    const lists = sources.map((source) => (isJsonList(source) ? source : []));
    const matches = lists.map((list) => matchItems(items, list, node.keys));
    if (matches.includes(undefined)) return this.#holdsWhole(items, sources, node);
    return items.every((item, i) =>
      this.#below(item, {
        element: keyElement(item, node.keys),
        sources: lists.map((list, s) => list[matches[s]?.[i] ?? -1]),
        node,
      }),
    );
  }

  #holdsWhole(value: Json, sources: readonly (Json | undefined)[], node: SchemaNode): boolean {
    const roots = { desired: this.#at.desired, live: this.#at.live };
    return (
      sources.some((source) => source !== undefined && sameAtomic(source, value, { schema: node, roots })) ||
      this.#at.isMark(this.#path.slice(), value)
    );
  }
}

function parseObject(text: string): KubernetesObject | undefined {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json; // JSON.parse answers JSON
  } catch {
    return undefined;
  }
  if (!isJsonObject(parsed)) return undefined;
  const { apiVersion, kind, metadata } = parsed;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !isJsonObject(metadata)) return undefined;
  return { ...parsed, apiVersion, kind, metadata };
}

/** Group, kind, name and namespace; kubectl writes the namespace where the manifest leaves it out. */
function isOf(mark: KubernetesObject, { apiVersion, kind, metadata }: KubernetesObject): boolean {
  return (
    parseApiVersion(mark.apiVersion).group === parseApiVersion(apiVersion).group &&
    mark.kind === kind &&
    mark.metadata.name === metadata.name &&
    (mark.metadata.namespace ?? metadata.namespace) === metadata.namespace
  );
}

function withoutIdentity({ name: _name, namespace: _namespace, ...rest }: JsonObject): JsonObject {
  return rest;
}

function isAtomic(node: SchemaNode): boolean {
  return node.type === "scalar" || node.type === "list" || (node.type !== "any" && node.atomic);
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
