/** The difference of two texts, line by line, in the unified format that `git apply` and `patch` take. */

/** Lines around a change. */
const contextLines = 3;
/** Beyond this many changed lines what lies between the first and the last difference counts as one change. */
const mostChanges = 2000;

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

/** What goes stands before what comes. */
function middle(before: readonly string[], after: readonly string[]): readonly Step[] {
  const removed = (text: string): Step => ({ sign: "-", text });
  const added = (text: string): Step => ({ sign: "+", text });
  const rounds = shortestEdit(before, after);
  if (rounds === undefined) return [...before.map(removed), ...after.map(added)];
  const steps: Step[] = [];
  let [x, y] = [before.length, after.length];
  for (let round = rounds.length - 1; round >= 0; round--) {
    const reached = rounds[round];
    const diagonal = x - y;
    const comesDown = goesDown(reached, { diagonal, round });
    const earlier = diagonal + (comesDown ? 1 : -1);
    const fromX = round === 0 ? 0 : reachedOn(reached, earlier);
    const fromY = round === 0 ? 0 : fromX - earlier;
    for (; x > fromX && y > fromY; x--, y--) steps.push({ sign: " ", text: before[x - 1] ?? "" });
    if (round === 0) break;
    steps.push(comesDown ? added(after[fromY] ?? "") : removed(before[fromX] ?? ""));
    [x, y] = [fromX, fromY];
  }
  return steps.reverse();
}

/** How far each diagonal was reached before a round. */
type Reached = ReadonlyMap<number, number>;

/** Myers, "An O(ND) difference algorithm and its variations": a round for each line that goes or comes. */
function shortestEdit(before: readonly string[], after: readonly string[]): readonly Reached[] | undefined {
  const reached = new Map([[1, 0]]);
  const rounds: Reached[] = [];
  for (let round = 0; round <= mostChanges; round++) {
    rounds.push(new Map(reached));
    for (let diagonal = -round; diagonal <= round; diagonal += 2) {
      const comesDown = goesDown(reached, { diagonal, round });
      let x = comesDown ? reachedOn(reached, diagonal + 1) : reachedOn(reached, diagonal - 1) + 1;
      let y = x - diagonal;
      while (x < before.length && y < after.length && before[x] === after[y]) [x, y] = [x + 1, y + 1];
      reached.set(diagonal, x);
      if (x >= before.length && y >= after.length) return rounds;
    }
  }
  return undefined;
}

/** Whether a diagonal is reached by a line that comes, rather than by one that goes. */
function goesDown(
  reached: Reached | undefined,
  { diagonal, round }: { readonly diagonal: number; readonly round: number },
): boolean {
  if (diagonal === -round) return true;
  return diagonal !== round && reachedOn(reached, diagonal - 1) < reachedOn(reached, diagonal + 1);
}

function reachedOn(reached: Reached | undefined, diagonal: number): number {
  return reached?.get(diagonal) ?? 0;
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
