/** What zod found wrong, said to the author of a policy: the field, and what to do. */
import type { z } from "zod";

/** One line, e.g. `spec.source.ref.branch: is no branch or tag name; write it as …`. */
export function describeIssue(issue: z.core.$ZodIssue, root: string): string {
  const path = issue.path.map((name) => (typeof name === "number" ? `[${name}]` : `.${String(name)}`));
  return `${root}${path.join("")}: ${advice(issue)}`;
}

function advice(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.message.endsWith("received undefined")
        ? "is required"
        : `must be ${article(issue.expected)}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "unrecognized_keys":
      return `has no field ${issue.keys.join(", ")}; remove it or correct its spelling`;
    case "too_big":
      return `must have at most ${issue.maximum} ${issue.origin === "array" ? "items" : "characters"}`;
    case "too_small":
      return "must not be empty";
    // Patterns have words of their own in the schema; the rest does not occur in ours.
    case "invalid_format":
    case "custom":
    case "invalid_element":
    case "invalid_key":
    case "invalid_union":
    case "not_multiple_of":
      return issue.message;
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
