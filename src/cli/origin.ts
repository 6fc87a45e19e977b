/** Where Git states an object, for people. */
import type { Origin } from "../resource/desired.ts";

/** `  (deploy/web.yaml:14)`; nothing where it is not known. */
export function originOf(origin: Origin | undefined): string {
  if (origin === undefined) return "";
  return `  (${origin.path}${origin.line === undefined ? "" : `:${origin.line}`})`;
}
