/** What live scalers explain that Git does not declare but something that it does declare controls: read on demand. */
import {
  type Control,
  controlOf,
  type LiveScaler,
  type ScaleFinding,
  scaleFinding,
} from "../drift/controlled.ts";
import { explains, type ScalerClaim } from "../drift/scalers.ts";
import type { OwnerRef } from "../drift/unexpected.ts";
import type { DriftVerdict } from "../drift/verdict.ts";
import { formatRef, parseResourceKey, type ResourceKey, resourceKey } from "../resource/resource.ts";
import type { DesiredStore } from "./desired-store.ts";
import type { ReadingLookup } from "./owner-lookup.ts";
import { ScalerCache, type ScalersRead } from "./scaler-cache.ts";
import { setNewest } from "./set-newest.ts";

export interface ControlledDeps {
  readonly now: () => number;
  readonly desired: DesiredStore;
  readonly owners: Pick<ReadingLookup, "look" | "read">;
  /** The verdict on a declared object; undefined before its first. */
  statusOf(key: ResourceKey): DriftVerdict["status"] | undefined;
  /** One list of each kind; none of those that are not served, or may not be listed. @throws Error if it may pass. */
  readScalers(namespace: string, signal: AbortSignal): Promise<readonly LiveScaler[]>;
}

/** A verdict in which replicas may stand that are not explained yet. */
export interface ScaleQuestion {
  readonly target: ResourceKey;
  readonly verdict: DriftVerdict;
  readonly arrivedAtMs: number;
  /** What was last said of the object. */
  readonly said?: DriftVerdict;
}

export type ScaleAnswer =
  | { readonly type: "Explained"; readonly claim: ScalerClaim }
  | { readonly type: "NotExplained" }
  /** This has to be read first. */
  | { readonly type: "Read"; readonly missing: Missing }
  /** Worth asking again after a moment. */
  | { readonly type: "Wait" };

export type Missing = { readonly namespace: string } | { readonly owner: OwnerRef };

export interface Controlled {
  /** From memory. */
  explain(question: ScaleQuestion): ScaleAnswer;
  /** @throws Error if the API server cannot be asked now; worth another try. */
  read(missing: Missing, signal: AbortSignal): Promise<void>;
  /** What was asked about and hangs on this object, once: to be judged again now that its verdict is another one. */
  takeTargets(controller: ResourceKey): Iterable<ResourceKey>;
}

interface Dependents {
  readonly wasDeclared: boolean;
  readonly targets: Set<ResourceKey>;
}

/** Two are a fault already (the autoscaler itself refuses to act); whoever makes more wants to keep us busy. */
const mostScalers = 16;
/** So long a finding is not said for what cannot be had: no failing request, and no circle, may hide it. */
const patienceMs = 60_000;
/** After that, nothing is tried for so long. */
const resignedMs = 60_000;
/** Who is not asked about for so long does not wait any more: longer than any pause between two tries. */
const forgottenMs = 30_000;
const mostControllers = 10_000;

const notExplained: ScaleAnswer = { type: "NotExplained" };

