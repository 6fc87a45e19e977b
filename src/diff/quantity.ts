/** Kubernetes quantities as exact numbers: `1024Mi` is `1Gi`, `1` is `1000m`, `0.5` is `500m`. */
import type { Json } from "../resource/resource.ts";

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

/** value = digits / 10^scale. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Whether two quantities, given as text or as numbers, are the same amount. What is no quantity equals only itself. */
export function sameQuantity(a: Json, b: Json): boolean {
  if (a === b) return true;
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  if (x === undefined || y === undefined) return String(a) === String(b);
  const scale = Math.max(x.scale, y.scale);
  return scaled(x, scale) === scaled(y, scale);
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
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
