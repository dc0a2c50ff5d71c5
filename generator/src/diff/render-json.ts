import { toHex } from '../interpret/values.js';
import type { Comparison } from './compare.js';
import type { Directions, Item, Reading, Verdict, Witness } from './item.js';
import { type Names, shortNames, tellWitness } from './tell.js';

/** A comparison as `--json` prints it: plain values only, offsets and sizes in bytes. */
export function jsonOf(comparison: Comparison) {
  const names = shortNames(comparison);
  return {
    a: comparison.a,
    b: comparison.b,
    units: comparison.units.map(({ a, b, differs, ...directions }) => ({ a, b, differs, ...outcomes(directions) })),
    items: comparison.items.map((item) => jsonOfItem(item, names)),
  };
}

const outcomes = ({ aToB, bToA }: Directions) => ({ aToB: aToB?.outcome ?? null, bToA: bToA?.outcome ?? null });

export function jsonOfItem(item: Item, names: Names) {
  const { path, a, b, kind, wire, source, meaning, before, after, slot, misread } = item;
  return {
    path,
    kind,
    misread,
    wire,
    source,
    meaning,
    a,
    b,
    before,
    after,
    field: slot,
    witness: item.witness === null ? null : jsonOfWitness(item.witness, names, item),
    aToB: jsonOfVerdict(item.aToB, names, item),
    bToA: jsonOfVerdict(item.bToA, names, item),
  };
}

function jsonOfVerdict(verdict: Verdict | null, names: Names, item: Item) {
  if (verdict === null) return null;
  const { outcome, seen, witness } = verdict;
  return { outcome, seen, witness: jsonOfWitness(witness, names, item) };
}

function jsonOfWitness(witness: Witness, names: Names, item: Item) {
  const { sender, unit, expected, bytes, a, b, lost } = witness;
  return {
    sender,
    unit,
    expected,
    hex: toHex(bytes),
    size: bytes.length,
    a: jsonOfReading(a),
    b: jsonOfReading(b),
    lost,
    says: tellWitness(witness, names, item),
  };
}

function jsonOfReading(reading: Reading) {
  if ('error' in reading) return { error: reading.error };
  const fields = reading.leaves.filter((leaf) => !leaf.reserved).map(({ path, value }) => [path, value] as const);
  return { unit: reading.unit, fields: Object.fromEntries(fields), size: reading.end };
}
