/** Reads the table of rooms where people read it: in docs/architecture.md. */
import type { Room, RoomTable } from "./architecture.ts";

/** The rows of the table whose first column is `Room`. @throws Error if there is none, or a row is not whole. */
export function readRoomTable(markdown: string): RoomTable {
  const lines = markdown.split("\n");
  const head = lines.findIndex((line) => line.startsWith("| Room |"));
  if (head < 0) throw new Error("docs/architecture.md holds no table of rooms");
  const rows: (readonly string[])[] = [];
  // The line below the head is the rule that makes it a table.
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(cells(line));
  }
  const named = (kind: string) => rows.filter((row) => row[1] === kind).map(roomName);
  const groups = new Map([
    ["adapters", named("adapter")],
    ["judgement", named("pure")],
  ]);
  return Object.fromEntries(rows.map((row) => [roomName(row), roomOf(row, groups)]));
}

function roomOf(row: readonly string[], groups: ReadonlyMap<string, readonly string[]>): Room {
  const [, kind, , rooms, packages] = row;
  if (rooms === undefined || packages === undefined) throw new Error(`not a whole row: ${row.join(" | ")}`);
  return {
    rooms: words(rooms).flatMap((word) => groups.get(word) ?? [word]),
    packages: words(packages),
    isPure: kind === "pure",
  };
}

function roomName([name = ""]: readonly string[]): string {
  return name.replaceAll("`", "");
}

function cells(line: string): readonly string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function words(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}
