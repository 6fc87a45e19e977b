/** Kubernetes quantities as exact numbers: `1024Mi` is `1Gi`, `1` is `1000m`, `0.5` is `500m`. */
import type { Json } from "../resource/resource.ts";
import { inThousandths } from "./thousandths.ts";

/** The grammar of k8s.io/apimachinery/pkg/api/resource.Quantity. */
const grammar = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;

const decimalExponents: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const binaryPowers: ReadonlyMap<string, bigint> = new Map(
  ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((suffix, i) => [suffix, 1024n ** BigInt(i + 1)]),
);

/** Longer texts and larger exponents are no amounts of anything; they are compared as text. */
const longestText = 64;
const largestExponent = 64;

/** The server keeps nothing finer than a nano; in lists of resources nothing finer than a milli. It rounds away from 0. */
const serverScales = [9, 3];

/** value = digits / 10^scale. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/**
 * Whether a live quantity is the desired one, each given as text or as a number. What is no quantity equals only itself.
 */
export function sameQuantity(desired: Json, live: Json): boolean {
  if (desired === live) return true;
  const [few, liveFew] = [inThousandths(desired), inThousandths(live)];
  if (few !== undefined && liveFew !== undefined) return few === liveFew;
  const [wanted, found] = [parseQuantity(desired), parseQuantity(live)];
  if (wanted === undefined || found === undefined) return false;
  return (
    sameDecimal(wanted, found) || serverScales.some((scale) => sameDecimal(rounded(wanted, scale), found))
  );
}

function sameDecimal(a: Decimal, b: Decimal): boolean {
  const scale = Math.max(a.scale, b.scale);
  return scaled(a, scale) === scaled(b, scale);
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}

function rounded(value: Decimal, scale: number): Decimal {
  if (value.scale <= scale) return value;
  const unit = 10n ** BigInt(value.scale - scale);
  const whole = value.digits / unit;
  const away = value.digits % unit === 0n ? 0n : value.digits < 0n ? -1n : 1n;
  return { digits: whole + away, scale };
}

function parseQuantity(value: Json): Decimal | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = String(value);
  const match = text.length > longestText ? null : grammar.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", suffix = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(`${sign === "-" ? "-" : ""}${whole}${fraction}`);
  const power = binaryPowers.get(suffix);
  if (power !== undefined) return { digits: digits * power, scale: fraction.length };
  const exponent = decimalExponents.get(suffix) ?? (suffix === "" ? 0 : Number(suffix.slice(1)));
  if (Math.abs(exponent) > largestExponent) return undefined;
  const scale = fraction.length - exponent;
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}
