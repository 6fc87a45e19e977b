/** What a policy that says nothing of detection is given. */
import type { Detection } from "../../src/api/detection.ts";

export const defaultDetection: Detection = {
  mode: "Exact",
  unexpected: "Report",
  sensitiveKinds: "Watch",
  ignore: [],
  trust: [],
};
