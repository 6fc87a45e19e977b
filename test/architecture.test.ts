/** The table of rooms in docs/architecture.md, and that every source file obeys it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { cyclesOf, type RoomTable, roomOf, violationsOf } from "./support/architecture.ts";
import { readRoomTable } from "./support/room-table.ts";

const table = readRoomTable(readFileSync(join(import.meta.dirname, "../docs/architecture.md"), "utf8"));
const root = join(import.meta.dirname, "../src");
const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

describe("the sources", () => {
  it("have every folder and file under src in the table", () => {
    const unknown = readdirSync(root).filter((name) => table[name] === undefined);
    expect(unknown).toEqual([]);
  });

  it("find the rooms of a row, with the groups that it names, and what makes one pure", () => {
    expect(table["telemetry"]).toEqual({
      rooms: ["drift", "resource"],
      packages: ["pino", "prom-client"],
      isPure: false,
    });
    expect(table["drift"]?.isPure).toBe(true);
    expect(table["operator"]?.rooms).toEqual(
      expect.arrayContaining(["controller", "git", "render", "schema"]),
    );
  });

  it("could not form a circle if they tried: the table admits none", () => {
    expect(cyclesOf(table)).toEqual([]);
  });

  it.each(readdirSync(root))("obey the table: %s", (room) => {
    const files = sources.filter(({ path }) => roomOf(path) === room);
    expect(files).not.toEqual([]);
    expect(files.flatMap((file) => violationsOf(table, file))).toEqual([]);
  });
});

describe("the check", () => {
  it.each([
    ["an import upwards", 'import { x } from "../controller/report.ts";', "controller"],
    ["an import of types upwards", 'import type { X } from "../kubernetes/transport.ts";', "kubernetes"],
    ["an import over several lines", 'import {\n  a,\n  type B,\n} from "../main.ts";', "main.ts"],
    ["an import for its effect", 'import "../telemetry/logger.ts";', "telemetry"],
    ["a re-export", 'export { x } from "../git/refs.ts";', "git"],
    ["a re-export of everything", 'export * from "../git/refs.ts";', "git"],
    ["a dynamic import", 'const x = await import("../git/refs.ts");', "git"],
    ["a type by import()", 'type X = import("../git/refs.ts").X;', "git"],
    ["a computed import", "await import(name);", "computed"],
    ["an import built from a template", "await import(`../${name}.ts`);", "computed"],
    ["a package", 'import { z } from "zod";', "zod"],
    ["a part of a scoped package", 'import x from "@scope/name/part";', "@scope/name"],
    ["a module of Node", 'import { readFileSync } from "node:fs";', "node:fs"],
    ["what is outside src", 'import { x } from "../../dev/demo/demo.ts";', "../dev/demo/demo.ts"],
    [
      "an import after a regular expression with a quote",
      'const q = /["`]/;\nimport "../git/refs.ts";',
      "git",
    ],
    ["the clock", "const now = Date.now();", "Date.now"],
    ["the clock by a date", "const now = new Date();", "new Date()"],
    ["the clock by a date without brackets", "const now = new Date;", "new Date"],
    ["the clock as text", "const now = Date();", "Date("],
    ["the fine clock", "const now = performance.now();", "performance"],
    ["the process", "process.exit(1);", "process"],
    ["the environment", "const { HOME } = process.env;", "process.env"],
    ["the network", 'await fetch("https://example.com");', "fetch"],
    ["the console", 'console.log("x");', "console"],
    ["a timer", "setTimeout(go, 1_000);", "setTimeout"],
    ["chance", "const dice = Math.random();", "Math.random"],
    ["code inside a template", "const line = `at ${Date.now()}`;", "Date.now"],
  ])("finds %s in a pure room", (_what, text, named) => {
    const violations = violationsOf(table, { path: "drift/assess.ts", text });
    expect(violations.join("\n")).toContain(named);
    expect(violations.join("\n")).toContain("drift/assess.ts: ");
  });

  it.each([
    ["imports of its own room and of those below", 'import "./verdict.ts";\nimport "../diff/compare.ts";'],
    ["a given date", "const at = new Date(ms); const other = new Date(Date.UTC(2026, 0, 1));"],
    ["words in comments", '// Date.now() and process\n/* import x from "../git/refs.ts" */'],
    ["words in strings", "const say = \"console.log('x')\"; const it = 'new Date()';"],
    ["words in templates", "const say = `process ${name} fetch( ${`console`}`;"],
    ["words in regular expressions", "const it = /process|fetch/.test(word);"],
    ["properties of other things", "const it = job.process(); const of = { fetch: deps.fetch };"],
  ])("lets pass, in a pure room, %s", (_what, text) => {
    expect(violationsOf(table, { path: "drift/assess.ts", text })).toEqual([]);
  });

  it("lets the ledger digest, and nothing else of Node", () => {
    const file = (module: string) => ({ path: "ledger/entry.ts", text: `import x from "${module}";` });
    expect(violationsOf(table, file("node:crypto"))).toEqual([]);
    expect(violationsOf(table, file("node:fs"))).toHaveLength(1);
  });

  it("lets the command line hand the environment on, but not read it", () => {
    const file = (text: string) => ({ path: "cli/run.ts", text });
    expect(violationsOf(table, file("parseConfig(values, process.env);"))).toEqual([]);
    expect(violationsOf(table, file("const home = process.env.HOME;"))).toHaveLength(1);
    expect(violationsOf(table, file('const home = process.env["HOME"];'))).toHaveLength(1);
    expect(violationsOf(table, file("const { HOME } = process.env;"))).toHaveLength(1);
  });

  it("names a room that is not in the table", () => {
    expect(violationsOf(table, { path: "utils/misc.ts", text: "" })).toEqual([
      "utils/misc.ts: the room utils is not in the table",
    ]);
  });

  it("finds a circle however long", () => {
    const room = (...rooms: readonly string[]) => ({ rooms, packages: [], isPure: false });
    const circle: RoomTable = { a: room("b"), b: room("c"), c: room("a", "d"), d: room() };
    expect(cyclesOf(circle)).toEqual(["a", "b", "c"]);
  });
});
