/** The manifests of the quiet cluster prove as much as they differ. */
import { describe, expect, it } from "@jest/globals";
import { findUnfinished } from "../src/render/unfinished.ts";
import { isJsonObject, type Json, type KubernetesObject } from "../src/resource/resource.ts";
import { readQuietManifests } from "./support/quiet-manifests.ts";

const { objects } = readQuietManifests("run");

describe("the manifests of the quiet cluster", () => {
  it("are three hundred at least", () => {
    expect(objects.length).toBeGreaterThanOrEqual(300);
  });

  it("are no two equal but for their names", () => {
    const seen = new Map<string, string>();
    const twins: string[] = [];
    for (const object of objects) {
      const name = `${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`;
      const text = JSON.stringify(renamed(object));
      const twin = seen.get(text);
      if (twin !== undefined) twins.push(`${name} is ${twin}`);
      seen.set(text, name);
    }
    expect(twins).toEqual([]);
  });

  it("tell twins by what they say, not by what they are called", () => {
    const made = (name: string, extra: Json): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: `${name}-ns`, labels: { app: name } },
      spec: { selector: { app: name }, ports: extra },
    });
    expect(renamed(made("a1", []))).toEqual(renamed(made("b2", [])));
    expect(renamed(made("a1", [{ port: 1 }]))).not.toEqual(renamed(made("b2", [{ port: 2 }])));
  });

  it("are finished, so that every one of them is judged", () => {
    expect(objects.filter((object) => findUnfinished(object) !== undefined)).toEqual([]);
  });

  it("are each named once", () => {
    const keys = objects.map(
      ({ apiVersion, kind, metadata: { namespace = "", name = "" } }) =>
        `${apiVersion} ${kind} ${namespace}/${name}`,
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});

/** With a word in place of its name and namespace, wherever they occur in a value, and its keys in one order. */
function renamed(object: KubernetesObject): Json {
  const { name = "", namespace = "" } = object.metadata;
  const rename = (text: string): string => {
    const withoutNamespace = namespace === "" ? text : text.replaceAll(namespace, "<namespace>");
    return withoutNamespace.replaceAll(name, "<name>");
  };
  const walk = (value: Json): Json => {
    if (typeof value === "string") return rename(value);
    if (Array.isArray(value)) return value.map(walk);
    if (!isJsonObject(value)) return value;
    const keys = Object.keys(value).toSorted();
    return Object.fromEntries(keys.map((key) => [key, walk(value[key] ?? null)]));
  };
  // What Git leaves out and what it states to be in the namespace of its folder are one.
  return walk(object);
}
