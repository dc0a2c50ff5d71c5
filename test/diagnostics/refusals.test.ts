import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Report } from '@virtio-wire/generator';
import { afterAll, describe, expect, it } from 'vitest';
import { listSchema } from '../support/generator.js';
import { diagnose, path } from '../support/schema.js';

const sources = path('generator/src/layout');
const CALL = /\breport\.add\(/;

const add = Report.prototype.add;
const reached = new Set<string>();
Report.prototype.add = function (...told) {
  // The stack speaks of the sources: where a pass refuses something is the line of its call.
  const at = new Error().stack?.match(/generator\/src\/layout\/(.*?\.ts):(\d+)/);
  if (at != null) reached.add(`${at[1]}:${at[2]}`);
  add.apply(this, told);
};
afterAll(() => {
  Report.prototype.add = add;
});

describe('every refusal of the layout', () => {
  it('has a fixture that provokes it, and not only its code', () => {
    const fixtures = path('test/diagnostics/fixtures');
    for (const name of readdirSync(fixtures)) diagnose(listSchema(join(fixtures, name), 'schema'));
    const calls = readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        readFileSync(join(sources, file), 'utf8')
          .split('\n')
          .flatMap((text, i) => (CALL.test(text) ? [{ at: `${file}:${i + 1}`, text: text.trim() }] : [])),
      );
    expect(calls.length).toBeGreaterThan(60);
    expect(calls.filter(({ at }) => !reached.has(at)).map(({ at, text }) => `${at} ${text}`)).toEqual([]);
  });
});
