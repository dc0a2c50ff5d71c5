import type { DialectIR, IntFieldIR } from '../ir/types.js';

/** What the header of a dialect is laid out into. */
export interface HeaderLayout {
  readonly fields: readonly IntFieldIR[];
  readonly framing: DialectIR['framing'];
  readonly classes: DialectIR['classes'];
}
