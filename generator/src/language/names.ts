import { z } from 'zod';
import { Written } from './written.js';

const NAME = /^(?!(?:__proto__|constructor|prototype|toString|valueOf|hasOwnProperty)$)[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Field, bit-group and enum-value names: spelled as in the source, so both cases occur. Values are handed out in objects
 * by these names, where what every JavaScript object has already would be found in place of a value that is missing.
 */
export const Name = z
  .string()
  .regex(NAME, {
    error: ({ input }) =>
      /^[A-Za-z_]\w*$/.test(String(input))
        ? 'none of the names that every JavaScript object has already'
        : 'a name: letters, digits and underscores, not starting with a digit',
  })
  .meta({ id: 'Name', title: 'Name', description: 'A name, spelled as in the source.' });

/** A field by its path: names with dots between them. */
export const FieldPath = z
  .string()
  .regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/, 'a field, or the path to one: "type", "hdr.type", "request.id"')
  .meta({ id: 'FieldPath', title: 'Field path', description: 'A field, or the path to one with dots.' });

/** Message names as the specification prints them. */
export const MessageName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'a message name: capital letters, digits and underscores')
  .meta({
    id: 'MessageName',
    title: 'Message name',
    description: 'A name in capitals, as the specification prints it.',
  });

/** Names of message classes: the JSONL contract has `ffa-bus`. */
export const ClassName = z
  .string()
  .regex(
    /^(?!(?:constructor|prototype)$)[a-z][a-z0-9_-]*$/,
    'a class name: lower-case letters, digits, "-" and "_"; no name that every JavaScript object has already',
  )
  .meta({ id: 'ClassName', title: 'Class name', description: 'A name in lower case.', examples: ['transport'] });

/** Dialect, alias and profile names: they become file names and import paths. */
export const DialectName = z
  .string()
  .regex(/^[a-z][a-z0-9+.-]*$/, 'a dialect name: lower-case letters, digits, "-", "+" and "."')
  .meta({
    id: 'DialectName',
    title: 'Dialect name',
    description: 'A name in lower case: it becomes a file name and an import path.',
  });

export const Doc = z.string().min(1, 'some text').meta({
  id: 'Doc',
  title: 'Documentation',
  description: 'What this is, for people. Units, special values, traps.',
});

export const Spec = z
  .string()
  .min(1, 'a clause or source')
  .meta({
    id: 'Spec',
    title: 'Clause',
    description: 'The clause, table or source file this comes from. Fields inherit it from their message.',
    examples: ['transport-msg.tex, SET_VQUEUE'],
  });

/** A sentence, as opposed to a name. */
export const Text = z.string().min(1);

export const Int = z.number().int('a whole number');
export const Uint = Int.nonnegative('a whole number, not negative');

/** The number of a message in its class. */
export const Id = Uint.max(0xff).register(Written, { as: 'hex' });
