/** Where a field of a manifest stands, for people: the file is read again only when somebody must be told. */

import type { Declaration } from "../controller/desired-store.ts";
import type { PolicyStore } from "../controller/policy-store.ts";
import type { FieldPath } from "../fieldpath/field-path.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { GitSource } from "../git/git-source.ts";
import { locateField } from "../render/locate.ts";
import { formatRef } from "../resource/resource.ts";

export interface DescribeFieldDeps {
  readonly policies: PolicyStore;
  readonly git: Pick<GitSource, "readTree">;
}

/** What is remembered of one thing that Git says. */
type Described = Map<string, string>;

/** Answers `deploy/web.yaml:14: Deployment shop/web: spec.template.spec.contaners`, without a line where none is known. */
export function createDescribeField({ policies, git }: DescribeFieldDeps) {
  /** By what Git says: it goes when that does. */
  const known = new WeakMap<Uint8Array, Described>();

  return async function describeField(
    declaration: Declaration,
    field: FieldPath,
    signal: AbortSignal,
  ): Promise<string> {
    const described: Described = known.get(declaration.bytes) ?? new Map<string, string>();
    known.set(declaration.bytes, described);
    const path = formatPath(field);
    const before = described.get(path);
    if (before !== undefined) return before;
    const line = await lineOf(declaration, field, signal);
    const { origin, ref } = declaration;
    const text = `${origin.path}${line === undefined ? "" : `:${line}`}: ${formatRef(ref)}: ${path}`;
    described.set(path, text);
    return text;
  };

  async function lineOf(
    { policy, origin, ref }: Declaration,
    field: FieldPath,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const entry = policies.get(policy);
    const commit = /sha1:([0-9a-f]{40})$/.exec(origin.revision)?.[1];
    // What Kustomize made has no line of its own.
    if (origin.line === undefined || commit === undefined || entry?.type !== "Valid") return origin.line;
    const { url, path } = entry.policy.source;
    const files = await git.readTree(url, commit, { path }, signal);
    const file = files.type === "Done" ? files.value.find((one) => one.path === origin.path) : undefined;
    if (file === undefined) return origin.line;
    const text = new TextDecoder().decode(file.bytes);
    return locateField(text, { line: origin.line, kind: ref.kind, name: ref.name }, field) ?? origin.line;
  }
}
