/** What is judged of an object that no policy declares and nobody accounts for: that it is there, or why that is not known. */
import { noRules } from "../diff/excuse-rules.ts";
import { anyNode } from "../schema/schema-node.ts";
import type { DriftInput } from "./input.ts";

/** There is nothing to compare, hence no schema and no rules; and nothing to roll back to. */
export function undeclaredInput(
  known: Pick<DriftInput, "resource" | "revision" | "live" | "source" | "nowMs">,
): DriftInput {
  return {
    ...known,
    desired: { type: "Undeclared" },
    schema: anyNode,
    policy: { mode: "Exact", rules: noRules, rollback: "Never", suspended: false, generation: 0 },
    scalers: [],
  };
}
