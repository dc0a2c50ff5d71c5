import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { path } from '../support/schema.js';
import { type Expectation, expectFixture } from './expectation.js';

const folder = path('test/diagnostics/fixtures/twenty-mistakes');

it('finds more than twenty different mistakes in six files in one run, each at its place', () => {
  const expected = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Expectation[];
  expect(new Set(expected.map((e) => e.code)).size).toBeGreaterThanOrEqual(20);
  expectFixture(folder);
});
