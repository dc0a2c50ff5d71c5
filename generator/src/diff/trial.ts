/**
 * Values to write into a message in the hope that the other side reads them as something else. Which trial catches
 * depends on the difference: a swapped pair shows with values that differ, a narrowed integer with large ones, a count
 * that moved only with values small enough for the array behind it. So there are several, always the same ones.
 */
export interface Trial {
  readonly number: number;
  /** Values by slot that replace those of the trial. */
  readonly forced: ReadonlyMap<string, bigint>;
}

const ORDERLY = 3;
const TRIALS = 24;

export const TRIAL_NUMBERS: readonly number[] = Array.from({ length: TRIALS }, (_, i) => i);

/** Enough where a message itself is the same and only what surrounds it differs. */
export const FEW_TRIALS: readonly number[] = TRIAL_NUMBERS.slice(0, 10);

const SMALL: readonly bigint[] = [0n, 1n, 2n, 3n, 4n, 6n, 8n, 12n, 16n, 24n, 32n, 48n, 64n];
const LARGE: readonly bigint[] = [0x80n, 0x100n, 0x1234n, 0x8000n, 0x12345n, 0x89abcdefn, 0x1122334455667788n];

/** Scatters numbers well enough for choosing; the same for the same arguments, on every machine. */
function scatter(trial: number, place: number): number {
  let x = Math.imul(trial + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  return (x ^ (x >>> 13)) >>> 0;
}

/** The value of the `place`th integer, which has `bits` bits. */
export function intOf({ number }: Trial, place: number, bits: number): bigint {
  const value = chosen(number, place, bits);
  return BigInt.asUintN(bits, value);
}

function chosen(trial: number, place: number, bits: number): bigint {
  if (trial === 0) return 8n * BigInt(place + 2);
  if (trial === 1) return pattern(place, bits);
  if (trial === 2) return BigInt(place + 1);
  const from = trial % ORDERLY === 0 && bits > 8 ? LARGE : SMALL;
  return from[scatter(trial, place) % from.length] ?? 0n;
}

/** Bytes that occur nowhere else in the message: 11 12 13 14, 21 22 23 24. */
function pattern(place: number, bits: number): bigint {
  let value = 0n;
  for (let byte = Math.ceil(bits / 8) - 1; byte >= 0; byte--)
    value = (value << 8n) | BigInt((0x10 * ((place % 14) + 1) + byte + 1) & 0xff);
  return value;
}

const LENGTHS: readonly number[] = [2, 3, 1, 0, 4, 8];

/** Elements of an array whose number is free. */
export const lengthOf = ({ number }: Trial): number => LENGTHS[number % LENGTHS.length] ?? 0;
