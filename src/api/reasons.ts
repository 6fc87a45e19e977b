/** Every reason that a condition, a verdict or an Event may carry, with a sentence each: docs/spec is made from it. */
import type { HoldReason } from "../drift/action.ts";
import type { RollbackResult } from "../drift/input.ts";
import type { Drifted, DriftVerdict, UnknownReason } from "../drift/verdict.ts";
import type { SourceFault } from "../resource/source.ts";
import type { RecordStatus } from "./drift-record.ts";

type Sentences<Reason extends string> = { readonly [R in Reason]: string };

/** Why a source cannot be used; all but `Unreachable` need the user. */
const sourceReasons = {
  Unreachable: "The remote cannot be reached, and no revision was ever fetched.",
  AuthenticationFailed: "The remote refuses the credentials, or asks for some; see spec.source.secretRef.",
  HostKeyUnknown: "The remote's SSH host key is not in known_hosts of the Secret.",
  Redirected: "The remote redirects; set spec.source.url to the place that the message names.",
  RefNotFound: "The remote has no such branch, tag, version or commit.",
  UrlNotAllowed: "The URL's scheme or address is refused; the operator's administrator may allow it.",
  PathNotFound: "The revision has no folder at spec.source.path.",
  TooLarge: "The revision, or one file of it, is larger than Holdfast reads.",
  UnsupportedEntry: "The path holds a symbolic link or a submodule, which are never followed.",
  ParseFailed: "A file is no YAML or JSON; the message names file and line.",
  InvalidManifest: "A document is no Kubernetes object; the message names file, line and field.",
  EmptyRender: "The revision renders to no object at all; nothing is judged by that.",
  RenderFailed: "Kustomize refuses the overlay; the message is its own.",
  RenderTimedOut: "Kustomize did not end in time.",
  RendererUnavailable: "The path holds a kustomization, and the operator was given no kubectl.",
} as const satisfies Sentences<SourceFault["reason"]>;

const readyReasons = {
  Watching: "Every declared object has a verdict, and the watches stand.",
  SourceStale:
    "The same, by the last revision that was fetched: the remote cannot be reached, rollback is held.",
  Progressing: "The repository is being read, or objects still wait for their first verdict.",
  InvalidSpec: "The spec is wrong in a way that the API server let pass; the message names the field.",
  WatchFailed: "A kind that Git declares cannot be watched; the message names the kind and why.",
  ...sourceReasons,
} as const;

/** Why a rollback is not made now; where several hold, the condition carries the first in this order. */
const holdReasons = {
  HistoryUnavailable: "The ledger cannot be written, and nothing is undone of which no trace would be left.",
  SourceStale: "The remote head cannot be read: Git may have moved on.",
  Forbidden: "The policy's ServiceAccount lacks a right; the message names verb, resource and name.",
  Fight: "Somebody undoes each rollback at once; Holdfast waits longer each time.",
  Immutable: "The API server lets nobody change this field on an object that exists.",
  NeverDelivered: "The object was never seen in sync, so it is not known whose state is right.",
  Upgraded:
    "The API server, the kind or Holdfast was upgraded less than a minute ago; what is found may be the upgrade's work.",
  Terminating: "The object is being deleted; it is left alone until it is gone.",
  Suspended: "spec.suspend is true.",
  Failed: "The API server refused the write for another reason; it is tried again after a pause.",
} as const satisfies Sentences<HoldReason>;

/** Faults that pass by themselves. */
const passing: ReadonlySet<string> = new Set<SourceFault["reason"]>(["Unreachable", "RenderTimedOut"]);

/** Whether what is said in `Ready` stays until somebody does something. */
export function needsUser(reason: ConditionReason): boolean {
  return reason === "InvalidSpec" || (reason in sourceReasons && !passing.has(reason));
}

/** By type, the conditions of a GitRepoPolicy and their reasons. */
export const conditionReasons = {
  Ready: readyReasons,
  InSync: {
    InSync: "Every declared object was compared with a fetched revision and equals it.",
    Drifted: "At least one object is not what Git says.",
    Pending: "Nothing drifts, but Git has moved on and the deliverer has not.",
    NotJudged: "Nothing drifts, but at least one object could not be judged.",
  },
  Reconciling: { Progressing: readyReasons.Progressing },
  Stalled: stalledReasons(),
  RollbackHeld: holdReasons,
  SourceFaulty: {
    UnknownField:
      "Git states fields that the API server does not know, and drops; the message names file, line and field.",
  },
} as const;

