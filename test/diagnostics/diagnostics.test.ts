import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../support/generator.js';
import { path } from '../support/schema.js';
import { expectFixture } from './expectation.js';

const fixtures = path('test/diagnostics/fixtures');

/** Codes about two places of the schema: where one is wrong, the other is shown. */
const TWO_PLACES = [
  'VW101',
  'VW111',
  'VW201',
  'VW202',
  'VW203',
  'VW207',
  'VW208',
  'VW209',
  'VW213',
  'VW216',
  'VW217',
  'VW218',
  'VW220',
  'VW300',
  'VW301',
  'VW303',
  'VW304',
  'VW306',
  'VW310',
  'VW313',
  'VW314',
];

describe('every diagnostic of the catalog has a fixture that provokes it and nothing else', () => {
  for (const [code, { title }] of Object.entries(CATALOG)) {
    it(`${code}: ${title}`, () => {
      expect(existsSync(join(fixtures, code)), `test/diagnostics/fixtures/${code}/ is missing`).toBe(true);
      expectFixture(join(fixtures, code));
    });
  }
});

describe('other faces of a diagnostic', () => {
  for (const name of readdirSync(fixtures).filter((n) => /^VW\d+-/.test(n)))
    it(name, () => expectFixture(join(fixtures, name)));
});

describe('the fixtures', () => {
  it('belong to codes of the catalog', () => {
    const unknown = readdirSync(fixtures).filter(
      (name) => /^VW\d/.test(name) && !Object.hasOwn(CATALOG, name.slice(0, 5)),
    );
    expect(unknown).toEqual([]);
  });

  it('show the second place where a code is about two', () => {
    const without = TWO_PLACES.filter(
      (code) => !readFileSync(join(fixtures, code, 'expected.json'), 'utf8').includes('"also"'),
    );
    expect(without).toEqual([]);
  });
});
