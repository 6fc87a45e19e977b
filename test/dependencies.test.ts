/** What is installed: exact versions, permissive licences, each with its place in docs/dependencies.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
// Both are npm's own formats.
const manifest = JSON.parse(read("package.json")) as Record<
  "dependencies" | "devDependencies" | "optionalDependencies",
  Record<string, string>
>;
const { packages } = JSON.parse(read("package-lock.json")) as {
  packages: Record<string, { version?: string; license?: string; integrity?: string; resolved?: string }>;
};
const direct = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
const installed = Object.entries(packages).filter(([path]) => path !== "");

/** Licences that ask for no more than that their text stays with the code; the page names those beyond the usual four. */
const permissive =
  /^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|PSF-2\.0|Unlicense|BlueOak-1\.0\.0|CC-BY-4\.0|MIT OR Apache-2\.0|\(MIT OR CC0-1\.0\))$/;

describe("the packages", () => {
  it.each(Object.entries(direct))("are pinned to one version: %s", (name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(packages[`node_modules/${name}`]?.version).toBe(version);
  });

  it.each(Object.keys(direct))("have their place in docs/dependencies.md: %s", (name) => {
    expect(read("docs/dependencies.md")).toContain(`\`${name}\``);
  });

  it("have an entry in the lock file that says which bytes are meant, wherever they come from", () => {
    expect(installed.filter(([, { version, integrity }]) => !version || !integrity)).toEqual([]);
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("have permissive licences, also those that they bring along", () => {
    const licenceOf = (path: string, licence: string | undefined) =>
      licence ??
      (JSON.parse(read(join(path, "package.json"))) as { licenses?: { type: string }[] }).licenses?.[0]?.type;
    const others = installed
      .map(([path, { license }]) => [path, license] as const)
      .filter(([path, licence]) => !permissive.test(licence ?? licenceOf(path, licence) ?? ""));
    expect(others).toEqual([]);
  });
});
