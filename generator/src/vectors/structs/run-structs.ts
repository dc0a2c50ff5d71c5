import { isDeepStrictEqual } from 'node:util';
import type { FamilyIndex, Named } from '../../interpret/structs/family-index.js';
import { toHex } from '../../interpret/values.js';
import type { ShapeIR } from '../../ir/structs.js';
import { type Entry, surplusOf } from '../../jsonl/entry.js';
import type { FlatFields, StructReading, StructSubject } from './struct-subject.js';

/** What two readings of the same bytes disagree about; empty where they agree. */
export function structDifference(a: StructReading, b: StructReading): string {
  if ('error' in a || 'error' in b) {
    const told = (r: StructReading): string =>
      'error' in r
        ? JSON.stringify([r.error.code, r.error.field, r.error.offset, r.error.expected, r.error.got])
        : 'accepted';
    return told(a) === told(b) ? '' : `${told(a)} against ${told(b)}`;
  }
  for (const key of ['key', 'size', 'surplus'] as const)
    if (a[key] !== b[key]) return `${key} ${a[key]} against ${b[key]}`;
  for (const path of new Set([...Object.keys(a.fields), ...Object.keys(b.fields)]))
    if (a.fields[path] !== b.fields[path]) return `${path} ${a.fields[path]} against ${b.fields[path]}`;
  return '';
}

/** Everything the subjects disagree about with the first of them, the oracle: how bytes read, and what they are written as. */
export function structDisagreements(
  index: FamilyIndex,
  named: Named,
  subjects: readonly StructSubject[],
  bytes: Uint8Array,
): string[] {
  const [oracle, ...others] = subjects.map((subject) => ({
    name: subject.name,
    reading: subject.decode(named, bytes),
  }));
  if (oracle === undefined) return [];
  const found = others
    .map(({ name, reading }) => ({ name, text: structDifference(oracle.reading, reading) }))
    .filter(({ text }) => text !== '')
    .map(({ name, text }) => `${name} reads ${text}`);
  const { reading } = oracle;
  const shape = 'error' in reading ? undefined : index.shape(reading.key);
  if ('error' in reading || shape === undefined) return found;
  const written = subjects.map((subject) => ({ name: subject.name, hex: subject.encode(shape, reading.fields) }));
  const [first] = written;
  for (const { name, hex } of written) {
    // Arguments have no way to say what is reserved, nor a count of bytes that is no count of whole elements.
    if (name === 'view codec' && (hex === null || first?.hex === null)) continue;
    if (hex !== first?.hex)
      found.push(`${name} writes ${hex ?? 'nothing'}, the interpreter ${first?.hex ?? 'nothing'}`);
  }
  return found;
}

/** Runs one vector of a struct through every subject, its surplus included; `expect` hears of every comparison. */
export function runStruct(
  index: FamilyIndex,
  named: Named,
  subjects: readonly StructSubject[],
  entry: Entry,
  bytes: Uint8Array,
  expect: (subject: string, what: string, ok: boolean) => void,
  spell: (shape: ShapeIR | undefined, fields: FlatFields) => object = (_shape, flat) => ({ ...flat }),
): void {
  const { fields } = entry;
  const hex = toHex(bytes);
  const [oracle] = subjects.map((s) => s.decode(named, bytes));
  for (const [i, subject] of subjects.entries()) {
    const reading = subject.decode(named, bytes);
    const same = oracle === undefined ? '' : structDifference(oracle, reading);
    if (i > 0) expect(subject.name, `differs from the interpreter: ${same}`, same === '');
    if (fields !== undefined)
      expect(
        subject.name,
        `decodes to ${JSON.stringify(reading)}`,
        !('error' in reading) &&
          reading.surplus === surplusOf(entry) &&
          isDeepStrictEqual(spell(index.shape(reading.key), reading.fields), fields),
      );
    const shape = 'error' in reading ? undefined : index.shape(reading.key);
    if ('error' in reading || shape === undefined) continue;
    const written = subject.encode(shape, reading.fields);
    if (written === null && subject.name === 'view codec') continue;
    expect(subject.name, `encodes to ${written ?? 'nothing'}`, written === hex.slice(0, 2 * reading.size));
  }
}
