/** Every reason has a sentence in docs/spec, and some code that gives it: no word is promised that nobody says. */
import { globSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import {
  type ConditionReason,
  conditionMeanings,
  conditionReasons,
  eventReasons,
  needsUser,
  resolutions,
  rollbackResults,
  verdictReasons,
} from "../../src/api/reasons.ts";
import { holdReasons } from "../../src/drift/action.ts";

const root = join(import.meta.dirname, "../..");

const policyReasons = [...Object.values(conditionReasons), ...Object.values(verdictReasons), eventReasons];
const recordWords = [resolutions, rollbackResults];

const wordsOf = (lists: readonly object[]) =>
  [...new Set(lists.flatMap((list) => Object.keys(list)))].toSorted();

describe("docs/spec explains", () => {
  const policyPage = readFileSync(join(root, "docs/spec/gitrepopolicy.md"), "utf8");
  const recordPage = readFileSync(join(root, "docs/spec/driftrecord.md"), "utf8");

  it.each(wordsOf(policyReasons))("%s, on a policy", (reason) => {
    expect(policyPage).toMatch(new RegExp(`^\\|.* \`${reason}\` \\| \\S`, "m"));
  });

  it.each(wordsOf(recordWords))("%s, on a record", (word) => {
    expect(recordPage).toMatch(new RegExp(`^\\| \`${word}\` \\| \\S`, "m"));
  });

  it.each(Object.entries(conditionMeanings))("the condition %s", (type, meaning) => {
    expect(policyPage).toContain(`### ${type}\n\n${meaning}\n`);
  });
});

describe("some code gives the reason", () => {
  /** Where words are declared, or preset for metrics; everywhere else a word in quotes is a word that is said. */
  const lists = /^src\/(api|telemetry)\/|^src\/drift\/(action|verdict)\.ts$/;
  const files = globSync("src/**/*.ts", { cwd: root }).filter((file) => !lists.test(file));
  // Without its types, which name every word too.
  const code = files.map((file) => stripTypeScriptTypes(readFileSync(join(root, file), "utf8"))).join("\n");
  const isSaid = (word: string) => code.includes(`"${word}"`);

  it.each(wordsOf([...Object.values(conditionReasons), ...Object.values(verdictReasons), ...recordWords]))(
    "%s",
    (reason) => {
      expect(isSaid(reason)).toBe(true);
    },
  );

  it.each(Object.keys(eventReasons))("%s, of an Event", (reason) => {
    // How a rollback ended is put behind this word.
    const parts = /^Rollback(.+)$/.exec(reason);
    expect(parts === null ? isSaid(reason) : isSaid(parts[1] ?? "") && code.includes("`Rollback${")).toBe(
      true,
    );
  });
});

describe("a policy is stalled", () => {
  const isStalled = (reason: ConditionReason) => [reason, needsUser(reason)];

  it("by what only its author can mend", () => {
    const reasons: readonly ConditionReason[] = ["InvalidSpec", "AuthenticationFailed", "ParseFailed"];
    expect(reasons.map(isStalled)).toEqual(reasons.map((reason) => [reason, true]));
  });

  it("never by what passes by itself", () => {
    const reasons: readonly ConditionReason[] = [
      "Unreachable",
      "RenderTimedOut",
      "Progressing",
      "WatchFailed",
    ];
    expect(reasons.map(isStalled)).toEqual(reasons.map((reason) => [reason, false]));
  });

  it("by nothing else than what docs/spec lists for Stalled", () => {
    const reasons = Object.keys(conditionReasons.Ready) as ConditionReason[]; // they are its keys
    expect(Object.keys(conditionReasons.Stalled).toSorted()).toEqual(reasons.filter(needsUser).toSorted());
  });
});

describe("the reasons of RollbackHeld", () => {
  it("stand in the order in which they win", () => {
    expect(Object.keys(conditionReasons.RollbackHeld)).toEqual([...holdReasons]);
  });
});
