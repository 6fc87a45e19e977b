/** What `holdfast diff` is asked, and what each way of comparing answers. */
import type { DetectionMode } from "../diff/field-change.ts";
import type { DiffResult } from "./diff-report.ts";

export const outputs = ["table", "json", "yaml", "unified", "patch"] as const;

export interface DiffOptions {
  readonly repo?: string;
  readonly path?: string;
  readonly branch?: string;
  readonly namespace?: string;
  readonly desired?: string;
  readonly live?: string;
  readonly kubeconfig?: string;
  readonly kubectl: string;
  /** Stands above the policy's. */
  readonly mode?: DetectionMode;
  /** The only object to speak of: `Deployment/shop/web`. */
  readonly object?: string;
  /** The field of it to explain. */
  readonly explain?: string;
  readonly suggest?: boolean;
  readonly dryRun?: "Never" | "WhereAllowed";
  readonly showExcused?: boolean;
  readonly output: (typeof outputs)[number];
}

/** What was compared, or why it could not be: one line for the user. A notice is a line beside the result. */
export type DiffOutcome =
  | {
      readonly type: "Compared";
      readonly results: readonly DiffResult[];
      readonly notice?: string;
      /** The text of a file that was compared; for `-o patch` alone. */
      readonly readFile: (path: string) => Promise<string | undefined>;
    }
  | { readonly type: "Failed"; readonly message: string };
