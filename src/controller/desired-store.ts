/** What Git says of each object, per policy. Written by the source reconciler; marks by `report`. */
import type { DeliveredMark } from "../drift/input.ts";
import { mayScale, type ScalerClaim, scalerClaims } from "../drift/scalers.ts";
import type { UnknownReason } from "../drift/verdict.ts";
import type { DesiredObject, Origin } from "../resource/desired.ts";
import type { KubernetesObject, ResourceKey, ResourceRef } from "../resource/resource.ts";
import type { PolicyKey } from "./policy-key.ts";

/** One object as one policy's newest revision states it. Bodies are compact bytes, true values and all. */
export interface Declaration {
  readonly policy: PolicyKey;
  readonly key: ResourceKey;
  readonly ref: ResourceRef;
  readonly origin: Origin;
  readonly bytes: Uint8Array;
  readonly unfinished?: DesiredObject["unfinished"];
  /** Why the object cannot be judged although the revision could be rendered. */
  readonly refused?: { readonly reason: UnknownReason; readonly message: string };
  /** Where the object was last in sync. */
  readonly delivered?: DeliveredMark;
  /** What Git said at the delivered revision, if it says something else now. */
  readonly deliveredBytes?: Uint8Array;
}

/** The desired set of one policy. */
export interface DesiredSet {
  readonly revision: string;
  readonly declarations: ReadonlyMap<ResourceKey, Declaration>;
}

/** What one declared scaler claims of one object. */
export interface DeclaredClaim {
  readonly policy: PolicyKey;
  readonly scaler: ResourceKey;
  /** Whether it does so as Git states it now, or as it was delivered, if that is something else. */
  readonly as: "Stated" | "Delivered";
  readonly claim: ScalerClaim;
}

export class DesiredStore {
  readonly #sets = new Map<
    PolicyKey,
    { readonly revision: string; readonly declarations: Map<ResourceKey, Declaration> }
  >();
  /** Almost always one policy declares an object; two or more are `DeclaredTwice`. */
  readonly #policiesByKey = new Map<ResourceKey, readonly PolicyKey[]>();
  /** By the object that is scaled; few objects are. */
  readonly #claims = new Map<ResourceKey, readonly DeclaredClaim[]>();

  get(policy: PolicyKey): DesiredSet | undefined {
    return this.#sets.get(policy);
  }

  /** Everything that is declared of one object, by however many policies. */
  declarations(key: ResourceKey): readonly Declaration[] {
    const found: Declaration[] = [];
    for (const policy of this.#policiesByKey.get(key) ?? []) {
      const declaration = this.#sets.get(policy)?.declarations.get(key);
      if (declaration !== undefined) found.push(declaration);
    }
    return found;
  }

  /** Whether a policy declares the object that may speak of it: what is out of its reach it cannot answer for. */
  isAnsweredFor(key: ResourceKey): boolean {
    return this.declarations(key).some(({ refused }) => refused?.reason !== "Forbidden");
  }

  isDeclared(key: ResourceKey): boolean {
    return this.#policiesByKey.has(key);
  }

  /** What declared scalers may change on an object, whatever their verdicts. */
  claimsOn(key: ResourceKey): readonly DeclaredClaim[] {
    return this.#claims.get(key) ?? [];
  }

  *policies(): Iterable<[PolicyKey, DesiredSet]> {
    yield* this.#sets;
  }

  /** Swaps one policy's whole set at once, so that nothing is ever judged against half a revision. */
  replace(
    policy: PolicyKey,
    next: { readonly revision: string; readonly declarations: Map<ResourceKey, Declaration> },
  ): void {
    this.remove(policy);
    this.#sets.set(policy, next);
    for (const [key, declaration] of next.declarations) {
      this.#policiesByKey.set(key, [...(this.#policiesByKey.get(key) ?? []), policy]);
      for (const claim of declaredClaims(declaration)) {
        const { target } = claim.claim;
        this.#claims.set(target, [...this.claimsOn(target), claim]);
      }
    }
  }

  remove(policy: PolicyKey): void {
    for (const [key, declaration] of this.#sets.get(policy)?.declarations ?? []) {
      this.#dropClaims(declaration, (claim) => claim.policy === policy);
      const others = (this.#policiesByKey.get(key) ?? []).filter((other) => other !== policy);
      if (others.length === 0) this.#policiesByKey.delete(key);
      else this.#policiesByKey.set(key, others);
    }
    this.#sets.delete(policy);
  }

  /** Changes what is known of a delivered object, without a word of what was delivered. */
  amendDelivered(policy: PolicyKey, key: ResourceKey, mark: DeliveredMark): void {
    const declarations = this.#sets.get(policy)?.declarations;
    const declaration = declarations?.get(key);
    if (declaration !== undefined) declarations?.set(key, { ...declaration, delivered: mark });
  }

  /** Notes that the object was seen in sync with the newest revision: that is what was delivered, from now on. */
  markDelivered(policy: PolicyKey, key: ResourceKey, mark: DeliveredMark): void {
    const declarations = this.#sets.get(policy)?.declarations;
    const declaration = declarations?.get(key);
    if (declarations === undefined || declaration === undefined) return;
    this.#dropClaims(
      declaration,
      (claim) => claim.policy === policy && claim.scaler === key && claim.as === "Delivered",
    );
    const { deliveredBytes: _, ...rest } = declaration;
    declarations.set(key, { ...rest, delivered: mark });
  }

  #dropClaims(declaration: Declaration, isDropped: (claim: DeclaredClaim) => boolean): void {
    for (const target of targetsOf(declaration)) {
      const claims = this.claimsOn(target).filter((claim) => !isDropped(claim));
      if (claims.length === 0) this.#claims.delete(target);
      else this.#claims.set(target, claims);
    }
  }
}

/** The objects that a declared scaler may change, as Git states it or as it was delivered: their verdicts hang on its own. */
export function targetsOf(declaration: Declaration): readonly ResourceKey[] {
  return [...new Set(declaredClaims(declaration).map(({ claim }) => claim.target))];
}

function declaredClaims({ policy, key, ref, bytes, deliveredBytes }: Declaration): readonly DeclaredClaim[] {
  if (!mayScale(ref)) return [];
  const claims = (as: DeclaredClaim["as"], body: Uint8Array) =>
    scalerClaims(unpackBody(body)).map((claim) => ({ policy, scaler: key, as, claim }));
  return [
    ...claims("Stated", bytes),
    ...(deliveredBytes === undefined ? [] : claims("Delivered", deliveredBytes)),
  ];
}

/** A body in the form in which it is kept: a copy of its own, since a slice would pin Node's shared 64 KiB pool. */
export function packBody(body: KubernetesObject): Uint8Array {
  const text = JSON.stringify(body);
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** The body that `packBody` packed. */
export function unpackBody(bytes: Uint8Array): KubernetesObject {
  // Only packBody makes these bytes, from a KubernetesObject.
  return JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(),
  ) as KubernetesObject;
}
