import type { DialectIR } from '../../ir/types.js';
import { atom, hex, loadAtom } from './expressions.js';
import type { HeaderFieldModel } from './header-model.js';
import { inWord, pickField, wordLoad } from './header-word.js';

/** Type bits, where there are any, and id of a message folded into one int32, by which bodies are told apart. */
export interface KeyModel {
  /** Expression over `view` and `p`. */
  readonly ofView: string;
  /** Expression over the header words. */
  readonly ofWords: string;
  readonly of: (type: number, id: number) => number;
}

export function modelKey(ir: DialectIR, type: HeaderFieldModel | null, id: HeaderFieldModel): KeyModel {
  const { typeMask } = ir.framing;
  if (type === null || type.word === id.word) {
    const typeBits = (value: number): number => (type === null ? 0 : inWord(type, value));
    const mask = inWord(id, 2 ** id.width - 1) | typeBits(typeMask);
    return {
      ofView: `${id.word.bytes === 3 ? atom(wordLoad(id.word)) : wordLoad(id.word)} & ${hex(mask)}`,
      ofWords: `${id.word.name} & ${hex(mask)}`,
      of: (typeValue, idValue) => (inWord(id, idValue) | typeBits(typeValue)) & mask,
    };
  }
  if (type.width + id.width > 32) {
    throw new Error(`${ir.protocol}/${ir.dialect}: type and id stand in different words and have more than 32 bits`);
  }
  const fold = (idText: string, typeText: string): string =>
    `${idText} | ((${typeText} & ${hex(typeMask)}) << ${id.width})`;
  return {
    ofView: fold(loadAtom(id.ir.type, 'p', id.ir.offset), loadAtom(type.ir.type, 'p', type.ir.offset)),
    ofWords: fold(`(${pickField(id)})`, `(${pickField(type)})`),
    of: (typeValue, idValue) => idValue | ((typeValue & typeMask) << id.width),
  };
}
