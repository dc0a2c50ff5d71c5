import { Scalar } from 'yaml';
import { z } from 'zod';
import { Written } from '../language/written.js';

/** What can stand without quotes wherever a name is expected. */
const WORD = /^[\w.+-]+$/;

/** Names stand without quotes, text in double quotes or in a block of its own, ids and masks in hexadecimal digits. */
export function styleScalar(scalar: Scalar, known: readonly unknown[], inLine: boolean): void {
  delete scalar.tag;
  delete scalar.anchor;
  const { value } = scalar;
  if (typeof value === 'boolean') delete scalar.source;
  else if (typeof value === 'number') {
    if (!known.some((definition) => Written.get(definition as z.ZodType)?.as === 'hex') || value < 0) return;
    scalar.format = 'HEX';
    delete scalar.source;
  } else if (typeof value === 'string') {
    if (known.some(isName)) scalar.type = WORD.test(value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
    else if (known.some((definition) => definition instanceof z.ZodString) && (inLine || !isBlock(scalar)))
      scalar.type = Scalar.QUOTE_DOUBLE;
  }
}

/** A string of a certain form, as opposed to free text. */
const isName = (definition: unknown): boolean =>
  definition instanceof z.ZodEnum || (definition instanceof z.ZodString && definition.format === 'regex');

const isBlock = ({ type }: Scalar): boolean => type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL;
