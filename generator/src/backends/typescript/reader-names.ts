import type { BitsIR, BodyIR, DialectIR, FieldIR, IntFieldIR } from '../../ir/types.js';
import { moduleNames } from './field-names.js';
import { modelHeader } from './header-model.js';

/** What the generated functions are called that read one message. */
export interface ReaderNames {
  /** Function of the body's module that reads a field, or a group of its bits. */
  of(item: FieldIR | BitsIR): string;
  /** Functions named after a field and what they tell of it: `length` → `data_length`. */
  derived(field: FieldIR): Readonly<Record<string, string>>;
  /** Functions of the header's module: `name` picks the field out of the integer that `word` reads. */
  readonly header: readonly { readonly field: IntFieldIR; readonly name: string; readonly word: string }[];
}

/** For callers that know a message from its IR alone. */
export function readerNames(ir: DialectIR, body: BodyIR): ReaderNames {
  const { of, derived } = moduleNames(body);
  const header = modelHeader(ir).fields.map(({ ir: field, name, word }) => ({ field, name, word: word.reader }));
  return { of, derived, header };
}
