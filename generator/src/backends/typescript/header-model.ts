import type { BitsIR, DialectIR, HeaderRole, IntFieldIR } from '../../ir/types.js';
import { SIZE_OF } from './expressions.js';
import { type KeyModel, modelKey } from './header-key.js';
import { Names } from './names.js';

/** Up to four header bytes that are read at once. */
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
  readonly setter: string;
  readonly bits: readonly { readonly ir: BitsIR; readonly name: string }[];
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
  /** Null where no bit of the header tells class or response. */
  readonly type: HeaderFieldModel | null;
  readonly typeMask: number;
  readonly id: HeaderFieldModel;
  readonly sizeField: HeaderFieldModel | null;
  readonly key: KeyModel;
  /** `w0`, or `w0, w1`. */
  readonly wordNames: string;
  /** Largest message the header can announce. */
  readonly largest: number;
}

/** Every name a header module exports, imports or needs of the language. */
const MODULE = [
  ...['SIZE', 'Header', 'read', 'check', 'refuse', 'fits', 'patch', 'describe', 'describe_body', 'Body', 'owned'],
  ...['check_body', 'ErrorCode', 'WireError', 'short_header', 'size_below_header', 'truncated', 'frame_size'],
  ...['wrong_message', 'short_body', 'Math', 'undefined', 'view', 'p', 'end', 'code', 'size', 'body', 'values'],
  ...['fields', 'content'],
];

/** Runs of whole fields that fit in 32 bits, so that no field is ever put together from two words. */
function modelWords(fields: readonly IntFieldIR[]): WordModel[] {
  const words: { name: string; reader: string; offset: number; bytes: number }[] = [];
  for (const field of fields) {
    const last = words.at(-1);
    if (last !== undefined && last.bytes + field.size <= 4) last.bytes += field.size;
    else {
      const i = words.length;
      words.push({ name: `w${i}`, reader: `word${i}`, offset: field.offset, bytes: field.size });
    }
  }
  return words;
}

export function modelHeader(ir: DialectIR): HeaderModel {
  const refuse = (why: string): never => {
    throw new Error(`${ir.protocol}/${ir.dialect}: ${why}`);
  };
  const words = modelWords(ir.header);
  const names = new Names([...MODULE, ...words.flatMap((word) => [word.name, word.reader])]);
  const readers = ir.header.map((field) => names.claim(field.name));
  const fields = ir.header.map((field, i): HeaderFieldModel => {
    if (field.type === 'u64') refuse(`header field ${field.name} is wider than 32 bits`);
    const word = words.find((w) => field.offset < w.offset + w.bytes) ?? refuse('a header field outside the header');
    return {
      ir: field,
      name: readers[i] ?? field.name,
      setter: names.claim(`set_${field.name}`),
      bits: field.bits
        .filter((bits) => !bits.reserved)
        .map((bits) => ({ ir: bits, name: names.claim(flagName(bits)) })),
      word,
      shift: 8 * (field.offset - word.offset),
      width: 8 * SIZE_OF[field.type],
    };
  });
  const role = (wanted: HeaderRole): HeaderFieldModel | null =>
    fields.find(({ ir: { role } }) => role === wanted) ?? null;
  const type = role('type');
  const id = role('id') ?? refuse('the header has no field with role id');
  const sizeField = role('size');
  const { fixedSize, typeMask } = ir.framing;
  if (fixedSize === null && sizeField === null) refuse('neither a fixed size nor a size field');
  const sizeBits = (sizeField?.width ?? 0) - (sizeField?.ir.type === 's32' ? 1 : 0);
  return {
    size: ir.framing.headerSize,
    fixedSize,
    words,
    fields,
    args: fields.filter(
      ({ ir: { role, reserved } }) => !reserved && role !== 'type' && role !== 'id' && role !== 'size',
    ),
    type,
    typeMask,
    id,
    sizeField,
    key: modelKey(ir, type, id),
    wordNames: words.map(({ name }) => name).join(', '),
    largest: fixedSize ?? 2 ** sizeBits - 1,
  };
}

const flagName = ({ name, width }: BitsIR): string => (width === 1 && !name.startsWith('is_') ? `is_${name}` : name);
