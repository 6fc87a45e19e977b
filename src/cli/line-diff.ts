/** The difference of two texts, line by line, in the unified format that `git apply` and `patch` take. */

/** Lines around a change. */
const contextLines = 3;
/** Beyond this many pairs of lines what lies between the first and the last difference counts as one change. */
const mostPairs = 4_000_000;

/** One line of the edit script. */
interface Step {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** Empty if the texts are the same. */
export function unifiedDiff(
  before: string,
  after: string,
  names: { readonly before: string; readonly after: string },
): string {
  if (before === after) return "";
  const steps = editScript(linesOf(before), linesOf(after));
  const hunks = hunksOf(steps);
  return [`--- ${names.before}\n`, `+++ ${names.after}\n`, ...hunks].join("");
}

/** Each with its line end; the last one may have none. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function editScript(before: readonly string[], after: readonly string[]): readonly Step[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  const same = (text: string): Step => ({ sign: " ", text });
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** By the longest common subsequence; what goes stands before what comes. */
function middle(before: readonly string[], after: readonly string[]): readonly Step[] {
  const removed = (text: string): Step => ({ sign: "-", text });
  const added = (text: string): Step => ({ sign: "+", text });
  if (before.length * after.length > mostPairs) return [...before.map(removed), ...after.map(added)];
  const lengths = commonLengths(before, after);
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    const [old, now] = [before[i] ?? "", after[j] ?? ""];
    if (old === now) {
      steps.push({ sign: " ", text: old });
      i += 1;
      j += 1;
    } else if ((lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)) {
      steps.push(removed(old));
      i += 1;
    } else {
      steps.push(added(now));
      j += 1;
    }
  }
  return [...steps, ...before.slice(i).map(removed), ...after.slice(j).map(added)];
}

/** How many lines the rests behind each pair of positions have in common, in order. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    const [row, below] = [lengths[i], lengths[i + 1]];
    if (row === undefined || below === undefined) continue;
    for (let j = after.length - 1; j >= 0; j--)
      row[j] = before[i] === after[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
  }
  return lengths;
}

function hunksOf(steps: readonly Step[]): readonly string[] {
  const hunks: string[] = [];
  let [oldLine, newLine] = [1, 1];
  let at = 0;
  while (at < steps.length) {
    const first = steps.findIndex(({ sign }, i) => i >= at && sign !== " ");
    if (first < 0) break;
    const start = Math.max(at, first - contextLines);
    const end = endOfHunk(steps, first);
    for (const { sign } of steps.slice(at, start)) {
      if (sign !== "+") oldLine += 1;
      if (sign !== "-") newLine += 1;
    }
    const lines = steps.slice(start, end);
    const olds = lines.filter(({ sign }) => sign !== "+").length;
    const news = lines.filter(({ sign }) => sign !== "-").length;
    hunks.push(`@@ -${rangeOf(oldLine, olds)} +${rangeOf(newLine, news)} @@\n`, ...lines.map(written));
    oldLine += olds;
    newLine += news;
    at = end;
  }
  return hunks;
}

/** Behind the last change that is no further from the one before it than both their contexts reach. */
function endOfHunk(steps: readonly Step[], first: number): number {
  let last = first;
  for (let i = first; i < steps.length && i - last <= 2 * contextLines; i++)
    if (steps[i]?.sign !== " ") last = i;
  return Math.min(steps.length, last + 1 + contextLines);
}

/** An empty range stands behind the line before it. */
function rangeOf(line: number, count: number): string {
  return `${count === 0 ? line - 1 : line},${count}`;
}

function written({ sign, text }: Step): string {
  return text.endsWith("\n") ? `${sign}${text}` : `${sign}${text}\n\\ No newline at end of file\n`;
}
