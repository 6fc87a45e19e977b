/** How well the comparison did, by kind and by kind of edit, as a page of documentation. */
import { editKinds } from "./edits.ts";
import type { Fault } from "./failure.ts";
import type { FuzzResult, Round } from "./fuzz.ts";

export interface ScoresInput extends FuzzResult {
  readonly seed: number;
}

export function scoresPage({ rounds, refused, seed }: ScoresInput): string {
  const edited = rounds.filter(({ edit }) => edit !== undefined);
  const kinds = [...new Set(rounds.map(({ kind }) => kind))].sort();
  const reasons = Map.groupBy(
    edited.flatMap((round) => [...new Set(round.reasons)]),
    (reason) => reason,
  );
  return `# Scores of detection

<!-- Made by \`make fuzz ROUNDS=${rounds.length + refused.length} SEED=${seed}\`; test/support/fuzz says how. -->

Random objects of every built-in kind that can be created, and of three custom resources, are delivered in one of seven
ways to a real API server beside a real kube-controller-manager, compared, edited at a random place by a random manager,
compared again, and rolled back in a dry-run. ${rounds.length} objects took part; ${refused.length} that chance made were refused by the API server.

- *False alarms*: objects that nobody had edited, and that had changes.
- *Edits*: those that changed the stored object, but for the exceptions below. *Found*: every difference that the edit made
  is at, above or below a path among the changes.
- *Exact*: the rollback, sent as a dry-run, answers with the object as it was before the edit. *Immutable*: the API server refuses
  to change the field back.

## By kind of edit

${table(editKinds.map((name) => [name, edited.filter(({ edit }) => edit?.kind === name)]))}

## By kind

${table(kinds.map((name) => [name, rounds.filter(({ kind }) => kind === name)]))}

## Exceptions

Differences that need not be found, and need not be restored; the list is test/support/fuzz/exceptions.ts.

| Rounds | Why |
|---|---|
${[...reasons].map(([reason, { length }]) => `| ${length} | ${reason} |`).join("\n")}
`;
}

function table(rows: readonly (readonly [name: string, rounds: readonly Round[]])[]): string {
  const lines = rows.map(([name, rounds]) => line(name, rounds));
  const total = line(
    "**all**",
    rows.flatMap(([, rounds]) => rounds),
  );
  return [
    "| | Objects | False alarms | Edits | Found | Recall | Exact | Immutable |",
    "|---|---|---|---|---|---|---|---|",
    ...lines,
    total,
  ].join("\n");
}

function line(name: string, rounds: readonly Round[]): string {
  const missed = rounds.filter((round) => hasFault(round, "Missed")).length;
  const found = rounds.filter(({ rollback }) => rollback !== undefined).length;
  const share = found + missed === 0 ? "–" : `${((100 * found) / (found + missed)).toFixed(1)} %`;
  const numbers = [
    rounds.length,
    rounds.filter((round) => hasFault(round, "FalseAlarm")).length,
    found + missed,
    found,
    share,
    rounds.filter(({ rollback }) => rollback === "Exact").length,
    rounds.filter(({ rollback }) => rollback === "Immutable").length,
  ];
  return `| ${name} | ${numbers.join(" | ")} |`;
}

function hasFault({ failures }: Round, fault: Fault): boolean {
  return failures.some((failure) => failure.fault === fault);
}
