/** What a person meets who has no Go, an old one, or a cache already. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { buildGoProgram } from "../../dev/tools/go-program.ts";

const environment = { ...process.env };
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-go-program-"));
  // Go's own cache stays where it is: else each test would compile Go's library anew.
  process.env.GOCACHE ??= join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "go-build");
  process.env.XDG_CACHE_HOME = join(directory, "cache");
  process.env.GOTOOLCHAIN = "local";
});

afterEach(() => {
  process.env = { ...environment };
  rmSync(directory, { recursive: true });
});

describe("a program built from Go modules", () => {
  it("is built once, into the cache, and needs no Go after that", async () => {
    writeModule("1.26.0", "package main\n\nfunc main() {}\n");
    const said: string[] = [];
    const binary = await build((line) => said.push(line));
    expect(binary).toMatch(/cache\/holdfast\/samples\/[0-9a-f]{16}\/sample$/);
    expect(readFileSync(binary).length).toBeGreaterThan(0);
    expect(said.join("\n")).toMatch(/the first time takes a moment\n.*built/);
    process.env.PATH = directory;
    expect(await build((line) => said.push(line))).toBe(binary);
    expect(said).toHaveLength(2);
  });

  it("is another program when its sources change", async () => {
    writeModule("1.26.0", "package main\n\nfunc main() {}\n");
    const first = await build();
    writeModule("1.26.0", "package main\n\nfunc main() { println(1) }\n");
    expect(await build()).not.toBe(first);
  });

  it("says what to do where there is no Go", async () => {
    writeModule("1.26.0", "package main\n\nfunc main() {}\n");
    process.env.PATH = directory;
    await expect(build()).rejects.toThrow(/Go was not found on the PATH.*needs Go 1\.26 or later/);
  });

  it("says what to do where Go is too old", async () => {
    writeModule("1.999.0", "package main\n\nfunc main() {}\n");
    await expect(build()).rejects.toThrow(/cannot be used: .*requires go >= 1\.999\.0.*needs Go 1\.26/s);
  });

  it("shows the compiler's words when it does not build, and keeps nothing", async () => {
    writeModule("1.26.0", "package main\n\nfunc main() { missing() }\n");
    await expect(build()).rejects.toThrow(/undefined: missing/);
    await expect(build()).rejects.toThrow(/undefined: missing/);
  });
});

function writeModule(goVersion: string, main: string): void {
  writeFileSync(join(directory, "go.mod"), `module example.com/sample\n\ngo ${goVersion}\n`);
  writeFileSync(join(directory, "main.go"), main);
}

function build(log: (line: string) => void = () => undefined): Promise<string> {
  const program = { name: "sample", module: directory, package: ".", ldflags: "-s -w", cache: "samples" };
  return buildGoProgram({ ...program, coldBuild: "a moment" }, log);
}
