/** Policies in the ledger, over restarts and while nobody looked. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { policyKey } from "../../src/controller/policy-key.ts";
import { type LedgerStore, openLedgerStore } from "../../src/history/ledger-store.ts";
import type { Entry } from "../../src/ledger/entry.ts";
import { createLedgerEntries } from "../../src/operator/ledger-entries.ts";
import { createPolicyHistory, type PolicyHistory } from "../../src/operator/policy-history.ts";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { signerOf } from "../history/ledger-contract.ts";

let directory: string;
let store: LedgerStore;
let history: PolicyHistory;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-policy-history-test-"));
  store = openLedgerStore(join(directory, "ledger.sqlite"));
  history = begin();
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A life of the operator. */
function begin(): PolicyHistory {
  return createPolicyHistory({
    store,
    writer: { append: (draft) => void store.append([draft], signerOf) },
    entries: createLedgerEntries({
      policies: new Map(),
      operator: { version: "1", instance: "a" },
      now: () => 0,
      random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
      cluster: () => "",
    }),
  });
}

function policy(spec: JsonObject, generation: number, { name = "main", uid = "u" } = {}): KubernetesObject {
  const managedFields = [{ manager: "kubectl-edit" }, { manager: "holdfast", subresource: "status" }];
  const metadata = { namespace: "shop", name, uid, generation, managedFields };
  return { apiVersion: "holdfast.dev/v1alpha1", kind: "GitRepoPolicy", metadata, spec };
}

/** Type, policy, generation, severity, and the changed paths. */
function told(): readonly string[] {
  return store.page(0, 100).map(({ text }) => {
    const entry = JSON.parse(text) as Entry; // as it was written
    const { type, severity = "", policySpec } = entry;
    const paths = policySpec?.changes?.map(({ path }) => path).join(" ") ?? "";
    return `${type} ${entry.policy?.name} ${entry.policy?.generation ?? ""} ${severity} ${paths}`.trim();
  });
}

describe("a policy", () => {
  it("is written down when it is first seen, and when its generation changes, and no more often", () => {
    history.seen(policy({ suspend: false }, 1));
    history.seen(policy({ suspend: false }, 1));
    history.seen(policy({ suspend: true }, 2));
    expect(told()).toEqual(["PolicyChanged main 1", "PolicyChanged main 2 High spec.suspend"]);
    const [, second] = store.page(0, 100);
    expect((JSON.parse(second?.text ?? "") as Entry).policySpec?.managers).toEqual(["kubectl-edit"]);
    expect(second?.openings.map(({ value }) => value)).toEqual(
      expect.arrayContaining([{ suspend: true }, true, false]),
    );
    expect(second?.text).not.toContain("true");
  });

  it("that was changed while nobody looked is compared with what the ledger says", () => {
    history.seen(policy({ suspend: false }, 1));
    history = begin();
    history.seen(policy({ suspend: true }, 2));
    history = begin();
    history.seen(policy({ suspend: true }, 2));
    expect(told()).toEqual(["PolicyChanged main 1", "PolicyChanged main 2 High spec.suspend"]);
  });

  it("that goes is written down, also while nobody looked; what is made anew is another one", () => {
    history.seen(policy({ suspend: false }, 1));
    history.seen(policy({ suspend: false }, 1, { name: "other" }));
    history.complete();
    history.gone(policyKey({ namespace: "shop", name: "main" }), "u");
    history = begin();
    history.complete();
    history = begin();
    history.seen(policy({ suspend: true }, 1, { uid: "v" }));
    history.complete();
    expect(told()).toEqual([
      "PolicyChanged main 1",
      "PolicyChanged other 1",
      "PolicyDeleted main  High",
      "PolicyDeleted other  High",
      "PolicyChanged main 1",
    ]);
  });
});
