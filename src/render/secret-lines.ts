/** The lines of a text that hold what a Secret keeps: context of a patch must not show them. */
import { type YamlNode, yamlTree } from "./yaml-tree.ts";

/** What a Secret says besides its values. */
const harmless: ReadonlySet<string> = new Set(["apiVersion", "kind", "type", "immutable"]);
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** From 1. Every line, if an alias in a Secret makes it unsure where its values stand. */
export function secretLines(text: string): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const span of yamlTree(text).flatMap((node) => spansOf(node, text.length))) {
    const first = lineAt(text, span.start);
    const last = lineAt(text, span.end);
    for (let line = first; line <= last; line++) lines.add(line);
  }
  return lines;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Of every map inside that calls itself a Secret: lists hold them too. */
function spansOf(node: YamlNode, length: number): readonly Span[] {
  if (node.type === "list") return node.items.flatMap((item) => spansOf(item, length));
  if (node.type !== "map") return [];
  const kind = node.entries.findLast(({ key }) => key === "kind")?.value;
  const isSecret = kind?.type === "alias" || (kind?.type === "scalar" && kind.text === "Secret");
  if (!isSecret) return node.entries.flatMap(({ value }) => spansOf(value, length));
  return node.entries.flatMap(({ key, keyStart, value }) => {
    if (harmless.has(key)) return [];
    if (hasAlias(value)) return [{ start: 0, end: length }];
    const isShown = key === "metadata" && !mentions(value, lastApplied);
    return isShown ? [] : [{ start: keyStart, end: value.end }];
  });
}

function hasAlias(node: YamlNode): boolean {
  if (node.type === "map") return node.entries.some(({ value }) => hasAlias(value));
  return node.type === "list" ? node.items.some(hasAlias) : node.type === "alias";
}

function mentions(node: YamlNode, name: string): boolean {
  return node.type === "map" && node.entries.some(({ key, value }) => key === name || mentions(value, name));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
