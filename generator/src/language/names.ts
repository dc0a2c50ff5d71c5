import { z } from 'zod';

/** Field, bit-group and enum-value names: spelled as in the source, so both cases occur. */
export const Name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name: letters, digits and underscores, not starting with a digit');

/** Message names as the specification prints them. */
export const MessageName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'a message name: capital letters, digits and underscores');

/** Dialect, alias and profile names: they become file names and import paths. */
export const DialectName = z
  .string()
  .regex(/^[a-z][a-z0-9+.-]*$/, 'a dialect name: lower-case letters, digits, "-", "+" and "."');

export const Doc = z.string().min(1, 'some text').describe('What this is, for people. Units, special values, traps.');
export const Spec = z
  .string()
  .min(1, 'a clause or source')
  .describe('The clause, table or source file this comes from. Fields inherit it from their message.');

export const Int = z.number().int('a whole number');
export const Uint = Int.nonnegative('a whole number, not negative');
