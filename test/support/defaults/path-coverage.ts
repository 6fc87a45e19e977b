/** Which paths of a kind's schema objects state. */
import { isJsonObject, type Json, type KubernetesObject } from "../../../src/resource/resource.ts";
import type { SchemaNode } from "../../../src/schema/schema-node.ts";

/** Identity, and what is never compared. */
const ignored: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status"]);

/** What the server refuses in an object that is created, whatever stands beside it. */
const refused: readonly RegExp[] = [
  /\bephemeralContainers\b/,
  /\.configSource\b/,
  /[tT]emplate\.metadata\.(?:creationTimestamp|deletion|generat|managedFields|name|ownerReferences|resourceVersion|selfLink|uid)/,
  /^spec\.metadata\.(?:creationTimestamp|deletion|finalizers|generat|managedFields|name|ownerReferences|resourceVersion|selfLink|uid)/,
  /volumeClaimTemplate\.metadata\.finalizers/,
  /volumeClaimTemplates\[\]\.(?:metadata|status)/,
  /\binlineVolumeSpec\.(?!accessModes|csi|mountOptions)/,
  /template\.spec\.activeDeadlineSeconds$/,
  /readinessProbe\.terminationGracePeriodSeconds$/,
  /spec\.resources\.claims\b/,
  /^spec\.metrics\[\].*\.target\.(?:value|averageUtilization)$/,
  /openAPIV3Schema\.(?:\$ref|\$schema|additionalItems|definitions|dependencies|id|patternProperties)$/,
];

/** Every path of fields that an object may state; items and keys are `[]`. Inside of itself a type is itself. */
export function schemaPaths(schema: SchemaNode): readonly string[] {
  const paths: string[] = [];
  const visit = (node: SchemaNode, path: string, entered: readonly SchemaNode[]): void => {
    if (node.type === "list") return visit(node.items, `${path}[]`, entered);
    if (node.type === "map") return visit(node.values, `${path}[]`, entered);
    if (node.type !== "struct" || entered.includes(node)) return;
    for (const [name, field] of node.fields) {
      if (path === "" && ignored.has(name)) continue;
      const inner = path === "" ? name : `${path}.${name}`;
      if (refused.some((pattern) => pattern.test(inner))) continue;
      paths.push(inner);
      visit(field.node, inner, [...entered, node]);
    }
  };
  visit(schema, "", []);
  return paths;
}

/** Those that the object states. */
export function statedPaths(object: KubernetesObject, schema: SchemaNode): readonly string[] {
  const paths = new Set<string>();
  const visit = (value: Json, node: SchemaNode, { path, entered }: Way): void => {
    if (node.type === "list" && Array.isArray(value)) {
      for (const item of value as readonly Json[]) visit(item, node.items, { path: `${path}[]`, entered });
    }
    if (!isJsonObject(value)) return;
    const here = entered.get(node) ?? path;
    const way = { path, entered: new Map(entered).set(node, here) };
    for (const [name, member] of Object.entries(value)) {
      if (node.type === "map") visit(member, node.values, { ...way, path: `${path}[]` });
      if (node.type !== "struct" || (path === "" && ignored.has(name))) continue;
      const inner = here === "" ? name : `${here}.${name}`;
      paths.add(inner);
      const field = node.fields.get(name);
      if (field !== undefined) visit(member, field.node, { ...way, path: inner });
    }
  };
  visit(object, schema, { path: "", entered: new Map() });
  return [...paths];
}

interface Way {
  readonly path: string;
  /** Where a type was entered first. */
  readonly entered: ReadonlyMap<SchemaNode, string>;
}
