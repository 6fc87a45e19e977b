/** Where the server allows only one of several values, as data: OpenAPI does not say it. Source: Kubernetes' validation. */
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { builtInTypeKey } from "./built-in-types.ts";

/** Whether a live field that Git does not state stands in the way of one that it does, given both objects. */
export type DisplacesField = (
  name: string,
  sides: { readonly desired: JsonObject; readonly live: JsonObject },
) => boolean;

/** The same for a live list item that Git does not state, and a stated item that is not live. */
export type DisplacesItem = (item: Json, stated: Json) => boolean;

const handlers = oneOf(["exec", "grpc", "httpGet", "sleep", "tcpSocket"]);
const clientConfig = oneOf(["service", "url"]);
const updateStrategy = onlyFor("rollingUpdate", { field: "type", value: "RollingUpdate" });
const localProfile = onlyFor("localhostProfile", { field: "type", value: "Localhost" });

const byType: ReadonlyMap<string, DisplacesField> = new Map([
  ["admissionregistration.WebhookClientConfig", clientConfig],
  ["apiextensions.WebhookClientConfig", clientConfig],
  ["apps.DaemonSetUpdateStrategy", updateStrategy],
  ["apps.DeploymentStrategy", updateStrategy],
  ["apps.StatefulSetUpdateStrategy", updateStrategy],
  ["core.AppArmorProfile", localProfile],
  ["core.EnvVar", oneOf(["value", "valueFrom"])],
  [
    "core.EnvVarSource",
    oneOf(["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"]),
  ],
  ["core.LifecycleHandler", handlers],
  ["core.Probe", handlers],
  ["core.SeccompProfile", localProfile],
  ["core.ServiceSpec", onlyFor("sessionAffinityConfig", { field: "sessionAffinity", value: "ClientIP" })],
  ["core.Volume", (name, sides) => name !== "name" && isSourceMissing(sides)],
  ["policy.PodDisruptionBudgetSpec", oneOf(["maxUnavailable", "minAvailable"])],
]);

const byList: ReadonlyMap<string, DisplacesItem> = new Map([
  ["core.Container.ports", (item, stated) => nameOf(item) !== undefined && nameOf(item) === nameOf(stated)],
  // Ports need no name as long as there is one of them.
  [
    "core.ServiceSpec.ports",
    (item, stated) =>
      nameOf(item) === undefined || nameOf(stated) === undefined || nameOf(item) === nameOf(stated),
  ],
]);

/** For a type, by its name in the documents; undefined for most. */
export function displacesField(typeName: string): DisplacesField | undefined {
  return byType.get(builtInTypeKey(typeName) ?? "");
}

/** For the list that is a field of a type. */
export function displacesItem(typeName: string, field: string): DisplacesItem | undefined {
  return byList.get(`${builtInTypeKey(typeName) ?? ""}.${field}`);
}

/** One of these fields at most; Git states one that is not live. */
function oneOf(fields: readonly string[]): DisplacesField {
  return (name, { desired, live }) =>
    fields.includes(name) && fields.some((field) => isStated(desired, field) && !isStated(live, field));
}

/** The field needs a certain value in another one, in which Git states something else; empty text is the default there. */
function onlyFor(
  dependent: string,
  needs: { readonly field: string; readonly value: string },
): DisplacesField {
  return (name, { desired }) =>
    name === dependent && Boolean(desired[needs.field]) && desired[needs.field] !== needs.value;
}

function isSourceMissing({
  desired,
  live,
}: {
  readonly desired: JsonObject;
  readonly live: JsonObject;
}): boolean {
  return Object.keys(desired).some((name) => isStated(desired, name) && !isStated(live, name));
}

function isStated(object: JsonObject, field: string): boolean {
  return Object.hasOwn(object, field) && object[field] !== null;
}

function nameOf(item: Json): Json | undefined {
  const name = isJsonObject(item) ? item["name"] : undefined;
  return name === "" || name === null ? undefined : name;
}
