/** A desired object: what Git says of one object, and where it says so. */
import type { KubernetesObject, ResourceRef } from "./resource.ts";

/** Where a desired object comes from. `line` (from 1) is known for plain YAML only; for Kustomize `path` is the overlay. */
export interface Origin {
  readonly repository: string;
  /** `main@sha1:<commit>`. */
  readonly revision: string;
  /** Inside the repository, with forward slashes. */
  readonly path: string;
  readonly line?: number;
}

/** Why a manifest is not finished, hence never compared and never written. */
export type UnfinishedReason = "NotRendered" | "NonDeterministic" | "NoName";

/** One object of one revision. `unfinished` says why it cannot be judged; `detail` names the field at fault. */
export interface DesiredObject {
  readonly ref: ResourceRef;
  readonly body: KubernetesObject;
  readonly origin: Origin;
  readonly unfinished?: { readonly reason: UnfinishedReason; readonly detail: string };
}
