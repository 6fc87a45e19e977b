/** Judges source files by the table of rooms: who may import what, and what pure rooms may not touch. */
import { posix } from "node:path";
import { scanSource } from "./source-scan.ts";

/** A folder or file directly under src. */
export interface Room {
  /** Those it may import from, besides itself. */
  readonly rooms: readonly string[];
  /** Packages and Node's modules, `node:fs` and `node:fs/promises` counting as two. */
  readonly packages: readonly string[];
  /** Judges only: no clock, process, network, console, chance or timer. */
  readonly isPure: boolean;
}

export type RoomTable = Readonly<Record<string, Room>>;

export interface SourceFile {
  /** From src, with forward slashes: `drift/assess.ts`. */
  readonly path: string;
  readonly text: string;
}

/** What is wrong with a file, a line each; none: it obeys. */
export function violationsOf(table: RoomTable, { path, text }: SourceFile): readonly string[] {
  const name = roomOf(path);
  const room = table[name];
  if (room === undefined) return [`${path}: the room ${name} is not in the table`];
  const { imports, computedImports, code } = scanSource(text);
  const found = imports.flatMap((specifier) => importFault(name, room, posix.dirname(path), specifier) ?? []);
  if (computedImports > 0) found.push("an import is computed: nobody can say of what");
  if (room.isPure) found.push(...touched(code).map((what) => `a pure room touches ${what}`));
  if (readsEnvironment(name, code)) found.push("only config.ts reads process.env");
  return found.map((fault) => `${path}: ${fault}`);
}

/** Rooms that, by the table, may import each other over any number of steps. */
export function cyclesOf(table: RoomTable): readonly string[] {
  const reach = (from: string, seen: Set<string>): Set<string> => {
    for (const next of table[from]?.rooms ?? []) if (!seen.has(next)) reach(next, seen.add(next));
    return seen;
  };
  return Object.keys(table).filter((name) => reach(name, new Set()).has(name));
}

export function roomOf(path: string): string {
  return path.split("/", 1)[0] ?? path;
}

function importFault(name: string, room: Room, folder: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) {
    const package_ = packageOf(specifier);
    return room.packages.includes(package_) ? undefined : `${name} may not import the package ${package_}`;
  }
  const target = posix.join(folder, specifier);
  if (target.startsWith("../")) {
    return room.packages.includes(target)
      ? undefined
      : `${name} may not import ${target}, which is outside src`;
  }
  const other = roomOf(target);
  return other === name || room.rooms.includes(other) ? undefined : `${name} may not import from ${other}`;
}

function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** A name of the global scope: not a property of something, not a key. */
const globalNames =
  /(?<![.\w$])(process|console|fetch|performance|crypto|globalThis|setTimeout|setInterval|setImmediate|queueMicrotask)\b(?!\s*\??:)/g;
const clockReadings = [
  /\bDate\.now\b/g,
  /\bnew\s+Date\s*(?:\(\s*\)|(?![\s(]))/g,
  /(?<!new\s+)(?<![.\w$])Date\s*\(/g,
];
const chance = /\bMath\.random\b/g;

function touched(code: string): readonly string[] {
  return [globalNames, ...clockReadings, chance].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([text]) => text.replace(/\s+/g, " ")),
  );
}

/** The command line hands the environment on to config.ts as a whole; to take a variable out of it is to read it. */
function readsEnvironment(name: string, code: string): boolean {
  if (name === "config.ts") return false;
  const mention = /\bprocess\s*\.\s*env\b/;
  const reading = /\bprocess\s*\.\s*env\s*(?:\?\.)?[.[]|=\s*process\s*\.\s*env\b|\.\.\.process\s*\.\s*env\b/;
  return (name === "cli" ? reading : mention).test(code);
}