export function createControlled(deps: ControlledDeps): Controlled {
  const cache = new ScalerCache();
  const readings = new Map<string, Promise<void>>();
  const waiting = new Map<ResourceKey, { readonly sinceMs: number; readonly askedAtMs: number }>();
  const dependents = new Map<ResourceKey, Dependents>();

  return {
    explain(question) {
      const answer = answerTo(question);
      const isOpen = answer.type === "Read" || answer.type === "Wait";
      if (isOpen) return isPatient(question.target) ? answer : notExplained;
      waiting.delete(question.target);
      return answer;
    },
    async read(missing, signal) {
      if ("owner" in missing) await deps.owners.read(missing.owner, signal);
      else await readNamespace(missing.namespace, signal);
    },
    takeTargets(controller) {
      const noted = dependents.get(controller);
      // Of one that nobody declares only its coming into Git, or its going, is news.
      const isNews = noted?.wasDeclared === true || deps.desired.isAnsweredFor(controller);
      if (noted === undefined || !isNews) return [];
      dependents.delete(controller);
      return noted.targets;
    },
  };

  function answerTo({ target, verdict, arrivedAtMs, said }: ScaleQuestion): ScaleAnswer {
    const finding = scaleFinding(verdict);
    const { namespace } = parseResourceKey(target);
    if (finding === undefined || namespace === "") return notExplained;
    const read = cache.get(namespace, deps.now());
    if (read === undefined) return { type: "Read", missing: { namespace } };
    const answer = among(read, target, finding);
    // A scaler may have been changed just before it changed this; where that was said already there is no hurry.
    const isOld = read.atMs < arrivedAtMs && !isSameFinding(finding, said);
    return answer.type === "NotExplained" && isOld ? { type: "Read", missing: { namespace } } : answer;
  }

  /** The first that explains it decides; only if there is none, what is to be known about the others. */
  function among({ scalers }: ScalersRead, target: ResourceKey, finding: ScaleFinding): ScaleAnswer {
    let open: ScaleAnswer = notExplained;
    for (const { scaler, claim } of able(scalers, target, finding)) {
      const control = controlFor(scaler, target);
      if (control.type === "Controlled") {
        const by = `${claim.by}, controlled by ${formatRef(control.by)}`;
        return { type: "Explained", claim: { ...claim, by } };
      }
      if (open.type !== "NotExplained") continue;
      if (control.type === "Read") open = { type: "Read", missing: control };
      if (control.type === "Wait") open = control;
    }
    return open;
  }

  /** Those that could have made the finding. A declared scaler counts as Git states it, or not at all. */
  function able(scalers: readonly LiveScaler[], target: ResourceKey, finding: ScaleFinding) {
    return scalers
      .flatMap((scaler) => scaler.claims.map((claim) => ({ scaler, claim })))
      .filter(({ claim }) => claim.target === target && explains(claim, finding))
      .filter(({ scaler }) => !deps.desired.isAnsweredFor(resourceKey(scaler.ref)))
      .slice(0, mostScalers);
  }

  function controlFor(scaler: LiveScaler, target: ResourceKey): Control {
    return controlOf(scaler, {
      look(owner) {
        const sight = deps.owners.look(owner);
        if (sight.type === "Found") note(resourceKey(sight.ref), target);
        return sight;
      },
      statusOf: (ref) => deps.statusOf(resourceKey(ref)),
    });
  }

  function note(controller: ResourceKey, target: ResourceKey): void {
    const targets = dependents.get(controller)?.targets ?? new Set();
    const wasDeclared = deps.desired.isAnsweredFor(controller);
    setNewest(dependents, controller, { wasDeclared, targets: targets.add(target) }, mostControllers);
  }

  function isPatient(target: ResourceKey): boolean {
    const nowMs = deps.now();
    const before = waiting.get(target);
    const goesOn =
      before !== undefined &&
      nowMs - before.askedAtMs < forgottenMs &&
      nowMs - before.sinceMs < patienceMs + resignedMs;
    const sinceMs = goesOn ? before.sinceMs : nowMs;
    waiting.set(target, { sinceMs, askedAtMs: nowMs });
    return nowMs - sinceMs < patienceMs;
  }

  /** Once for all who ask at the same time. */
  async function readNamespace(namespace: string, signal: AbortSignal): Promise<void> {
    const reading =
      readings.get(namespace) ?? list(namespace, signal).finally(() => readings.delete(namespace));
    readings.set(namespace, reading);
    await reading;
  }

  async function list(namespace: string, signal: AbortSignal): Promise<void> {
    const atMs = deps.now();
    cache.set(namespace, { scalers: await deps.readScalers(namespace, signal), atMs });
  }
}

function isSameFinding({ live }: ScaleFinding, said: DriftVerdict | undefined): boolean {
  return said !== undefined && scaleFinding(said)?.live === live;
}
