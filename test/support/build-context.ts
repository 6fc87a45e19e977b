/** What Docker sends to a build: the checkout without what .dockerignore takes away. */
import { cp, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";

interface Pattern {
  readonly match: RegExp;
  readonly isException: boolean;
}

/** The last pattern that matches a path or a folder above it decides. */
export function createFilter(dockerignore: string): (path: string) => boolean {
  const patterns = dockerignore
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line): Pattern => ({ match: globOf(line.replace(/^!/, "")), isException: line.startsWith("!") }));
  return (path) => {
    const last = patterns.findLast(({ match }) => withParents(path).some((part) => match.test(part)));
    return last === undefined || last.isException;
  };
}

/** Copies the context; the folders in `skipped` are not even looked at, as none of their files passes. */
export async function copyContext(
  from: string,
  to: string,
  { dockerignore, skipped }: { readonly dockerignore: string; readonly skipped: readonly string[] },
): Promise<void> {
  const isSent = createFilter(dockerignore);
  await copy("");

  async function copy(folder: string): Promise<void> {
    for (const entry of await readdir(join(from, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (skipped.includes(path)) continue;
      if (entry.isDirectory()) await copy(path);
      else if (isSent(path)) {
        await mkdir(dirname(join(to, path)), { recursive: true });
        await cp(join(from, path), join(to, path));
      }
    }
  }
}

function withParents(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

/** Go's rules, where a star matches a leading dot too; `**` is any number of folders. */
function globOf(pattern: string): RegExp {
  const words = pattern.split(/(\*\*\/|\*)/).map((word) => {
    if (word === "**/") return "(?:.*/)?";
    return word === "*" ? "[^/]*" : word.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${words.join("")}$`);
}
