import type { DialectIR, HeaderRole, IntFieldIR } from '../../ir/types.js';
import { SIZE_OF } from './expressions.js';
import { Names } from './names.js';

/** Four header bytes read at once; the last word of a header may be shorter. */
export interface WordModel {
  /** `w0`, `w1`: the name of the parameter that carries it. */
  readonly name: string;
  /** `word0`, `word1`: the reader. */
  readonly reader: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A header field and where its bits lie in its word. */
export interface HeaderFieldModel {
  readonly ir: IntFieldIR;
  readonly name: string;
  readonly word: WordModel;
  readonly shift: number;
  readonly width: number;
}

export interface HeaderModel {
  readonly size: number;
  readonly fixedSize: number | null;
  readonly words: readonly WordModel[];
  readonly fields: readonly HeaderFieldModel[];
  /** What a caller of `encode` supplies: everything but type, id, size and reserved fields. */
  readonly args: readonly HeaderFieldModel[];
  readonly type: HeaderFieldModel | null;
  readonly id: HeaderFieldModel;
  readonly sizeField: HeaderFieldModel | null;
  /** Bits of the first word that tell one body from another. */
  readonly keyMask: number;
  /** `w0`, or `w0, w1`. */
  readonly wordNames: string;
  /** Largest message the header can announce. */
  readonly largest: number;
}

const EXPORTS = ['SIZE', 'Header', 'read', 'describe'];

export function modelHeader(ir: DialectIR): HeaderModel {
  const refuse = (why: string): never => {
    throw new Error(`${ir.protocol}/${ir.dialect}: ${why}`);
  };
  const size = ir.framing.headerSize;
  const words: WordModel[] = [];
  for (let offset = 0; offset < size; offset += 4) {
    const index = offset / 4;
    words.push({ name: `w${index}`, reader: `word${index}`, offset, bytes: Math.min(4, size - offset) });
  }
  const names = new Names([...EXPORTS, ...words.flatMap((word) => [word.name, word.reader])]);
  const fields = ir.header.map((field): HeaderFieldModel => {
    const word = words[field.offset >> 2] ?? refuse(`header field ${field.name} lies outside the header`);
    const start = field.offset - word.offset;
    if (start + SIZE_OF[field.type] > word.bytes || /^(be|s)/.test(field.type)) {
      refuse(`header field ${field.name} must be little-endian, unsigned and inside one 32-bit word`);
    }
    return { ir: field, name: names.claim(field.name), word, shift: 8 * start, width: 8 * SIZE_OF[field.type] };
  });
  const role = (wanted: HeaderRole): HeaderFieldModel | null =>
    fields.find(({ ir: { role } }) => role === wanted) ?? null;
  const [type, id, sizeField] = [
    role('type'),
    role('id') ?? refuse('the header has no field with role id'),
    role('size'),
  ];
  const { fixedSize, typeMask } = ir.framing;
  if (fixedSize === null && sizeField === null) refuse('neither a fixed size nor a size field');
  if (id.word.offset !== 0 || (type !== null && type.word.offset !== 0)) {
    refuse('type and id must lie in the first 32 bits of the header');
  }
  const idMask = 2 ** id.width - 1;
  return {
    size,
    fixedSize,
    words,
    fields,
    args: fields.filter(
      ({ ir: { role, reserved } }) => !reserved && role !== 'type' && role !== 'id' && role !== 'size',
    ),
    type,
    id,
    sizeField,
    keyMask: (idMask << id.shift) | (type === null ? 0 : typeMask << type.shift),
    wordNames: words.map(({ name }) => name).join(', '),
    largest: fixedSize ?? 2 ** (sizeField?.width ?? 0) - 1,
  };
}

/** The value of `w0 & keyMask` for a body. */
export const keyOf = (header: HeaderModel, type: number, id: number): number =>
  ((id << header.id.shift) | (header.type === null ? 0 : type << header.type.shift)) & header.keyMask;
