/**
 * Objects in the form in which they are kept: text, about a third of what the parsed object takes.
 *
 * managedFields are more than half of most objects, and apart from their times the same for all objects that one
 * manager made in one shape; so each such text is held once.
 */
import { isJsonList, isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";

export interface PackedObject {
  /** JSON, without `metadata.managedFields`. */
  readonly text: string;
  readonly managedFields?: readonly PackedEntry[];
}

/** One entry of managedFields. */
interface PackedEntry {
  /** JSON, without the time; shared. */
  readonly text: string;
  readonly time?: string;
}

export interface Packer {
  pack(object: KubernetesObject): PackedObject;
  unpack(packed: PackedObject): KubernetesObject;
}

/** Beyond this many shapes sharing starts anew: what is in use stays with its objects, what is not is let go. */
const mostShapes = 20_000;

export function createPacker(): Packer {
  const shapes = new Map<string, string>();

  return { pack, unpack };

  function pack(object: KubernetesObject): PackedObject {
    const { managedFields, ...metadata } = object.metadata;
    const text = JSON.stringify({ ...object, metadata });
    if (!isJsonList(managedFields)) return { text };
    return { text, managedFields: managedFields.map(packEntry) };
  }

  function packEntry(entry: Json): PackedEntry {
    if (!isJsonObject(entry) || typeof entry["time"] !== "string")
      return { text: share(JSON.stringify(entry)) };
    const { time, ...rest } = entry;
    return { text: share(JSON.stringify(rest)), time };
  }

  function share(text: string): string {
    const known = shapes.get(text);
    if (known !== undefined) return known;
    if (shapes.size >= mostShapes) shapes.clear();
    shapes.set(text, text);
    return text;
  }

  function unpack({ text, managedFields }: PackedObject): KubernetesObject {
    // Only `pack` makes these texts, from a KubernetesObject.
    const object = JSON.parse(text) as KubernetesObject;
    if (managedFields === undefined) return object;
    const entries = managedFields.map(unpackEntry);
    return { ...object, metadata: { ...object.metadata, managedFields: entries } };
  }
}

function unpackEntry({ text, time }: PackedEntry): Json {
  const entry = JSON.parse(text) as Json; // as packEntry made it
  return isJsonObject(entry) && time !== undefined ? { ...entry, time } : entry;
}
