/** The field that the API server makes of a Pod's old AppArmor annotations. */
import { isJsonObject, type Json, type JsonObject } from "../../resource/resource.ts";
import type { Roots } from "../schema-node.ts";
import { own } from "./field-ref.ts";

const prefix = "container.apparmor.security.beta.kubernetes.io/";
const localhost = "localhost/";

/** The container's `securityContext` with the profile that its annotation names; undefined if there is none to add. */
export function annotatedSecurityContext(container: JsonObject, { desired }: Roots): Json | undefined {
  const name = own(container, "name");
  const annotation =
    typeof name === "string" ? at(desired, "metadata", "annotations", prefix + name) : undefined;
  const securityContext = own(container, "securityContext") ?? {};
  if (typeof annotation !== "string" || !isJsonObject(securityContext)) return undefined;
  const appArmorProfile = profileOf(annotation);
  if (appArmorProfile === undefined || (own(securityContext, "appArmorProfile") ?? null) !== null)
    return undefined;
  return { ...securityContext, appArmorProfile };
}

function profileOf(annotation: string): Json | undefined {
  if (annotation === "runtime/default") return { type: "RuntimeDefault" };
  if (annotation === "unconfined") return { type: "Unconfined" };
  if (!annotation.startsWith(localhost) || annotation === localhost) return undefined;
  return { type: "Localhost", localhostProfile: annotation.slice(localhost.length) };
}

function at(object: JsonObject, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, field) => (isJsonObject(value) ? own(value, field) : undefined),
    object,
  );
}
