import { hex, load, pick, put } from './expressions.js';
import type { HeaderFieldModel, WordModel } from './header-model.js';

/** Reads a header word; also emitted inline by the stream loop. */
export const wordLoad = (word: WordModel): string =>
  load(word.bytes === 4 ? 's32' : word.bytes === 3 ? 'u24' : word.bytes === 2 ? 'u16' : 'u8', 'p', word.offset);

const isBig = ({ ir }: HeaderFieldModel): boolean => ir.type.startsWith('be');

/** A value of a field where it stands in its little-endian word, as an int32. */
export function inWord(field: HeaderFieldModel, value: number): number {
  if (!isBig(field)) return value << field.shift;
  let swapped = 0;
  for (let shift = 0; shift < field.width; shift += 8) swapped = (swapped << 8) | ((value >>> shift) & 0xff);
  return swapped << field.shift;
}

/** The field of a header word, with the sign of its type. */
export function pickField(field: HeaderFieldModel): string {
  const { word, shift, width } = field;
  if (field.ir.type === 's32') return `${word.name} | 0`;
  if (!isBig(field)) return pick(word.name, shift, width);
  if (width === 16) return `((${at(field, 0)} & 0xff) << 8) | (${at(field, 8)} & 0xff)`;
  return `${swap32(word.name)} >>> 0`;
}

const at = ({ word, shift }: HeaderFieldModel, more: number): string =>
  shift + more === 0 ? word.name : `(${word.name} >>> ${shift + more})`;

const swap32 = (x: string): string =>
  `((${x} << 24) | ((${x} & 0xff00) << 8) | ((${x} >>> 8) & 0xff00) | (${x} >>> 24))`;

/** A named value moved to the place of a field in its word. */
export function putField(field: HeaderFieldModel, value: string): string {
  const { shift, width } = field;
  if (!isBig(field)) return put(value, shift, width);
  if (width === 32) return swap32(value);
  const swapped = `((${value} & 0xff) << 8) | ((${value} >>> 8) & 0xff)`;
  return shift === 0 ? `(${swapped})` : `((${swapped}) << ${shift})`;
}

/** Bits of a field of a header word. */
export const pickBits = (field: HeaderFieldModel, lsb: number, width: number): string =>
  isBig(field) ? pick(`(${pickField(field)})`, lsb, width) : pick(field.word.name, field.shift + lsb, width);

/** Whether one bit of a field is set. */
export const testBit = (field: HeaderFieldModel, lsb: number): string =>
  `(${field.word.name} & ${hex(inWord(field, (1 << lsb) | 0))}) !== 0`;
