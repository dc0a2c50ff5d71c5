import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Diagnostic, listSchema } from '../support/generator.js';
import { diagnose } from '../support/schema.js';

interface Where {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One line of an `expected.json`. A text between slashes is a regular expression. */
export interface Expectation extends Where {
  readonly code: string;
  readonly message: string;
  readonly also?: Where;
  readonly hint: string;
}

/** Compiles the schema folder of a fixture and compares everything it reports with its `expected.json`. */
export function expectFixture(folder: string): void {
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expectation[];
  const found = diagnose(listSchema(folder, 'schema'));
  const places = (list: readonly { code: string; place: string; also: string | null }[]) =>
    list.map(({ code, place, also }) => `${code} at ${place}${also === null ? '' : `, also ${also}`}`);
  expect(places(found.map((d) => ({ code: d.code, place: at(d.place), also: d.also ? at(d.also) : null })))).toEqual(
    places(expected.map((e) => ({ code: e.code, place: at(inSchema(e)), also: e.also ? at(inSchema(e.also)) : null }))),
  );
  expected.forEach((e, index) => {
    const d = found[index] as Diagnostic;
    expectText(d.message, e.message);
    expect(d.hint, `${d.code} without a hint`).toBeDefined();
    expectText(d.hint ?? '', e.hint);
    if (d.also !== undefined) expect(d.also.text).not.toBe('');
  });
}

const at = (where: Where): string => `${where.file}:${where.line}:${where.column}`;

const inSchema = (where: Where): Where => ({ ...where, file: where.file === '' ? 'schema' : `schema/${where.file}` });

function expectText(text: string, expected: string): void {
  const pattern = /^\/(.*)\/$/s.exec(expected)?.[1];
  if (pattern === undefined) expect(text).toBe(expected);
  else expect(text).toMatch(new RegExp(pattern));
}
