import { readdirSync, readFileSync } from 'node:fs';
import { renderTypeScript } from '@virtio-wire/generator/typescript';
import { describe, expect, it } from 'vitest';
import { compile } from './support/generator.js';
import { path } from './support/schema.js';

const folder = path('test/fixtures/structs');
const constructs = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace('.yaml', ''));

/** The code of one small struct per construct: a reader sees what a construct costs, a reviewer what a change changes. */
describe('the code of a struct', () => {
  it.each(constructs)('%s is as it was', async (name) => {
    const text = readFileSync(`${folder}/${name}.yaml`, 'utf8');
    const { report, families } = compile([{ file: `schema/demo/${name}.yaml`, text }]);
    expect(report.diagnostics).toEqual([]);
    const files = [...renderTypeScript([], [], families)].filter(([file]) => /\/sample[^/]*\.ts$/i.test(file));
    const code = files.map(([file, source]) => `==> ${file}\n${withoutComments(source)}`).join('\n');
    await expect(code).toMatchFileSnapshot(`${folder}/${name}.txt`);
  });
});

/** What runs, and not what it says about itself: that is seen in the committed codecs. */
const withoutComments = (source: string): string =>
  source
    .replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '')
    .replace(/\n{2,}/g, '\n\n')
    .trimStart();
