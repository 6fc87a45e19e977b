/** Reading JSON whose shape is the server's promise: what is not as promised reads as empty. */
import { isJsonObject, type Json } from "../resource/resource.ts";

/** The member's items; none if it is no list. */
export function listAt(value: Json | undefined, name: string): readonly Json[] {
  const list = memberAt(value, name);
  return Array.isArray(list) ? list : [];
}

export function memberAt(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

/** The member's text; the empty string if it is none. */
export function textAt(value: Json | undefined, name: string): string {
  const found = memberAt(value, name);
  return typeof found === "string" ? found : "";
}
