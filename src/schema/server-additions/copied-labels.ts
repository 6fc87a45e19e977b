/** Labels that the API server makes up for Jobs, and copies from templates. */
import type { JsonObject } from "../../resource/resource.ts";
import type { Roots } from "../schema-node.ts";
import { objectAt, ownMetadata } from "./own-metadata.ts";

/** generateSelector (pkg/registry/batch/job): for the Pods of a Job that does not select them by itself. */
export function jobLabels({ desired, live }: Roots): JsonObject {
  const { name, uid } = ownMetadata(live);
  if (objectAt(desired, "spec")["manualSelector"] === true || name === undefined || uid === undefined)
    return {};
  return {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
}

/**
 * SetDefaults_Job, SetDefaults_ReplicationController: the template's labels become the object's own, if it has none;
 * so do those that were added to the template.
 */
export function templateLabels({ desired }: Roots, added: JsonObject = {}): JsonObject {
  const own = objectAt(desired, "metadata", "labels");
  const labels = objectAt(desired, "spec", "template", "metadata", "labels");
  return Object.keys(own).length > 0 ? {} : { ...added, ...labels };
}
