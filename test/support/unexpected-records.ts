/** What a policy on the real API server reports as unexpected. */
import { expect } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import type { Json } from "../../src/resource/resource.ts";
import { eventually } from "./api-server.ts";
import type { ClusterPolicy } from "./cluster-policy.ts";

/** Kind and name of all that is reported as unexpected and is not over. */
export async function unexpectedOf(policy: ClusterPolicy): Promise<readonly string[]> {
  const open = (await policy.records()).filter(
    (record) =>
      fieldAt(record, ["spec", "type"]) === "Unexpected" &&
      fieldAt(record, ["status", "resolution"]) === undefined,
  );
  return open.map(nameOf).sort();
}

/** `KIND NAME` of a DriftRecord's object. */
export function nameOf(record: Json): string {
  const text = (field: string) => {
    const value = fieldAt(record, ["spec", "object", field]);
    return typeof value === "string" ? value : "";
  };
  return `${text("kind")} ${text("name")}`;
}

/** These, in whatever order, and nothing else, but for the account that would write. */
export async function reportedBy(policy: ClusterPolicy, names: readonly string[]): Promise<void> {
  let found: readonly string[] = [];
  await eventually(`${names.join(", ")} reported, and nothing else`, async () => {
    found = (await unexpectedOf(policy)).filter((name) => !name.includes(" holdfast-rollback"));
    return JSON.stringify(found) === JSON.stringify([...names].sort()) ? found : undefined;
  }).catch(() => expect(found).toEqual([...names].sort()));
}
