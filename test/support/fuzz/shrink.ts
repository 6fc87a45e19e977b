/** Makes a failing case small: what Git says loses one part after the other for as long as the case still fails. */
import { isJsonObject, type Json, type KubernetesObject } from "../../../src/resource/resource.ts";
import { applyPatch } from "../apply-patch.ts";
import type { DeliveryWay } from "../delivery.ts";
import { changesOf, type RoundContext, read, remove } from "./context.ts";
import { type Failure, falseAlarm } from "./failure.ts";
import { makeEdit } from "./hand.ts";
import { judge } from "./judge.ts";
import type { WriteMethod } from "./write-edit.ts";

export interface FailingCase {
  readonly failure: Failure;
  readonly way: DeliveryWay;
  readonly method?: WriteMethod;
  readonly manager?: string;
}

/** Each try delivers an object anew. */
const mostTries = 80;
/** They take long to come and go. */
const slow: ReadonlySet<string> = new Set(["CustomResourceDefinition", "Namespace", "APIService"]);

/** The same failure on the smallest object that was found. */
export async function shrunk(context: RoundContext, failing: FailingCase): Promise<Failure> {
  let smallest = failing.failure;
  if (slow.has(smallest.desired.kind)) return smallest;
  let tries = 0;
  let isSmaller = true;
  while (isSmaller) {
    isSmaller = false;
    for (const pointer of partsOf(smallest.desired)) {
      if (tries++ === mostTries) return smallest;
      const desired = applyPatch(smallest.desired, [{ op: "remove", path: pointer }]);
      const failure = await again(context, { ...failing, failure: { ...smallest, desired } }).catch(
        () => undefined,
      );
      if (failure === undefined) continue;
      smallest = failure;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

/** The same failure, if it is still one. */
async function again(context: RoundContext, failing: FailingCase): Promise<Failure | undefined> {
  const { failure, way, method = "json", manager = "" } = failing;
  const { desired, edit } = failure;
  const url = await context.delivery.urlOf(desired);
  if ((await context.delivery.tryDeliver(way, desired)).status >= 300) return undefined;
  try {
    const before = await read(context, url);
    const alarms = changesOf(context, desired, before);
    if (edit === undefined) {
      const found = alarms.map((change) => falseAlarm(change, { desired, live: before, changes: alarms }));
      return found.find((other) => isSame(failure, other));
    }
    if (alarms.length > 0) return undefined;
    const edited = await makeEdit(context, { edit, method, manager, url, before });
    if (edited === undefined) return undefined;
    const { failures } = await judge(context, { desired, url, edited });
    return failures.find((other) => isSame(failure, other));
  } finally {
    await remove(context, url);
  }
}

export function isSame(a: Failure, b: Failure): boolean {
  return a.fault === b.fault && classOf(a) === classOf(b);
}

/** Failures of one kind at one place, whatever keys and items are called. */
export function classOf({ fault, path, desired }: Failure): string {
  return `${fault} ${desired.kind} ${path.replace(/\[[^\]]*\]/g, "[]")}`;
}

/** What may go, the larger parts first. */
function partsOf(object: KubernetesObject): readonly string[] {
  const parts: { pointer: string; size: number }[] = [];
  visit(object, "");
  return parts.sort((a, b) => b.size - a.size).map(({ pointer }) => pointer);

  function visit(value: Json, pointer: string): void {
    if (pointer !== "" && !/^\/(?:apiVersion|kind|metadata(?:\/(?:name|namespace))?)$/.test(pointer)) {
      parts.push({ pointer, size: JSON.stringify(value).length });
    }
    if (!isJsonObject(value) && !Array.isArray(value)) return;
    for (const [name, member] of Object.entries(value)) {
      visit(member, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    }
  }
}
