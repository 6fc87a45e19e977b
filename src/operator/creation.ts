/** What the API server, admission included, would make of an object as Git states it: by a dry-run of its creation. */
import { createHash } from "node:crypto";
import type { ConfirmOrder } from "../controller/confirming.ts";
import { setNewest } from "../controller/set-newest.ts";
import { type ShownChanges, shownChanges } from "../drift/insisted.ts";
import { kindNameOf } from "../drift/makers.ts";
import type { ApiFailure } from "../kubernetes/api-failure.ts";
import type { ApiResource } from "../kubernetes/api-resource.ts";
import type { Writer, WriteTarget } from "../kubernetes/write.ts";
import type { GroupVersionKind, KubernetesObject } from "../resource/resource.ts";
import type { Pause, Pauses } from "./pauses.ts";
import { readNamespace } from "./read-namespace.ts";

export interface CreationDeps {
  readonly writer: Pick<Writer, "create" | "read">;
  readonly pauses: Pauses;
  readonly now: () => number;
  /** As every object is redacted that enters the process. */
  redact(object: KubernetesObject): KubernetesObject;
  /** Told once for each kind and namespace, and again after an answer. */
  refused(gvk: GroupVersionKind, reason: ApiFailure["reason"]): void;
}

/** `Shown`: what the answer has that is not what Git and the table of defaults say. */
export type Creation =
  | { readonly type: "Shown"; readonly changes: ShownChanges }
  | ({ readonly type: "NotShown" } & Pause);

const nothingShown: Creation = { type: "NotShown" };

/** An answer explains for this long what it explained once. Webhooks come and go. */
const keptMs = 600_000;
/** Which webhooks are asked may hang on the namespace's labels; they hardly ever change. */
const labelsKeptMs = 60_000;
const mostKept = 2_000;
/** Beyond any admission; who has more is asked about each time. */
const mostKeptChanges = 100;

/** Their names follow from what they are: no other name would do. */
const withoutFreeNames: ReadonlySet<string> = new Set([
  "APIService.apiregistration.k8s.io",
  "CustomResourceDefinition.apiextensions.k8s.io",
]);

interface Kept {
  readonly creation: Creation;
  /** What the answer was compared by. */
  readonly schema: ConfirmOrder["schema"];
  readonly rules: ConfirmOrder["policy"]["rules"];
  readonly untilMs: number;
}

/**
 * In the object's own namespace, so that the same admission is asked; under a free name, since its own is taken. Answers
 * are kept by manifest and namespace labels, as differences alone, and serve as long as they explain all that is asked
 * about: what they leave open may have come with a webhook of today, and is asked about anew.
 */
export function createCreation({ writer, pauses, now, redact, refused }: CreationDeps) {
  const kept = new Map<string, Kept>();
  const labels = new Map<string, { readonly text: string; readonly untilMs: number }>();

  return async function shownAtCreation(
    order: ConfirmOrder,
    resource: ApiResource,
    explains: (changes: ShownChanges) => boolean,
    signal: AbortSignal,
  ): Promise<Creation> {
    const { namespace } = order.resource;
    const kind = kindNameOf(order.resource);
    if (withoutFreeNames.has(kind)) return nothingShown;
    const asked = `create ${kind} ${namespace}`;
    const pause = pauses.get(asked);
    if (pause !== undefined) return { type: "NotShown", ...pause };
    const body = underFreeName(order.stated);
    const key = await keyOf(body, namespace, signal);
    const before = key === undefined ? undefined : known(key, order);
    if (before !== undefined && (before.type === "NotShown" || explains(before.changes))) return before;
    const target: WriteTarget = { resource, namespace, name: "", dryRun: true };
    const answer = await writer.create(target, body, signal);
    if (answer.type === "Failed" && answer.failure.reason !== "Invalid")
      return passed(answer.failure, asked, order.resource);
    pauses.end(asked);
    // What cannot be made a second time (an address that is taken) says nothing, however often it is asked.
    const creation: Creation =
      answer.type === "Failed"
        ? nothingShown
        : { type: "Shown", changes: shownChanges(redact(order.stated), redact(answer.object), order) };
    if (key !== undefined) keep(key, creation, order);
    return creation;
  };

  function known(key: string, { schema, policy }: ConfirmOrder): Creation | undefined {
    const entry = kept.get(key);
    const isSame = entry?.schema === schema && entry.rules === policy.rules && now() < entry.untilMs;
    return isSame ? entry.creation : undefined;
  }

  function keep(key: string, creation: Creation, { schema, policy }: ConfirmOrder): void {
    if (creation.type === "Shown" && creation.changes.size > mostKeptChanges) return;
    const entry = { creation, schema, rules: policy.rules, untilMs: now() + keptMs };
    setNewest(kept, key, entry, mostKept);
  }

  function passed(failure: ApiFailure, asked: string, gvk: GroupVersionKind): Creation {
    switch (failure.reason) {
      // The namespace, or the kind, is going: the watch says so.
      case "NotFound":
      case "Conflict":
      case "AlreadyExists":
      case "Invalid":
        return nothingShown;
      case "Forbidden":
      case "Unreachable":
      case "Unauthorized":
      case "Expired":
      case "TooManyRequests":
      case "Other": {
        const { isFirst, ...pause } = pauses.begin(asked, failure);
        if (isFirst) refused(gvk, failure.reason);
        return { type: "NotShown", ...pause };
      }
    }
  }

  /** Undefined where nothing is kept, since it is not known what an answer hangs on. */
  async function keyOf(body: KubernetesObject, namespace: string, signal: AbortSignal) {
    const text = namespace === "" ? "" : await labelsOf(namespace, signal);
    if (text === undefined) return undefined;
    const hash = createHash("sha256").update(JSON.stringify(body));
    return hash.update(`\n${namespace}\n${text}`).digest("base64url");
  }

  async function labelsOf(namespace: string, signal: AbortSignal): Promise<string | undefined> {
    const found = labels.get(namespace);
    if (found !== undefined && now() < found.untilMs) return found.text;
    const metadata = await readNamespace(namespace, writer, signal);
    if (metadata === undefined) return undefined;
    // The API server answers maps in the order of their keys.
    const text = JSON.stringify(metadata.labels ?? {});
    setNewest(labels, namespace, { text, untilMs: now() + labelsKeptMs }, mostKept);
    return text;
  }
}

/** As it would be applied, but for what names one object. The server finds a name that begins as its own. */
function underFreeName({ metadata, ...fields }: KubernetesObject): KubernetesObject {
  const { name = "", uid: _uid, resourceVersion: _version, ...kept } = metadata;
  return { ...fields, metadata: { ...kept, generateName: `${name}-` } };
}
