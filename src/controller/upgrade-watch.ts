/** Fields that begin to differ on many objects just after an upgrade: that may be our own fault, and is doubtful. */
import { suspectKey } from "../drift/doubt.ts";
import type { DriftInput } from "../drift/input.ts";
import { apiVersionOf, type ResourceKey, type ResourceRef } from "../resource/resource.ts";
import type { Finding } from "./drift-reconciler.ts";
import type { DriftStore } from "./drift-store.ts";

/** How long after an upgrade, and on how many objects: so many people do not make the same edit within a minute. */
const windowMs = 60_000;
const mostObjects = 20;

/** One object under one policy, whose fields are suspect while it stays in this state. */
export interface SuspectObject {
  /** A PolicyKey, which the store gives back as text. */
  readonly policy: string;
  readonly key: ResourceKey;
  /** uid, resourceVersion, revision and the policy's generation: suspicion ends with any of them. */
  readonly state: string;
}

export interface Suspicion extends SuspectObject {
  /** As `suspectKey` names them. */
  readonly fields: ReadonlySet<string>;
}

/** Suspicions outlive a restart: the verdict after it must be the one before. */
export interface SuspicionStore {
  suspicions(): Iterable<Suspicion>;
  putSuspicion(suspicion: Suspicion): void;
  removeSuspicion(of: SuspectObject): void;
}

export interface UpgradeWatchDeps {
  readonly drifts: DriftStore;
  readonly store: SuspicionStore;
  readonly now: () => number;
  again(key: ResourceKey, afterMs: number): void;
}

export interface UpgradeWatch {
  /** The API server's kinds of one group and version have changed, or, with nothing said, Holdfast itself has. */
  upgraded(changed?: Pick<ResourceRef, "group" | "version">): void;
  /** When, in ms, the time after an upgrade ends that concerns this kind; undefined if there was none just now. */
  endsAt(of: Pick<ResourceRef, "group" | "version">): number | undefined;
  suspectsOf(of: SuspectObject): ReadonlySet<string> | undefined;
  /** Whether the finding became suspect just now, so that it is to be judged again; others that did are queued. */
  note(finding: Finding): boolean;
}

export function createUpgradeWatch({ drifts, store, now, again }: UpgradeWatchDeps): UpgradeWatch {
  const suspicions = new Map([...store.suspicions()].map((one) => [idOf(one), one]));
  /** Ends of windows by apiVersion; the empty one stands for all. */
  const windows = new Map<string, number>();
  /** By apiVersion, kind and path: the objects on which that was found since the upgrade. */
  const sightings = new Map<string, Map<string, SuspectObject>>();

  return { upgraded, endsAt, suspectsOf, note };

  function upgraded(changed?: Pick<ResourceRef, "group" | "version">): void {
    closeWindows();
    windows.set(changed === undefined ? "" : apiVersionOf(changed), now() + windowMs);
  }

  function endsAt(of: Pick<ResourceRef, "group" | "version">): number | undefined {
    closeWindows();
    const ends = [windows.get(""), windows.get(apiVersionOf(of))].filter((end) => end !== undefined);
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  function suspectsOf(of: SuspectObject): ReadonlySet<string> | undefined {
    const suspicion = suspicions.get(idOf(of));
    if (suspicion === undefined || suspicion.state === of.state) return suspicion?.fields;
    suspicions.delete(idOf(of));
    store.removeSuspicion(of);
    return undefined;
  }

  function note(finding: Finding): boolean {
    const apiVersion = apiVersionOf(finding.input.resource);
    if (endsAt(finding.input.resource) === undefined) return false;
    const object = suspectObject(finding.declaration, finding.input);
    if (object === undefined) return false;
    return newFields(finding, drifts)
      .map((field) => sight(object, { field, id: `${apiVersion} ${field}` }))
      .some((isSuspect) => isSuspect);
  }

  function sight(object: SuspectObject, { field, id }: { field: string; id: string }): boolean {
    if (suspicions.get(idOf(object))?.fields.has(field)) return false;
    const objects = sightings.get(id) ?? new Map<string, SuspectObject>();
    sightings.set(id, objects.set(idOf(object), object));
    if (objects.size <= mostObjects) return false;
    for (const one of objects.values()) {
      if (suspicions.get(idOf(one))?.fields.has(field)) continue;
      suspect(one, field);
      if (one !== object) again(one.key, 0);
    }
    return true;
  }

  function suspect(object: SuspectObject, field: string): void {
    const before = suspicions.get(idOf(object));
    const fields = before?.state === object.state ? [...before.fields, field] : [field];
    const suspicion = { ...object, fields: new Set(fields) };
    suspicions.set(idOf(object), suspicion);
    store.putSuspicion(suspicion);
  }

  function closeWindows(): void {
    for (const [apiVersion, untilMs] of windows) if (untilMs < now()) windows.delete(apiVersion);
    if (windows.size === 0) sightings.clear();
  }
}

/** Undefined for what is not there: nothing of it can be suspect. */
export function suspectObject(
  { policy, key }: Pick<SuspectObject, "policy" | "key">,
  { live, revision, policy: { generation } }: Pick<DriftInput, "live" | "revision" | "policy">,
): SuspectObject | undefined {
  if (live.type !== "Present") return undefined;
  const { uid = "", resourceVersion = "" } = live.body.metadata;
  return { policy, key, state: [uid, resourceVersion, revision, generation].join(" ") };
}

/** What was found before the upgrade, by us or by a former life, is not laid to it. */
function newFields({ declaration, input, verdict }: Finding, drifts: DriftStore): readonly string[] {
  const { policy, key } = declaration;
  const last = drifts.get(policy, key);
  if (last === undefined && drifts.restored(policy).has(key)) return [];
  const known = new Set(last === undefined ? [] : fieldsOf(last.verdict, input));
  return fieldsOf(verdict, input).filter((field) => !known.has(field));
}

function fieldsOf(
  verdict: Finding["verdict"],
  { resource }: Pick<DriftInput, "resource">,
): readonly string[] {
  const definite = verdict.status === "Drifted" ? verdict.changes : [];
  const doubtful = verdict.doubtful?.map(({ change }) => change) ?? [];
  return [...new Set([...definite, ...doubtful].map((change) => suspectKey(resource.kind, change)))];
}

function idOf({ policy, key }: Pick<SuspectObject, "policy" | "key">): string {
  return `${policy} ${key}`;
}
