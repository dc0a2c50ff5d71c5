import type { BitsIR, BodyIR, DialectIR, FieldIR, IntFieldIR } from '@virtio-wire/generator';
import { countedBy, elementSize, groupsOf, isBits } from './values.js';

type ArrayField = Exclude<FieldIR, IntFieldIR>;

/** How the fields of a message are read: what differs between a decoder by hand and one that calls generated functions. */
export interface Reading {
  /** Parameters of the decoder. */
  readonly parameters: string;
  /** Statements before anything is read. */
  readonly before: readonly string[];
  header(field: IntFieldIR): string;
  int(field: IntFieldIR): string;
  part(field: IntFieldIR, bits: BitsIR): string;
  /** Elements of a fixed array, or of one counted by the field whose value is in `count`. */
  length(field: ArrayField, count: string | null): string;
  /** Head of a loop over `n` integers, and the expression of one. */
  loop(field: ArrayField, n: string): readonly [head: string, element: string];
  /** Where the bytes start in the view. */
  start(field: ArrayField): string;
}

/** Where bigints go, in the order of their fields: making them is part of the work, folding them is not. */
export const SINKS = 'abcdefghijklm';

/**
 * Source of a function that reads every field of a message and returns what they come to, modulo 2³². Of payload bytes it reads
 * the first and the last, in place. One skeleton, so that both sides of a comparison do the same.
 */
export function decoderSource(ir: DialectIR, body: BodyIR, reading: Reading): string {
  const lines = [...reading.before];
  const terms = ir.header.map((field) => reading.header(field));
  const loops: string[] = [];
  let sinks = 0;
  for (const field of body.fields) {
    if (field.kind === 'int') {
      const array = countedBy(body, field);
      if (array !== undefined) {
        lines.push(`const ${countName(array)} = ${reading.int(field)};`);
        terms.push(countName(array));
      } else if (groupsOf(field).length > 0) terms.push(...groupsOf(field).map((bits) => reading.part(field, bits)));
      else if (field.type === 'u64') lines.push(`sink.${SINKS[sinks++]} = ${reading.int(field)};`);
      else terms.push(reading.int(field));
      continue;
    }
    if (field.kind === 'ints' && field.type === 'u64')
      throw new Error(`${body.key}: ${field.name}: no array of u64 was met yet`);
    const n = reading.length(field, 'field' in field.count ? countName(field) : null);
    if (field.kind === 'ints') {
      const [head, element] = reading.loop(field, n);
      loops.push(`${head} sum = (sum + ${element}) | 0;`);
    } else {
      lines.push(`const ${field.name}_start = ${reading.start(field)};`, `const ${field.name}_n = ${n};`);
      terms.push(`v.getUint8(${field.name}_start)`, `v.getUint8(${field.name}_start + ${field.name}_n - 1)`);
    }
  }
  // Into constants first and then added up, as in hand.ts.
  const read = terms.map((term, i) => `const t${i} = ${term};`);
  const sum = terms.map((_, i) => `t${i}`).join(' + ');
  lines.push(
    ...read,
    ...(loops.length === 0 ? [`return (${sum}) | 0;`] : [`let sum = ${sum};`, ...loops, 'return sum | 0;']),
  );
  return `(${reading.parameters}) => {\n  ${lines.join('\n  ')}\n}`;
}

const countName = (field: ArrayField): string => `${field.name}_counted`;

/** Elements, from the value that counts them. */
export function elementsOf(field: ArrayField, count: string): string {
  if (isBits(field)) return `(${count} + 7) >>> 3`;
  const size = elementSize(field);
  return 'unit' in field.count && field.count.unit === 'bytes' && size > 1 ? `${count} / ${size}` : count;
}
