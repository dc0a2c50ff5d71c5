import { isDeepStrictEqual } from 'node:util';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { type Spelled, toHex } from '../interpret/values.js';
import type { BodyIR } from '../ir/types.js';
import type { Reading, Subject } from './subject.js';
import { EXPRESSES_LESS } from './subjects.js';

/**
 * Everything the first subject, which is the oracle, and the others disagree about: how these bytes read, and, where they
 * hold a message without surplus, what its values are written as. Empty where they agree.
 */
export function disagreements(
  index: DialectIndex,
  subjects: readonly Subject[],
  bytes: Uint8Array,
  named?: BodyIR,
): string[] {
  const [oracle, ...others] = subjects.map((subject) => ({
    name: subject.name,
    reading: subject.decode(bytes, named),
  }));
  if (oracle === undefined) return [];
  const found = others
    .map(({ name, reading }) => ({ name, text: difference(oracle.reading, reading) }))
    .filter(({ text }) => text !== '')
    .map(({ name, text }) => `${name} reads ${text}`);
  const { reading } = oracle;
  if ('error' in reading || reading.surplus > 0) return found;
  const body = index.byKey(reading.key);
  if (body === undefined) return [...found, `there is no body ${reading.key}`];
  if (endsInPart(body, reading.fields)) return found;
  const fixed = index.ir.framing.fixedSize !== null;
  for (const subject of subjects) {
    const hex = subject.encode(body, reading.header, reading.fields);
    if (hex === null && EXPRESSES_LESS.includes(subject.name)) continue;
    // Padding of a frame is written as zero whatever it was.
    const same = fixed
      ? difference(reading, subject.decode(bytesOf(hex), named)) === ''
      : hex === toHex(bytes.subarray(0, reading.size));
    if (!same) found.push(`${subject.name} writes ${hex ?? 'nothing'}`);
  }
  return found;
}

/** A count of bytes that ends inside an element: such a message can be read, but no values stand for its last bytes. */
function endsInPart(body: BodyIR, fields: Readonly<Record<string, Spelled>>): boolean {
  return body.fields.some(
    (f) =>
      f.kind === 'ints' &&
      'unit' in f.count &&
      f.count.unit === 'bytes' &&
      Number(fields[f.count.field]) % f.elementSize !== 0,
  );
}

const bytesOf = (hex: string | null): Uint8Array => Uint8Array.from(Buffer.from(hex ?? '', 'hex'));

/** What two readings of the same bytes disagree about; empty where they agree. */
export function difference(a: Reading, b: Reading): string {
  if ('error' in a || 'error' in b) {
    const told = (r: Reading): string =>
      'error' in r
        ? JSON.stringify([r.error.code, r.error.field, r.error.offset, r.error.expected, r.error.got])
        : 'accepted';
    return told(a) === told(b) ? '' : `${told(a)} against ${told(b)}`;
  }
  for (const key of ['key', 'size', 'surplus'] as const)
    if (a[key] !== b[key]) return `${key} ${a[key]} against ${b[key]}`;
  for (const part of ['header', 'fields'] as const) {
    const names = new Set([...Object.keys(a[part]), ...Object.keys(b[part])]);
    for (const name of names) {
      const [x, y]: (Spelled | undefined)[] = [a[part][name], b[part][name]];
      if (!isDeepStrictEqual(x, y)) return `${part}.${name} ${JSON.stringify(x)} against ${JSON.stringify(y)}`;
    }
  }
  return '';
}
