/** What the watches can say of one object, from memory. */
import type { KubernetesObject } from "./resource.ts";

/** Times are when the watch brought the news, in ms of the process's clock. */
export type LiveRead =
  | { readonly type: "Present"; readonly body: KubernetesObject; readonly arrivedAtMs: number }
  /** It is there, but its body was let go: it must be read again to be judged. */
  | { readonly type: "Dropped"; readonly uid: string; readonly resourceVersion: string }
  | { readonly type: "Absent"; readonly sinceMs: number }
  /** The watch has not caught up, so nothing can be said. */
  | { readonly type: "Unsynced" }
  | { readonly type: "Forbidden"; readonly message: string }
  | { readonly type: "NotServed" };

/** The same without the body, which takes a parse: for whoever only asks whether it is there. */
export type LiveLook = { readonly type: "Present" } | Exclude<LiveRead, { readonly type: "Present" }>;
