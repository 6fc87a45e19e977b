/** One round: an object is delivered, compared, edited by hand, compared again, and rolled back in a dry-run. */
import type { DeliveryWay } from "../delivery.ts";
import type { Chance } from "./chance.ts";
import { said } from "./client.ts";
import { changesOf, type RoundContext, read, remove } from "./context.ts";
import { type Failure, falseAlarm } from "./failure.ts";
import { editSomewhere } from "./hand.ts";
import { type Judged, judge } from "./judge.ts";
import type { Subject } from "./subjects.ts";

export interface Outcome extends Partial<Omit<Judged, "result">> {
  readonly kind: string;
  readonly way: DeliveryWay;
  /** `NotEdited`: no edit that the server took was found for it. */
  readonly result: Judged["result"] | "NotDelivered" | "NotEdited";
  readonly reasons: readonly string[];
  readonly failures: readonly Failure[];
}

export async function playRound(
  context: RoundContext,
  { desired, url }: Subject,
  { chance, way }: { readonly chance: Chance; readonly way: DeliveryWay },
): Promise<Outcome> {
  const base = { kind: desired.kind, way, reasons: [], failures: [] };
  const delivered = await context.delivery.tryDeliver(way, desired);
  if (delivered.status >= 300) {
    return { ...base, result: "NotDelivered", reasons: [said(delivered.body)] };
  }
  try {
    const untouched = await read(context, url);
    const alarms = changesOf(context, desired, untouched);
    if (alarms.length > 0) {
      const failures = alarms.map((change) =>
        falseAlarm(change, { desired, live: untouched, changes: alarms }),
      );
      return { ...base, result: "Failed", failures };
    }
    const edited = await editSomewhere(context, url, chance);
    if (edited === undefined) return { ...base, result: "NotEdited" };
    return { ...base, ...(await judge(context, { desired, url, edited })) };
  } finally {
    await remove(context, url);
  }
}
