/** `--object Deployment/shop/web`: which of the compared objects is meant. */
import type { ResourceRef } from "../resource/resource.ts";

/** Answers whether an object is meant; a text if what is given names none. The group may stand behind the kind. */
export function selectObject(text: string): ((ref: ResourceRef) => boolean) | string {
  const parts = text.split("/");
  const [kindAndGroup = "", ...place] = parts;
  const [kind = "", ...group] = kindAndGroup.split(".");
  const [namespace, name] = place.length === 1 ? [undefined, place[0]] : place;
  if (kind === "" || namespace === "" || name === undefined || name === "" || place.length > 2)
    return `--object: write it as Kind/name or Kind/namespace/name, not ${JSON.stringify(text)}`;
  return (ref) =>
    ref.kind.toLowerCase() === kind.toLowerCase() &&
    (group.length === 0 || ref.group === group.join(".")) &&
    (namespace === undefined || ref.namespace === namespace) &&
    ref.name === name;
}

/** As `selectObject` reads it. */
export function objectText({ group, kind, namespace, name }: ResourceRef): string {
  const type = group === "" ? kind : `${kind}.${group}`;
  return [type, ...(namespace === "" ? [] : [namespace]), name].join("/");
}
