/** `holdfast history`: what happened, the newest last, as far as the filters let it through. */
import { type EntryFilter, openLedgerStore, type StoredEntry } from "../history/ledger-store.ts";
import type { Entry, EntryChange, EntryPolicySpec, EntryType } from "../ledger/entry.ts";
import type { Opening, Sealed } from "../ledger/sealing.ts";
import { ledgerPath } from "../operator/ledger.ts";
import { formatRef, type Json } from "../resource/resource.ts";
import { ledgerFault } from "./ledger-place.ts";
import { print, refuse } from "./print.ts";
import { printable } from "./printable.ts";

export interface HistoryOptions {
  readonly dataDir: string;
  /** `namespace/name`. */
  readonly policy?: string;
  /** `Kind/name` or `Kind/namespace/name`. */
  readonly object?: string;
  readonly type?: readonly EntryType[];
  /** A duration such as 24h, back from now. */
  readonly since?: string;
  readonly limit: number;
  readonly output: (typeof historyOutputs)[number];
}

export const historyOutputs = ["table", "jsonl"] as const;

/** Longer values are for JSON. */
const longestValue = 80;
const msOf = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Prints the entries; answers the exit code. */
export async function runHistory(options: HistoryOptions): Promise<number> {
  const filter = filterOf(options, Date.now());
  if (typeof filter === "string") return refuse("history", filter);
  const fault = ledgerFault(options);
  if (fault !== undefined) return refuse("history", fault);
  const store = openLedgerStore(ledgerPath(options.dataDir));
  try {
    const found = store.find(filter, { limit: options.limit }).toReversed();
    const text = options.output === "jsonl" ? found.map(jsonLine) : found.flatMap(tableLines);
    await print(text.map((line) => `${line}\n`).join(""));
    return 0;
  } finally {
    store.close();
  }
}

/** As text, what is wrong with the options. */
function filterOf({ policy, object, type, since }: HistoryOptions, nowMs: number): EntryFilter | string {
  const [kind, ...place] = (object ?? "").split("/");
  const name = place.at(-1);
  if (object !== undefined && (kind === "" || name === undefined || name === "" || place.length > 2))
    return `--object: write it as Kind/name or Kind/namespace/name, not ${object}`;
  const [, amount = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(since ?? "") ?? [];
  if (since !== undefined && amount === "") return `--since: write it as 30m, 24h or 7d, not ${since}`;
  const sinceMs = since === undefined ? undefined : nowMs - Number(amount) * msOf[unit as keyof typeof msOf]; // matched above
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(kind === undefined || kind === "" ? {} : { kind }),
    ...(name === undefined ? {} : { name }),
    ...(place.length === 2 && place[0] !== undefined ? { namespace: place[0] } : {}),
    ...(type === undefined ? {} : { types: type }),
    ...(sinceMs === undefined ? {} : { since: new Date(sinceMs).toISOString() }),
  };
}

/** The entry as it is signed, and the values that it seals beside it. */
function jsonLine({ text, openings }: StoredEntry): string {
  return JSON.stringify({ entry: JSON.parse(text) as Json, openings });
}

function tableLines({ text, openings }: StoredEntry): readonly string[] {
  const entry = JSON.parse(text) as Entry; // as `entryText` wrote it
  const { sequence, type, policy, policySpec, severity, object, drift, origin, outcome, times } = entry;
  const value = opener(openings);
  const words = [
    times.recorded,
    `#${sequence}`,
    type,
    ...(type === "DriftDetected" && drift !== undefined ? [drift.type] : []),
    ...(object === undefined ? [] : [formatRef(object)]),
    ...(policy === undefined ? [] : [`(policy ${policy.namespace}/${policy.name})`]),
    ...(severity === undefined ? [] : [severity]),
    // What the type says already is not said twice.
    ...(outcome === undefined || type === `Rollback${outcome.result}` ? [] : [outcome.result]),
    ...(outcome?.as === undefined ? [] : [`as ${outcome.as}`]),
    ...(outcome?.message === undefined ? [] : [`: ${value(outcome.message)}`]),
  ];
  const isNews = type === "DriftDetected" || type === "DriftChanged";
  const details = [
    ...(isNews && drift !== undefined ? driftTexts(drift, origin, value) : []),
    ...policyTexts(policySpec, value),
  ];
  return [words.join(" "), ...details.map((text) => `  ${text}`)].map(printable);
}

/** Against what the object was compared, and what differs. */
function driftTexts(
  { revision, changes }: NonNullable<Entry["drift"]>,
  origin: Entry["origin"],
  value: (one: Sealed) => string,
): readonly string[] {
  const line = origin?.line === undefined ? "" : `:${origin.line}`;
  const place = origin === undefined ? "" : `${origin.path}${line} at `;
  return [`against ${place}${revision}`, ...changes.map((change) => changeText(change, value))];
}

function changeText(
  { type, path, desired, live, managers = [] }: EntryChange,
  value: (one: Sealed) => string,
): string {
  const sides = [
    ...(desired === undefined ? [] : [`Git ${value(desired)}`]),
    ...(live === undefined ? [] : [`live ${value(live)}`]),
  ];
  const by = managers.length === 0 ? "" : `, written by ${managers.join(", ")}`;
  return `${type} ${path}: ${sides.join(", ")}${by}`;
}

function policyTexts(
  policySpec: EntryPolicySpec | undefined,
  value: (one: Sealed) => string,
): readonly string[] {
  const { changes = [], managers = [] } = policySpec ?? {};
  const side = (one: Sealed | undefined) => (one === undefined ? "(nothing)" : value(one));
  const by = managers.length === 0 ? "" : `, written by ${managers.join(", ")}`;
  return changes.map(({ path, before, after }) => `${path}: ${side(before)} -> ${side(after)}${by}`);
}

function opener(openings: readonly Opening[]): (one: Sealed) => string {
  const values = new Map(openings.map(({ sealed, value }) => [sealed, value]));
  return ({ sealed }) => {
    const value = values.get(sealed);
    if (value === undefined) return "(erased)";
    const text = JSON.stringify(value);
    return text.length <= longestValue ? text : `${text.slice(0, longestValue)}… (${text.length} characters)`;
  };
}
