import { compiled } from '../compiled.js';
import { FIELDS, type FieldType, type Kind } from '../messages.js';

/** How one way of hand-writing reads and writes: source text, at an offset that is a constant. */
export interface Spelling {
  /** Parameters of the decoder. */
  readonly input: string;
  /** A statement before the first field. */
  readonly before: string;
  readonly read: Readonly<Record<FieldType, (at: number) => string>>;
  readonly write: Readonly<Record<FieldType, (at: number, value: string) => string>>;
  /** What the encoder refers to by name. */
  readonly scope: Readonly<Record<string, unknown>>;
}

const WIDTH: Readonly<Record<FieldType, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, 'u32[]': 0, 'u8[]': 0 };

/** The code people write for one message: a decoder that returns an object literal, an encoder that returns the size. */
export function literals(kind: Kind, spelling: Spelling) {
  const reads: string[] = [];
  const writes: string[] = [];
  let at = 0;
  for (const [name, type] of FIELDS[kind]) {
    reads.push(`${name}: ${spelling.read[type](at)}`);
    writes.push(spelling.write[type](at, `r.${name}`));
    at += WIDTH[type];
  }
  return {
    decode: compiled<(opened: never) => unknown>(
      {},
      `function (${spelling.input}) { ${spelling.before} return { ${reads.join(', ')} }; }`,
    ),
    encode: compiled<(given: never) => number>(
      spelling.scope,
      `function (r) { ${writes.join('; ')}; return r.msg_size; }`,
    ),
  };
}