function stalledReasons(): Partial<Sentences<keyof typeof readyReasons>> {
  // The entries of an object with these very keys.
  const reasons = Object.entries(readyReasons) as [keyof typeof readyReasons, string][];
  return Object.fromEntries(reasons.filter(([reason]) => needsUser(reason)));
}

export type ConditionType = keyof typeof conditionReasons;
export type ConditionReason =
  | keyof typeof readyReasons
  | keyof (typeof conditionReasons)["InSync"]
  | keyof typeof holdReasons
  | keyof (typeof conditionReasons)["SourceFaulty"];

/** What each condition says when it is True. */
export const conditionMeanings = {
  Ready: "Holdfast can judge: source, render, watches and first verdicts. It says nothing about drift.",
  InSync: "The cluster is what Git says. Unknown if nothing drifts, but something could not be judged.",
  Reconciling: "Present only while Holdfast is getting ready.",
  Stalled: "Present only while nothing goes on until somebody does something.",
  RollbackHeld: "Present only while a rollback that the policy asks for is not made.",
  SourceFaulty:
    "Present only while Git says something that the API server does not obey. It changes no verdict.",
} as const satisfies Sentences<ConditionType>;

/** By status, why an object has the verdict that it has. */
export const verdictReasons = {
  InSync: { NotExpected: "It is absent, and rightly so: a hook, or a Job that has run." },
  Drifted: {
    Terminating: "It is being deleted.",
    NeverDelivered: "It was never seen in sync under this policy: recorded, not rolled back.",
  },
  Pending: {
    NotDelivered: "It is still what an older revision says.",
    NeverDelivered: "It is absent, and was never seen.",
  },
  Unknown: {
    KindNotServed: "The API server does not serve the kind in this version.",
    Forbidden: "Holdfast may not read the kind, or the policy may not reach the namespace.",
    SourceFailed: "No revision was fetched yet, or the newest cannot be rendered as a whole.",
    NotRendered: "It holds what another tool has yet to fill in: ciphertext, a placeholder, a template.",
    NonDeterministic: "Two renders of one revision differ.",
    NoName: "It states generateName, hence has no name to look for.",
    DeclaredTwice: "Two policies, or two documents of one revision, declare it.",
    NotObserved: "The watch of its kind has not caught up.",
    Doubtful:
      "What was found may be Holdfast's own fault, such as a default that it does not know: counted, never rolled back.",
  },
} as const satisfies {
  readonly InSync: Sentences<"NotExpected">;
  readonly Drifted: Sentences<NonNullable<Drifted["reason"]>>;
  readonly Pending: Sentences<Extract<DriftVerdict, { status: "Pending" }>["reason"]>;
  readonly Unknown: Sentences<UnknownReason>;
};

/** How a drift ends. */
export const resolutions = {
  RolledBack: "Holdfast undid it, and has seen that it is undone.",
  RevertedByDeliverer: "The deliverer put it right.",
  RevertedByOther: "Somebody else put it right.",
  AdoptedInGit: "Git says now what is live, or declares the object no more.",
  RuleChanged: "The policy changed, and by its new rules this is no drift.",
  PolicyDeleted: "The policy was deleted.",
  ObjectGone: "The object was deleted.",
} as const satisfies Sentences<NonNullable<RecordStatus["resolution"]>>;

/** How an attempted rollback ends. */
export const rollbackResults = {
  Written: "The API server took the write; the watch shows what came of it.",
  Conflict: "The object changed meanwhile: it is judged again.",
  Forbidden: "The policy's ServiceAccount lacks a right.",
  Immutable: "The field cannot be changed on an object that exists.",
  Failed: "The API server refused it for another reason, or could not be reached.",
} as const satisfies Sentences<RollbackResult>;

/** Events on the policy. */
export const eventReasons = {
  DriftDetected: "A drift was seen for the first time.",
  DriftResolved: "A drift ended; the note says how.",
  DoubtfulFinding:
    "What was found may be Holdfast's own fault: said once for a kind and a field, counted, left alone.",
  OwnershipWiped:
    "Somebody took away the record of who owns which field of an object; no verdict changes by that.",
  UnknownField: "Git states a field that the API server does not know: it is dropped without a word.",
  RollbackConflict: "The object changed while it was rolled back.",
  RollbackForbidden: "The policy's ServiceAccount lacks a right.",
  RollbackImmutable: "The field cannot be changed on an object that exists.",
  RollbackFailed: "The write was refused for another reason.",
} as const satisfies Sentences<
  | "DriftDetected"
  | "DriftResolved"
  | "DoubtfulFinding"
  | "OwnershipWiped"
  | "UnknownField"
  | `Rollback${Exclude<RollbackResult, "Written">}`
>;
