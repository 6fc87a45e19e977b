/** YAML for people and their tools: text that a reader of any age would take for a number or a yes is quoted. */
import { dump } from "js-yaml";
import type { Json } from "../resource/resource.ts";

export function writeYaml(value: Json): string {
  return dump(value, { noRefs: true, lineWidth: 120 });
}
