/** The difference of one file as `git apply` takes it, unless it would show what is not to be seen. */
import { relative, resolve } from "node:path";
import { unifiedDiff } from "./line-diff.ts";

export type FileDiff =
  | { readonly type: "Shown"; readonly text: string }
  | { readonly type: "Refused"; readonly why: string };

export interface FileChange {
  /** Undefined for a new file. */
  readonly before: string | undefined;
  readonly after: string;
  /** Lines, from 1, that hold values of Secrets: of the text before, and of the one after. */
  readonly hidden: readonly ReadonlySet<number>[];
}

/** All that steers a terminal or turns the direction of text; tabs and the line ends of Windows do not. */
const steering = /[^\P{C}\n\r\t]|\r(?!\n)|[\p{Zl}\p{Zp}]/u;

/** Its text is not escaped, or it would not apply: what cannot be printed as it is, is refused. */
export function fileDiff(path: string, { before, after, hidden }: FileChange): FileDiff {
  const place = placeOf(path);
  if (/\p{C}/u.test(place)) return refused("its name holds control characters");
  const names = {
    before: before === undefined ? "/dev/null" : named(`a/${place}`),
    after: named(`b/${place}`),
  };
  const diff = unifiedDiff(before ?? "", after, names);
  if (steering.test(diff)) return refused("the lines of the change hold control characters; edit it by hand");
  if (shows(diff, hidden))
    return refused("the lines around the change hold values of a Secret; edit it by hand");
  return { type: "Shown", text: diff };
}

/** From here, or else from the root: git takes no path that begins with a slash or leads upwards. */
function placeOf(path: string): string {
  const fromHere = relative("", resolve(path));
  return isOutside(path) ? resolve(path).replace(/^\/+/, "") : fromHere;
}

export function isOutside(path: string): boolean {
  return /^\.\.(\/|$)/.test(relative("", resolve(path)));
}

/** As git writes names that hold quotes; one with a blank ends with a tab. */
function named(path: string): string {
  if (/["\\]/.test(path)) return `"${path.replaceAll(/["\\]/g, "\\$&")}"`;
  return path.includes(" ") ? `${path}\t` : path;
}

function shows(diff: string, hidden: readonly ReadonlySet<number>[]): boolean {
  return [...diff.matchAll(/^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/gm)].some(([, ...numbers]) => {
    const [oldLine = 0, oldCount = 0, newLine = 0, newCount = 0] = numbers.map(Number);
    return (
      holds(hidden[0], { line: oldLine, count: oldCount }) ||
      holds(hidden[1], { line: newLine, count: newCount })
    );
  });
}

function holds(
  lines: ReadonlySet<number> | undefined,
  { line, count }: { line: number; count: number },
): boolean {
  return Array.from({ length: count }, (_, i) => line + i).some((one) => lines?.has(one) === true);
}

function refused(why: string): FileDiff {
  return { type: "Refused", why };
}
